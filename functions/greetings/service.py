"""Rules of the greetings."""

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from greetings import store
from greetings.birthdays import born_on, days_from, message, next_birthday
from greetings.names import is_name, name_key
from greetings.store import Person
from greetings.zones import is_zone, today_in
from shared import cursor as cursors
from shared.dynamo import together
from shared.etags import version_tag
from shared.problems import Fault, Invalid, Malformed, NotFound, PreconditionFailed

STALE = "the person has changed since"
LISTING = "/birthdays"
# Days that are looked up at once
STRIDE = 32


def save(
    username: str, born: date, zone: str | None, now: datetime, expected: list[int] | None
) -> None:
    """Save or update; Invalid names all that is wrong, PreconditionFailed."""
    faults = name_faults(username)
    if born >= today_in(now, zone):
        told = "must be before today"
        faults.append({"loc": ["body", "dateOfBirth"], "msg": told, "type": "value_error"})
    if faults:
        raise Invalid("the birthday is not valid", faults)
    if not store.put(Person(username, born, zone), expected):
        raise PreconditionFailed(STALE)


def name_faults(username: str) -> list[Fault]:
    if is_name(username):
        return []
    told = "must be letters only, 64 at most"
    return [{"loc": ["path", "username"], "msg": told, "type": "value_error"}]


def greet(username: str, zone: str | None, now: datetime) -> tuple[str, str]:
    """The message of the day, in `zone`, else the person's, else UTC; and its entity tag."""
    if zone is not None and not is_zone(zone):
        fault: Fault = {
            "loc": ["query", "tz"],
            "msg": "is no IANA time zone",
            "type": "value_error",
        }
        raise Malformed("invalid query parameter: tz", [fault])
    person = store.get(username) if is_name(username) else None
    if person is None:
        raise NotFound("nobody of that name is known")
    said = message(username, person.born, today_in(now, zone or person.zone))
    # what is said changes with the day, and with how the caller writes the name
    return said, version_tag(person.version, sha256(said.encode()).hexdigest()[:16])


def forget(username: str, expected: list[int] | None) -> None:
    """NotFound, PreconditionFailed."""
    gone = store.delete(username, expected) if is_name(username) else False
    if gone is None:
        raise PreconditionFailed(STALE)
    if not gone:
        raise NotFound("nobody of that name is known")


def upcoming(within: int, limit: int, cursor: str | None, today: date) -> dict[str, Any]:
    """Birthdays of the coming days, soonest first; a page continues where the last one ended."""
    after = cursors.decode(LISTING, cursor)
    days = list(days_from(today, within))
    start: tuple[date, str, str] | None = None
    if after is not None:
        start = (date.fromisoformat(after["day"]), after["born"], after["name"])
        days = [day for day in days if day >= start[0]]
    found: list[tuple[date, str, Person]] = []
    for first in range(0, len(days), STRIDE):
        found += _birthdays(days[first : first + STRIDE], today, limit + 1, start)
        if len(found) > limit:
            break
    page = found[:limit]
    return {
        "items": [_shown(person, today) for _, _, person in page],
        "next": _cursor(page[-1]) if len(found) > limit else None,
    }


def _birthdays(
    days: list[date], today: date, limit: int, start: tuple[date, str, str] | None
) -> list[tuple[date, str, Person]]:
    """People with a birthday on these days, at most `limit` a day of birth."""
    wanted = [
        (day, born)
        for day in days
        for born in born_on(day)
        if next_birthday(date.fromisoformat(f"2000-{born}"), today) == day
    ]
    if start is not None:
        wanted = [each for each in wanted if each >= start[:2]]

    def people(each: tuple[date, str]) -> list[tuple[date, str, Person]]:
        behind = start[2] if start is not None and each == start[:2] else None
        return [(*each, person) for person in store.born(each[1], limit, behind)]

    return [one for found in together(people, wanted) for one in found]


def _shown(person: Person, today: date) -> dict[str, Any]:
    day = next_birthday(person.born, today)
    return {
        "username": person.username,
        "next_birthday": day.isoformat(),
        "in_days": (day - today).days,
        "turns": day.year - person.born.year,
    }


def _cursor(last: tuple[date, str, Person]) -> str:
    day, born, person = last
    key = {"day": day.isoformat(), "born": born, "name": name_key(person.username)}
    return cursors.encode(LISTING, key)


def now() -> datetime:
    """The clock, read at the edge."""
    return datetime.now(UTC)
