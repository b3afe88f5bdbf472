"""Rules of the greetings."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import chain, groupby
from typing import Any

from greetings import store
from greetings.names import is_name, name_key
from greetings.store import Person
from greetings.zones import is_zone, today_in
from shared import birthdays
from shared import cursor as cursors
from shared.birthdays import days_of_birth, message, month_day, next_birthday
from shared.etags import Expected, missing, version_tag
from shared.parallel import together
from shared.problems import Fault, Invalid, Malformed, NotFound, PreconditionFailed, fault_at

LISTING = "/birthdays"
MISSING = "no such person"
MONTHS_AT_ONCE = 4


def save(username: str, born: date, zone: str | None, expected: Expected) -> None:
    """Save or update; Invalid, PreconditionFailed."""
    if faults := name_faults(username):
        raise Invalid("the birthday is not valid", faults)
    if not store.put(Person(username, born, zone), expected):
        raise PreconditionFailed(expected.refusal)


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
        raise NotFound(MISSING)
    greeting = message(username, person.born, today_in(now, zone or person.zone))
    # the greeting changes with the day, and with how the caller writes the name
    return greeting, version_tag(person.version, sha256(greeting.encode()).hexdigest()[:16])


def forget(username: str, expected: Expected) -> None:
    """NotFound, PreconditionFailed."""
    gone = store.delete(username, expected) if is_name(username) else False
    if gone is None:
        raise PreconditionFailed(expected.refusal)
    if not gone:
        raise missing(MISSING, expected)


def upcoming(within: int, limit: int, cursor: str | None, today: date) -> dict[str, Any]:
    """Birthdays of the coming days, soonest first; a page continues where the last one ended."""
    listing = cursors.listing_of(LISTING, within=within)
    place = cursors.decode(listing, cursor, day=str, born=str, name=str)
    last = (place["day"], place["born"]) if place else ("", "")
    days = [each for each in days_of_birth(today, within) if each >= last]
    months = [list(month) for _, month in groupby(days, key=lambda each: each[1][:2])]

    def people(month: list[tuple[str, str]]) -> list[Person]:
        after = place["name"] if place and month[0] == last else ""
        return store.born(month[0][1], month[-1][1], limit + 1, after)

    def render(some: Sequence[Person]) -> list[dict[str, Any]]:
        return [birthdays.upcoming(person.username, person.born, today) for person in some]

    def place_of(person: Person) -> cursors.Place:
        day = next_birthday(person.born, today).isoformat()
        return {"day": day, "born": month_day(person.born), "name": name_key(person.username)}

    found: list[Person] = []
    for start in range(0, len(months), MONTHS_AT_ONCE):
        found += chain.from_iterable(together(people, months[start : start + MONTHS_AT_ONCE]))
        if len(found) > limit:
            break
    return cursors.page(listing, found, limit, place_of, render)


def now() -> datetime:
    """The clock, read at the edge."""
    return datetime.now(UTC)
