"""People and their birthdays, by name and by day."""

from dataclasses import dataclass
from datetime import date

from greetings.birthdays import month_day
from greetings.names import name_key
from shared.dynamo import Item, Page, Table, table

BY_DAY = "by-day"


@dataclass(frozen=True)
class Person:
    username: str
    born: date
    zone: str | None


def _people() -> Table:
    return table("BIRTHDAYS_TABLE", "name")


def put(person: Person) -> None:
    item: Item = {
        "name": name_key(person.username),
        "username": person.username,
        "born": person.born.isoformat(),
        "month_day": month_day(person.born),
    }
    if person.zone is not None:
        item["zone"] = person.zone
    _people().put(item)


def get(username: str) -> Person | None:
    item = _people().get({"name": name_key(username)}, consistent=True)
    return None if item is None else _person(item)


def delete(username: str) -> bool:
    """Whether there was anyone to delete."""
    return _people().delete({"name": name_key(username)}) is not None


def born(day: str, limit: int, after: str | None = None) -> list[Person]:
    """People born on a day, MM-DD, in order of their names' keys, behind the key `after`."""
    page: Page = _people().query(
        "#d = :d AND #n > :after",
        {":d": day, ":after": after or " "},
        names={"#d": "month_day", "#n": "name"},
        index=BY_DAY,
        limit=limit,
    )
    return [_person(item) for item in page.items]


def _person(item: Item) -> Person:
    return Person(item["username"], date.fromisoformat(item["born"]), item.get("zone"))
