"""Points, each under all its keys, in transactions that count the references to sprockets."""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import islice

from shared.dynamo import TRANSACTION, Key, Operation, TransactionFailedError, transact
from shared.etags import unchanged
from shared.factory_keys import factory_key, padded, points_partition
from shared.factory_table import factory_table
from sprockets.store import loads
from sprockets.store.keys import (
    EXISTS,
    index_key,
    point_keys,
    sample_partition,
    time_key,
)
from sprockets.store.loads import Load
from sprockets.store.records import Factory, Point
from sprockets.store.sprockets import count_references

# Operations of a transaction on points and sprockets, beside the factory's, and the load's
POINT_OPERATIONS = TRANSACTION - 2
# A point before and after a write; None where there is none
Replacement = tuple[Point | None, Point | None]


class Outcome(Enum):
    """What became of a transaction; nothing is written but with DONE."""

    DONE = "done"
    CHART_REPLACED = "the factory has another generation, or is deleted"
    LOADED = "another request has written this part of the load"
    CHANGED = "a point is not as it was read, or a sprocket does not exist"


def get(factory: Factory, number: int) -> Point | None:
    key = index_key(factory.id, factory.generation, number)
    item = factory_table().get(key, consistent=True)
    return Point.from_item(item) if item else None


def page(
    factory: Factory, start: int, end: int, limit: int, after: tuple[int, int] | None = None
) -> list[Point]:
    """Points from one moment to another in time order, behind the time and id `after`."""
    last = _behind(end)
    first = padded(start) if after is None else f"{time_key(*after)}!"
    partition = points_partition(factory.id, factory.generation)
    return _between(partition, min(first, last), last, limit)


def newest(factory: Factory, start: int, end: int, limit: int) -> list[Point]:
    """The last points from one moment to another, in time order."""
    partition = points_partition(factory.id, factory.generation)
    return _between(partition, padded(start), _behind(end), limit, forward=False)[::-1]


def samples(factory: Factory, level: int, start: int, end: int, limit: int) -> list[Point]:
    """Points from one moment to another whose id 2 to the `level` divides, no more."""
    partition = sample_partition(factory.id, factory.generation, level)
    return _between(partition, padded(start), _behind(end), limit)


def _behind(moment: int) -> str:
    return f"{padded(moment)}#~"


def _between(
    partition: str, first: str, last: str, limit: int, *, forward: bool = True
) -> list[Point]:
    items = factory_table().query_all(
        "pk = :pk AND sk BETWEEN :start AND :end",
        {":pk": partition, ":start": first, ":end": last},
        limit=limit,
        forward=forward,
        consistent=True,
    )
    return [Point.from_item(item) for item in islice(items, limit)]


def change(factory: Factory, changes: Iterable[Replacement], *progress: Operation) -> Outcome:
    """Replace points in one transaction, or change nothing; `progress` is that of a load."""
    references: Counter[int] = Counter()
    replaced: list[Operation] = []
    for old, new in changes:
        references.update(new.sprocket_types if new else ())
        references.subtract(old.sprocket_types if old else ())
        replaced += _replace(factory, old, new)
    operations = [_touch(factory), *progress, *replaced, *count_references(references)]
    try:
        transact(operations)
    except TransactionFailedError as error:
        failed = error.failed()
        if not failed:
            raise
        if failed[0] == 0:
            return Outcome.CHART_REPLACED
        return Outcome.LOADED if failed[0] <= len(progress) else Outcome.CHANGED
    return Outcome.DONE


def append(factory: Factory, points: list[Point], load: Load) -> Outcome:
    """Write the next points of a load, which is over with the last of them."""
    to = load.loaded + len(points)
    progress = loads.finish(load) if to == load.count else loads.advance(load, to)
    outcome = change(factory, ((None, point) for point in points), progress)
    if outcome is Outcome.DONE:
        load.loaded = to
    return outcome


def _touch(factory: Factory) -> Operation:
    """The generation is still the current one; the factory is a version later."""
    return factory_table().update_operation(
        factory_key(factory.id),
        "ADD version :one",
        "generation = :generation",
        values={":one": 1, ":generation": factory.generation},
    )


def _keys(factory: Factory, point: Point) -> list[Key]:
    return point_keys(factory.id, factory.generation, point.id, point.time)


def _replace(factory: Factory, old: Point | None, new: Point | None) -> Iterator[Operation]:
    """A point in place of another, if that is as it was read; either may be none."""
    condition, values = unchanged(old.version).condition(EXISTS) if old else (None, {})
    kept: list[Key] = []
    if new:
        item = new.item(factory.id)
        by_id, *kept = _keys(factory, new)
        yield factory_table().put_operation({**item, **by_id}, condition, values=values)
        yield from (factory_table().put_operation({**item, **key}) for key in kept)
    if old:
        by_id, *others = _keys(factory, old)
        if not new:
            yield factory_table().delete_operation(by_id, condition, values=values)
        yield from (factory_table().delete_operation(key) for key in others if key not in kept)


def parts(points: Iterable[Point]) -> Iterator[list[Point]]:
    """Runs of points that fit a transaction, with their sprockets."""
    part: list[Point] = []
    used, sprockets = 0, set[int]()
    for point in points:
        types = set(point.sprocket_types)
        cost = len(point_keys(0, 0, point.id, point.time))
        if part and used + cost + len(sprockets | types) > POINT_OPERATIONS:
            yield part
            part, used, sprockets = [], 0, set()
        part.append(point)
        used += cost
        sprockets |= types
    if part:
        yield part
