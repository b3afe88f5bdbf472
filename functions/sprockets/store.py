"""The factory table: sprockets, factories, and the points of their charts.

| pk                   | sk                | what                                             |
|----------------------|-------------------|--------------------------------------------------|
| COUNTER              | sprocket, factory, point#factory | the last id given                 |
| SPROCKET             | id                | a sprocket, and how many points refer to it      |
| FACTORY              | id                | a factory, with the generation of its points     |
| INDEX#factory#gen    | id                | a point                                          |
| POINTS#factory#gen   | time#id           | the same, in time order                          |
| SAMPLE#factory#gen#n | time#id           | the same, if 2 to the n divides its id, no more  |
| IMPORT               | kind#digest       | a seed document: ids reserved, how far it is     |
| LOADS#factory#gen    | digest            | points on their way, as long as they are         |
| JOURNAL              | factory#gen       | points that are not shown, as long as they are   |

A chart is replaced by writing its points as a new generation and pointing the factory at it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared import cursor as cursors
from shared.dynamo import ConditionFailedError, Item, Key, Operation
from shared.factory_keys import padded, points_partition
from shared.factory_table import factory_table

if TYPE_CHECKING:
    from sprockets.models import PointIn

SPROCKETS = "SPROCKET"
THERE = "attribute_exists(pk)"
# of what is still as it was read
SAME = "version = :v"
# The densest level of samples: every eighth point is in it or in a sparser one
SAMPLED = 3


@dataclass(frozen=True)
class Point:
    """A factory's production around a moment (Unix seconds)."""

    id: int
    time: int
    actual: int
    goal: int
    sprocket_types: tuple[int, ...] = ()
    version: int = 1


@dataclass(frozen=True)
class Factory:
    """As stored; `generation` is that of the points which it shows."""

    id: int
    name: str | None
    version: int
    generation: int


# The points of a factory's generation
Chart = tuple[int, int, list[Point]]


def sprocket_key(number: int) -> Key:
    return {"pk": SPROCKETS, "sk": padded(number)}


def index_key(factory: int, generation: int, point_id: int) -> Key:
    return {"pk": f"INDEX#{factory}#{generation}", "sk": padded(point_id)}


def sample_partition(factory: int, generation: int, level: int) -> str:
    return f"SAMPLE#{factory}#{generation}#{level}"


def point_keys(factory: int, generation: int, point: Point) -> list[Key]:
    """Where a point is stored, whole each time: by its id, by its time, and one in eight as sample.

    The first is what is read of a single point, so it is there whatever else changes.
    """
    by_id = index_key(factory, generation, point.id)
    sk = f"{padded(point.time)}#{padded(point.id)}"
    keys = [by_id, {"pk": points_partition(factory, generation), "sk": sk}]
    level = (point.id & -point.id).bit_length() - 1
    if level >= SAMPLED:
        keys.append({"pk": sample_partition(factory, generation, level), "sk": sk})
    return keys


def loads_partition(factory: int, generation: int) -> str:
    return f"LOADS#{factory}#{generation}"


def point_item(factory: int, point: Point) -> Item:
    """What is stored of a point under each of its keys."""
    return {
        "factory_id": factory,
        "id": point.id,
        "time": point.time,
        "actual": point.actual,
        "goal": point.goal,
        "sprocket_types": list(point.sprocket_types),
        "version": point.version,
    }


def point_of(item: Item) -> Point:
    types = tuple(item["sprocket_types"])
    return Point(item["id"], item["time"], item["actual"], item["goal"], types, item["version"])


def point_from(number: int, body: "PointIn", version: int = 1) -> Point:
    types = tuple(dict.fromkeys(body.sprocket_types))
    return Point(number, body.time, body.actual, body.goal, types, version)


def factory_of(item: Item) -> Factory:
    return Factory(item["id"], item.get("name"), item["version"], item["generation"])


def reserve(counter: str, count: int = 1) -> int:
    """The first of `count` new ids; what is reserved and not used is a gap."""
    key = {"pk": "COUNTER", "sk": counter}
    last = factory_table().update(key, "ADD n :by", values={":by": count})["n"]
    return int(last) - count + 1


def digest_of(content: Any) -> str:
    """SHA-256 of what would be JSON, whatever the order of its keys."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def claim(item: Item) -> Item:
    """The item as written now, or as it was already there."""
    try:
        factory_table().put(item, condition="attribute_not_exists(pk)")
    except ConditionFailedError as error:
        return error.item or item
    return item


def progress(load: Item, to: int) -> Operation:
    """Of a transaction that writes the next part of a load; fails when it is not where it was."""
    return factory_table().update_operation(
        {"pk": load["pk"], "sk": load["sk"]},
        "SET loaded = :to",
        "loaded = :from",
        values={":from": load["loaded"], ":to": to},
    )


def page(
    partition: str, limit: int, listing: str, cursor: str | None
) -> tuple[list[Item], str | None]:
    """Items of a partition in order of their keys, and the cursor to go on with."""
    place = cursors.decode(listing, cursor, sk=str)
    found = (
        factory_table()
        .query(
            "pk = :pk AND sk > :after",
            {":pk": partition, ":after": place["sk"] if place else "-"},
            limit=limit + 1,
            consistent=True,
        )
        .items
    )
    return found[:limit], cursors.following(listing, found, limit, place_of)


def place_of(item: Item) -> cursors.Place:
    return {"sk": item["sk"]}


def put_points(charts: Iterable[Chart]) -> None:
    """Write the points of generations that nothing shows yet.

    First by their time: that is where delete_points looks for what else there is.
    """
    by_time: list[Item] = []
    others: list[Item] = []
    for factory, generation, points in charts:
        for point in points:
            item = point_item(factory, point)
            by_id, place, *sample = point_keys(factory, generation, point)
            by_time.append({**item, **place})
            others += ({**item, **key} for key in (by_id, *sample))
    factory_table().put_many(by_time)
    factory_table().put_many(others)
