"""Transactions on points that refer to sprockets, with integrity between them."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from shared.dynamo import Operation, TransactionFailedError, transact
from shared.factory_keys import factory_key, factory_table
from shared.problems import Conflict, Fault, Invalid
from sprockets.catalog import UNMARKED, lift
from sprockets.store import (
    Factory,
    Point,
    index_key,
    point_item,
    point_key,
    sample_key,
    sprocket_key,
    use_key,
)

if TYPE_CHECKING:
    from sprockets.models import PointIn


def check_known(bodies: "list[PointIn]") -> None:
    """Invalid names each reference to a sprocket that is not there."""
    wanted = sorted({number for body in bodies for number in body.sprocket_types})
    keys = [sprocket_key(number) for number in wanted]
    known = {item["id"] for item in factory_table().get_many(keys, consistent=True)}
    faults: list[Fault] = []
    for i, body in enumerate(bodies):
        place: list[str | int] = ["points", i] if len(bodies) > 1 else []
        for j, number in enumerate(body.sprocket_types):
            if number not in known:
                faults.append(
                    {
                        "loc": ["body", *place, "sprocket_types", j],
                        "msg": f"there is no sprocket {number}",
                        "type": "unknown_reference",
                    }
                )
    if faults:
        raise Invalid("production refers to sprockets that there are not", faults)


def touch(factory: Factory) -> Operation:
    """The factory is as it was read, and is a version on."""
    return factory_table().update_operation(
        factory_key(factory.id),
        "ADD version :one",
        "generation = :g",
        values={":one": 1, ":g": factory.generation},
    )


def checks(sprockets: Iterable[int]) -> list[Operation]:
    """That each sprocket is there, and no deletion of it under way."""
    return [
        factory_table().check_operation(sprocket_key(number), UNMARKED)
        for number in sorted(set(sprockets))
    ]


def additions(factory: Factory, points: list[Point]) -> list[Operation]:
    """The factory first, then the sprockets, then what is written."""
    writes: list[Operation] = []
    for point in points:
        writes += puts(factory, point)
        writes.append(index(factory, point))
        writes += [use(factory, number, point.id) for number in point.sprocket_types]
    types = (number for point in points for number in point.sprocket_types)
    return [touch(factory), *checks(types), *writes]


def puts(factory: Factory, point: Point, **condition: Any) -> list[Operation]:
    """A point in its place, under a condition, and among the samples if it is one."""
    item = point_item(factory.id, factory.generation, point)
    operations = [factory_table().put_operation(item, **condition)]
    if sample := sample_key(factory.id, factory.generation, point):
        operations.append(factory_table().put_operation({**item, **sample}))
    return operations


def deletes(factory: Factory, point: Point, **condition: Any) -> list[Operation]:
    """A point out of its place, under a condition, and out of the samples if it is one."""
    key = point_key(factory.id, factory.generation, point)
    operations = [factory_table().delete_operation(key, **condition)]
    if sample := sample_key(factory.id, factory.generation, point):
        operations.append(factory_table().delete_operation(sample))
    return operations


def index(factory: Factory, point: Point) -> Operation:
    key = index_key(factory.id, factory.generation, point.id)
    return factory_table().put_operation({**key, "time": point.time})


def use(factory: Factory, sprocket: int, point_id: int) -> Operation:
    key = use_key(sprocket, factory.id, factory.generation, point_id)
    return factory_table().put_operation(key)


def unuse(factory: Factory, sprocket: int, point_id: int) -> Operation:
    key = use_key(sprocket, factory.id, factory.generation, point_id)
    return factory_table().delete_operation(key)


def removals(factory: Factory, points: list[Point], **condition: Any) -> Iterator[Operation]:
    """The points, each under a condition, and what belongs to them."""
    for point in points:
        yield from deletes(factory, point, **condition)
        key = index_key(factory.id, factory.generation, point.id)
        yield factory_table().delete_operation(key)
        yield from (unuse(factory, number, point.id) for number in point.sprocket_types)


def attempt(operations: list[Operation]) -> list[Operation]:
    """One transaction that begins with the factory; what did not hold otherwise.

    Conflict when it was the factory. A deletion that has marked one of the sprockets begins anew.
    """
    try:
        transact(operations)
    except TransactionFailedError as error:
        failed = [operations[i] for i in error.failed()]
        if not failed:
            raise
        if operations[0] in failed:
            raise Conflict("the factory's chart was replaced or deleted meanwhile") from error
        for operation in failed:
            if operation["type"] == "condition_check":
                lift(operation["key"])
        return failed
    return []
