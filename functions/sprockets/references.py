"""Transactions on points, which count the points that refer to each sprocket."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from shared.dynamo import TRANSACTION, Item, Key, Operation, TransactionFailedError, transact
from shared.factory_keys import factory_key, points_partition
from shared.factory_table import factory_table
from shared.problems import Conflict, Fault, Invalid, fault_at
from sprockets.store import (
    SAME,
    THERE,
    Factory,
    Point,
    loads_partition,
    point_item,
    point_keys,
    point_of,
    sprocket_key,
)

if TYPE_CHECKING:
    from sprockets.models import PointIn

# Points that are deleted before the time is looked at again
AT_ONCE = 200
# A point before and after a write; None where there is none
Change = tuple[Point | None, Point | None]


def check_known(bodies: "list[PointIn]") -> None:
    """Invalid names each reference to a sprocket that is not there."""
    wanted = sorted({number for body in bodies for number in body.sprocket_types})
    keys = [sprocket_key(number) for number in wanted]
    known = {item["id"] for item in factory_table().get_many(keys, consistent=True)}
    faults: list[Fault] = []
    for i, body in enumerate(bodies):
        place = ("points", i) if len(bodies) > 1 else ()
        for j, number in enumerate(body.sprocket_types):
            if number not in known:
                loc = ("body", *place, "sprocket_types", j)
                faults.append(fault_at(loc, f"there is no sprocket {number}", "unknown_reference"))
    if faults:
        raise Invalid("production refers to sprockets that there are not", faults)


def write(
    factory: Factory, changes: Iterable[Change], more: Iterable[Operation] = ()
) -> list[Operation]:
    """Change points in one transaction, or nothing; the operations whose condition did not hold.

    Conflict where the factory's chart is not the one that was read.
    """
    references: Counter[int] = Counter()
    operations = [_touch(factory)]
    for old, new in changes:
        references.update(new.sprocket_types if new else ())
        references.subtract(old.sprocket_types if old else ())
        operations += _replace(factory, old, new)
    operations += [*count_references(references), *more]
    try:
        transact(operations)
    except TransactionFailedError as error:
        failed = [operations[i] for i in error.failed()]
        if not failed:
            raise
        if operations[0] in failed:
            raise Conflict("the factory's chart was replaced or deleted meanwhile") from error
        return failed
    return []


def _touch(factory: Factory) -> Operation:
    """The factory is as it was read, and is a version on."""
    return factory_table().update_operation(
        factory_key(factory.id),
        "ADD version :one",
        "generation = :g",
        values={":one": 1, ":g": factory.generation},
    )


def count_references(references: Counter[int]) -> Iterator[Operation]:
    """That so many points more refer to each sprocket; fails where it does not exist."""
    for number, by in sorted(references.items()):
        if by:
            yield factory_table().update_operation(
                sprocket_key(number), "ADD used_by :by", THERE, values={":by": by}
            )


def _replace(factory: Factory, old: Point | None, new: Point | None) -> Iterator[Operation]:
    """A point in the place of another, if that is as it was read; either may be none."""
    unchanged: dict[str, Any] = {}
    kept: list[Key] = []
    if old:
        unchanged = {"condition": SAME, "values": {":v": old.version}}
    if new:
        item = point_item(factory.id, new)
        by_id, *kept = point_keys(factory.id, factory.generation, new)
        yield factory_table().put_operation({**item, **by_id}, **unchanged)
        yield from (factory_table().put_operation({**item, **key}) for key in kept)
    if old:
        by_id, *others = point_keys(factory.id, factory.generation, old)
        if not new:
            yield factory_table().delete_operation(by_id, **unchanged)
        yield from (factory_table().delete_operation(key) for key in others if key not in kept)


def parts(points: Iterable[Point], size: int = TRANSACTION) -> Iterator[list[Point]]:
    """Runs of points that fit a transaction of `size` operations, with their sprockets."""
    part: list[Point] = []
    used, sprockets = 0, set[int]()
    for point in points:
        types = set(point.sprocket_types)
        cost = len(point_keys(0, 0, point))
        if part and used + cost + len(sprockets | types) > size:
            yield part
            part, used, sprockets = [], 0, set()
        part.append(point)
        used += cost
        sprockets |= types
    if part:
        yield part


def delete_points(factory: int, generation: int, until: float) -> bool:
    """Delete a generation that nothing shows any more; False if not done at time.monotonic()."""
    partition = {":pk": points_partition(factory, generation)}
    # one that refers to sprockets goes with its references; the others need no transaction
    while (
        items := factory_table().query("pk = :pk", partition, limit=AT_ONCE, consistent=True).items
    ):
        if time.monotonic() > until:
            return False
        points = [point_of(item) for item in items]
        keys = [point_keys(factory, generation, point) for point in points]
        factory_table().delete_many(key for by_id, _, *sample in keys for key in (by_id, *sample))
        for part in parts(point for point in points if point.sprocket_types):
            _delete_counted(factory, generation, part)
        plain = (point for point in points if not point.sprocket_types)
        factory_table().delete_many(point_keys(factory, generation, point)[1] for point in plain)
    loads = factory_table().query_all("pk = :pk", {":pk": loads_partition(factory, generation)})
    factory_table().delete_many({"pk": item["pk"], "sk": item["sk"]} for item in loads)
    return True


def _some(partition: Item) -> list[Item]:
    return factory_table().query("pk = :pk", partition, limit=AT_ONCE, consistent=True).items


def _delete_counted(factory: int, generation: int, points: list[Point]) -> None:
    """Delete points of a generation and their references, unless another request has."""
    references: Counter[int] = Counter()
    operations: list[Operation] = []
    for point in points:
        references.subtract(point.sprocket_types)
        key = point_keys(factory, generation, point)[1]
        operations.append(factory_table().delete_operation(key, THERE))
    try:
        transact([*operations, *count_references(references)])
    except TransactionFailedError as error:
        if not error.failed():
            raise
