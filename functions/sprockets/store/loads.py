"""Loads: documents and points that take several transactions, and how far each of them is.

A load is continued by the next request with the same content.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.dynamo import (
    ConditionFailedError,
    Item,
    Key,
    Operation,
    TransactionFailedError,
    transact,
)
from shared.factory_table import factory_table
from sprockets.store.keys import ABSENT, EXISTS

AT_PLACE = "loaded = :from"


@dataclass
class Load:
    """Of `count` elements; the first has the id `first`, and `loaded` of them are written."""

    key: Key
    count: int
    first: int
    loaded: int = 0


def find(key: Key, count: int) -> Load | None:
    item = factory_table().get(key, consistent=True)
    return _load(item, count) if item else None


def begin(load: Load) -> Load:
    """The load as written now, or as another request has begun it."""
    item: Item = {**load.key, "first": load.first, "loaded": load.loaded}
    try:
        factory_table().put(item, condition=ABSENT)
    except ConditionFailedError as error:
        return _load(error.item or item, load.count)
    return load


def _load(item: Item, count: int) -> Load:
    return Load({"pk": item["pk"], "sk": item["sk"]}, count, item["first"], item["loaded"])


def write_part(load: Load, to: int, operations: Iterable[Operation]) -> bool:
    """Write the elements before `to` in one transaction; False where another request has."""
    try:
        transact([advance(load, to), *operations])
    except TransactionFailedError as error:
        if 0 not in error.failed():
            raise
        return False
    load.loaded = to
    return True


def advance(load: Load, to: int) -> Operation:
    """In a transaction that writes a part of a load; fails where another request has."""
    values = {":from": load.loaded, ":to": to}
    return factory_table().update_operation(load.key, "SET loaded = :to", AT_PLACE, values=values)


def finish(load: Load) -> Operation:
    """The same with the last part; the load may be loaded once more."""
    return factory_table().delete_operation(load.key, AT_PLACE, values={":from": load.loaded})


def forget(load: Load) -> None:
    factory_table().delete(load.key)


def count_attempt(load: Load) -> int:
    """A number that no other attempt to write a part of the load has."""
    values = {":one": 1}
    item = factory_table().update(load.key, "ADD attempts :one", condition=EXISTS, values=values)
    return int(item["attempts"])
