"""People and their birthdays, by name and by day."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from greetings.names import name_key
from shared.birthdays_table import BY_MONTH, DAY_END
from shared.birthdays_table import birthdays_table as people
from shared.birthdays_table import born as people_born
from shared.dynamo import ConditionFailedError, Item, TransactionFailedError, transact
from shared.etags import UNCONDITIONAL, Expected, unchanged

EXISTS = "attribute_exists(username)"
# Seconds after which another run may announce a birthday that this one has claimed
LEASE = 120


@dataclass(frozen=True)
class Person:
    """Someone with a birthday; `greeted` is the year of the last one that was announced."""

    username: str
    born: date
    zone: str | None
    version: int = 0
    greeted: int = 0


def put(person: Person, expected: Expected = UNCONDITIONAL) -> bool:
    """Whether it was saved, which takes a state that was expected."""
    values: Item = {
        ":username": person.username,
        ":born": person.born.isoformat(),
        ":month": f"{person.born:%m}",
        ":day": f"{person.born:%d}{DAY_END}{name_key(person.username)}",
        ":one": 1,
        # a person who is deleted and saved again gets no version that was used before
        ":began": int(time.time() * 1000),
    }
    expression = (
        "SET username = :username, born = :born, born_month = :month, born_day = :day,"
        " version = if_not_exists(version, :began) + :one"
    )
    if person.zone is not None:
        expression += ", #zone = :zone"
        values[":zone"] = person.zone
    else:
        expression += " REMOVE #zone"
    condition, allowed = expected.condition(EXISTS)
    # a transaction, for it is done once however often it is sent
    operation = people().update_operation(
        {"name": name_key(person.username)},
        expression,
        condition=condition,
        names={"#zone": "zone"},
        values=values | allowed,
    )
    try:
        transact([operation])
    except TransactionFailedError as failed:
        if failed.failed():
            return False
        raise
    return True


def get(username: str) -> Person | None:
    item = people().get({"name": name_key(username)}, consistent=True)
    return None if item is None else _person(item)


def delete(username: str, expected: Expected = UNCONDITIONAL) -> bool | None:
    """Whether the person existed; None, and not deleted, in a state that was not expected."""
    condition, allowed = expected.condition(EXISTS)
    try:
        gone = people().delete(
            {"name": name_key(username)},
            condition=condition,
            values=allowed or None,
        )
    except ConditionFailedError as failed:
        return False if failed.item is None else None
    return gone is not None


def claim(person: Person, year: int, now: float) -> bool:
    """Whether the announcement of a birthday is the caller's for LEASE seconds.

    Not where it is announced already, or another run announces it, or the person has changed.
    """
    same, version = unchanged(person.version).condition(EXISTS)
    try:
        people().update(
            {"name": name_key(person.username)},
            "SET lease = :until",
            condition=f"{same} AND (attribute_not_exists(greeted) OR greeted < :year)"
            " AND (attribute_not_exists(lease) OR lease < :now)",
            values={
                ":until": int(now) + LEASE,
                ":now": int(now),
                ":year": year,
                **version,
            },
        )
    except ConditionFailedError:
        return False
    return True


def release(person: Person, greeted: int | None = None) -> None:
    """End a claim, the birthday of a year being announced or not."""
    expression, values = "REMOVE lease", None
    if greeted is not None:
        expression, values = "SET greeted = :year REMOVE lease", {":year": greeted}
    with suppress(ConditionFailedError):  # deleted meanwhile
        people().update(
            {"name": name_key(person.username)},
            expression,
            condition="attribute_exists(#name)",
            names={"#name": "name"},
            values=values,
        )


def everyone_born(day: str) -> Iterator[Person]:
    """All people born on a day, MM-DD."""
    month, day = day.split("-")
    items = people().query_all(
        "born_month = :month AND begins_with(born_day, :day)",
        {":month": month, ":day": f"{day}{DAY_END}"},
        index=BY_MONTH,
    )
    return map(_person, items)


def born(first: str, last: str, limit: int, after: str = "") -> list[Person]:
    """People born from one day to another of a month, on the first day behind the key `after`."""
    return [_person(item) for item in people_born(first, last, limit, after)]


def _person(item: Item) -> Person:
    return Person(
        item["username"],
        date.fromisoformat(item["born"]),
        item.get("zone"),
        item["version"],
        item.get("greeted", 0),
    )
