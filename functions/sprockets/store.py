"""The factory table: sprockets, factories, and the points of their charts.

| pk                   | sk                | what                                             |
|----------------------|-------------------|--------------------------------------------------|
| COUNTER              | sprocket, factory, point#factory | the last id given                 |
| SPROCKET             | id                | a sprocket                                       |
| FACTORY              | id                | a factory, with the generation of its points     |
| POINTS#factory#gen   | time#id           | a point, in time order                           |
| INDEX#factory#gen    | id                | where a point is                                 |
| SAMPLE#factory#gen#n | time#id           | a point whose id 2 to the n divides, and no more |
| USES#sprocket        | factory#gen#id    | a point that refers to a sprocket                |
| IMPORT               | kind#digest       | a seed document: ids reserved, how far it is     |
| LOADS#factory#gen    | digest            | points on their way, as long as they are         |
| JOURNAL              | factory#gen       | points that are not shown, as long as they are   |

A chart is replaced by writing its points as a new generation and pointing the factory at it.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared import cursor as cursors
from shared.dynamo import ConditionFailedError, Item, Key, Operation
from shared.factory_keys import factory_table, padded, points_partition

if TYPE_CHECKING:
    from sprockets.models import PointIn

SPROCKETS = "SPROCKET"
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


def sprocket_key(number: int) -> Key:
    return {"pk": SPROCKETS, "sk": padded(number)}


def point_key(factory: int, generation: int, point: Point) -> Key:
    sk = f"{padded(point.time)}#{padded(point.id)}"
    return {"pk": points_partition(factory, generation), "sk": sk}


def sample_partition(factory: int, generation: int, level: int) -> str:
    return f"SAMPLE#{factory}#{generation}#{level}"


def sample_key(factory: int, generation: int, point: Point) -> Key | None:
    """Where a point stands again, for charts of many points; None for seven of eight."""
    level = (point.id & -point.id).bit_length() - 1
    if level < SAMPLED:
        return None
    key = point_key(factory, generation, point)
    return {"pk": sample_partition(factory, generation, level), "sk": key["sk"]}


def index_key(factory: int, generation: int, point_id: int) -> Key:
    return {"pk": f"INDEX#{factory}#{generation}", "sk": padded(point_id)}


def use_key(sprocket: int, factory: int, generation: int, point_id: int) -> Key:
    return {"pk": f"USES#{sprocket}", "sk": f"{factory}#{generation}#{point_id}"}


def loads_partition(factory: int, generation: int) -> str:
    return f"LOADS#{factory}#{generation}"


def point_item(factory: int, generation: int, point: Point) -> Item:
    return {
        **point_key(factory, generation, point),
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


def put_points(factory: int, generation: int, points: Iterable[Point]) -> None:
    """Write the points of a generation that nothing shows yet."""
    items: list[Item] = []
    for point in points:
        items.append(point_item(factory, generation, point))
        items.append({**index_key(factory, generation, point.id), "time": point.time})
        if sample := sample_key(factory, generation, point):
            items.append({**items[-2], **sample})
    factory_table().put_many(items)


def delete_points(factory: int, generation: int, until: float) -> bool:
    """Delete a generation whatever its size; False when it is not done at time.monotonic()."""
    items = _all(points_partition(factory, generation))
    while batch := list(islice(items, 1000)):
        if time.monotonic() > until:
            return False
        points = [point_of(item) for item in batch]
        # the points last: they tell what else there is to delete
        factory_table().delete_many(_belongings(factory, generation, points))
        factory_table().delete_many({"pk": item["pk"], "sk": item["sk"]} for item in batch)
    loads = _all(loads_partition(factory, generation))
    factory_table().delete_many({"pk": item["pk"], "sk": item["sk"]} for item in loads)
    return True


def _all(partition: str) -> Iterator[Item]:
    return factory_table().query_all("pk = :pk", {":pk": partition}, consistent=True)


def _belongings(factory: int, generation: int, points: list[Point]) -> Iterator[Key]:
    for point in points:
        yield index_key(factory, generation, point.id)
        if sample := sample_key(factory, generation, point):
            yield sample
        for sprocket in set(point.sprocket_types):
            yield use_key(sprocket, factory, generation, point.id)
