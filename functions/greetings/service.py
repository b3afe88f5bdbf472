"""Rules of the greetings."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import chain
from typing import Any

from greetings import store
from greetings.birthdays import born_on, days_from, message, next_birthday
from greetings.names import is_name, name_key
from greetings.store import Person
from greetings.zones import is_zone, today_in
from shared import cursor as cursors
from shared.etags import Expected, version_tag
from shared.parallel import together
from shared.problems import Fault, Invalid, Malformed, NotFound, PreconditionFailed, fault_at

STALE_PERSON = "the person has changed since: read it again"
LISTING = "/birthdays"
# Days that are looked up at once
STRIDE = 32
# The day of the next birthday, the day of birth, and the person
NextBirthday = tuple[str, str, Person]


def save(username: str, born: date, zone: str | None, now: datetime, expected: Expected) -> None:
    """Save or update; Invalid names all that is wrong, PreconditionFailed."""
    faults = name_faults(username)
    if born >= today_in(now, zone):
        faults.append(fault_at(("body", "dateOfBirth"), "must be before today"))
    if faults:
        raise Invalid("the birthday is not valid", faults)
    if not store.put(Person(username, born, zone), expected):
        raise PreconditionFailed(STALE_PERSON)


def name_faults(username: str) -> list[Fault]:
    if is_name(username):
        return []
    return [fault_at(("path", "username"), "must be letters only, 64 at most")]


def greet(username: str, zone: str | None, now: datetime) -> tuple[str, str]:
    """The message of the day, in `zone`, else the person's, else UTC; and its entity tag."""
    if zone is not None and not is_zone(zone):
        fault = fault_at(("query", "tz"), "is not an IANA time zone")
        raise Malformed("invalid query parameter: tz", [fault])
    person = store.get(username) if is_name(username) else None
    if person is None:
        raise NotFound("no such person")
    greeting = message(username, person.born, today_in(now, zone or person.zone))
    # the greeting changes with the day, and with how the caller writes the name
    return greeting, version_tag(person.version, sha256(greeting.encode()).hexdigest()[:16])


def forget(username: str, expected: Expected) -> None:
    """NotFound, PreconditionFailed."""
    gone = store.delete(username, expected) if is_name(username) else False
    if gone is None:
        raise PreconditionFailed(STALE_PERSON)
    if not gone:
        raise NotFound("no such person")


def upcoming(within: int, limit: int, cursor: str | None, today: date) -> dict[str, Any]:
    """Birthdays of the coming days, soonest first; a page continues where the last one ended."""
    listing = cursors.listing_of(LISTING, within=within)
    place = cursors.decode(listing, cursor, day=str, born=str, name=str)
    days = _days_of_birth(today, within)
    last = None
    if place is not None:
        last = (place["day"], place["born"])
        days = [each for each in days if each >= last]

    def people(each: tuple[str, str]) -> list[NextBirthday]:
        behind = place["name"] if place and each == last else None
        return [(*each, person) for person in store.born(each[1], limit + 1, behind)]

    found: list[NextBirthday] = []
    for first in range(0, len(days), STRIDE):
        found += chain.from_iterable(together(people, days[first : first + STRIDE]))
        if len(found) > limit:
            break

    def render(some: Sequence[NextBirthday]) -> list[dict[str, Any]]:
        return [_to_json(person, today) for _, _, person in some]

    return cursors.page(listing, found, limit, _place, render)


def _days_of_birth(today: date, within: int) -> list[tuple[str, str]]:
    """The coming days, YYYY-MM-DD, each with a day of birth, MM-DD, that has its birthday then."""
    return [
        (day.isoformat(), born)
        for day in days_from(today, within)
        for born in born_on(day)
        if next_birthday(date.fromisoformat(f"2000-{born}"), today) == day
    ]


def _to_json(person: Person, today: date) -> dict[str, Any]:
    day = next_birthday(person.born, today)
    return {
        "username": person.username,
        "next_birthday": day.isoformat(),
        "in_days": (day - today).days,
        "turns": day.year - person.born.year,
    }


def _place(birthday: NextBirthday) -> cursors.Place:
    day, born, person = birthday
    return {"day": day, "born": born, "name": name_key(person.username)}


def now() -> datetime:
    """The clock, read at the edge."""
    return datetime.now(UTC)
