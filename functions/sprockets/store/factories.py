"""Factories."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from shared.dynamo import Operation, TransactionFailedError, transact
from shared.etags import unchanged
from shared.factory_keys import FACTORIES, factory_key, padded
from shared.factory_table import factory_table
from shared.problems import StoreUnavailable
from sprockets.store import generations, loads
from sprockets.store.keys import EXISTS, counter_key, point_counter
from sprockets.store.loads import Load
from sprockets.store.records import Factory, Point

# A new factory, and the points of its chart
New = tuple[Factory, list[Point]]


def get(number: int) -> Factory | None:
    item = factory_table().get(factory_key(number), consistent=True)
    return Factory.from_item(item) if item else None


def get_many(numbers: Iterable[int]) -> list[Factory]:
    """Those that are there, in any order."""
    keys = [factory_key(number) for number in numbers]
    return [Factory.from_item(item) for item in factory_table().get_many(keys, consistent=True)]


def page(limit: int, after: int = 0) -> list[Factory]:
    """In order of id."""
    values = {":pk": FACTORIES, ":after": padded(after)}
    found = factory_table().query_all(
        "pk = :pk AND sk > :after", values, limit=limit, consistent=True
    )
    return [Factory.from_item(item) for item in islice(found, limit)]


def create(factory: Factory, points: list[Point]) -> None:
    generations.write([(factory.id, factory.generation, points)])
    transact(list(_create_operations(factory, len(points))))


def create_part(load: Load, to: int, new: list[New]) -> bool:
    """The factories of a load before `to`; False where another request has created them."""
    generations.write((factory.id, factory.generation, points) for factory, points in new)
    operations = (
        operation
        for factory, points in new
        for operation in _create_operations(factory, len(points))
    )
    return loads.write_part(load, to, operations)


def _create_operations(factory: Factory, points: int) -> Iterator[Operation]:
    counter = {**counter_key(point_counter(factory.id)), "n": points}
    yield factory_table().put_operation(counter)
    yield factory_table().put_operation(factory.item())
    yield generations.publish(factory.id, factory.generation)


def replace(old: Factory, new: Factory | None) -> bool:
    """Write a factory in place of another, or none; False where that is not as it was read.

    Points of the old generation are gone for all readers at once.
    """
    operations = list(_delete_operations(old) if new is None else _update_operations(old, new))
    try:
        transact(operations)
    except TransactionFailedError as error:
        if not error.failed():
            raise
        return False
    if new is None or new.generation != old.generation:
        with suppress(StoreUnavailable):  # what is left is cleared later
            generations.clear(old.id, old.generation)
    return True


def _delete_operations(old: Factory) -> Iterator[Operation]:
    condition, values = unchanged(old.version).condition(EXISTS)
    yield factory_table().delete_operation(factory_key(old.id), condition, values=values)
    yield factory_table().delete_operation(counter_key(point_counter(old.id)))
    yield generations.retire(old.id, old.generation)


def _update_operations(old: Factory, new: Factory) -> Iterator[Operation]:
    condition, values = unchanged(old.version).condition(EXISTS)
    written = {":name": new.name, ":version": new.version, ":generation": new.generation}
    yield factory_table().update_operation(
        factory_key(old.id),
        "SET #name = :name, version = :version, generation = :generation",
        condition,
        names={"#name": "name"},
        values={**written, **values},
    )
    if new.generation != old.generation:
        yield generations.publish(new.id, new.generation)
        yield generations.retire(old.id, old.generation)
