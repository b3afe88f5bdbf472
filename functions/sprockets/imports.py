"""Seed documents: loaded once by their content, whatever the order of their keys."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from shared.dynamo import (
    TRANSACTION,
    Item,
    Operation,
    TransactionFailedError,
    transact,
)
from shared.factory_keys import factory_table
from sprockets.catalog import item_of
from sprockets.generations import clear_abandoned, founding, points_of
from sprockets.store import Factory, claim, digest_of, progress, reserve

if TYPE_CHECKING:
    from sprockets.models import FactoryImport, SprocketImport

# What makes the elements from one to before another visible, under the ids of a load
Part = Callable[[Item, int, int], Iterator[Operation]]
FACTORIES_AT_ONCE = 20


def sprockets(document: "SprocketImport") -> int | None:
    """How many were created, None when the document was loaded already."""

    def part(load: Item, start: int, end: int) -> Iterator[Operation]:
        for i in range(start, end):
            item = item_of(load["first"] + i, document.sprockets[i])
            yield factory_table().put_operation(item)

    count = len(document.sprockets)
    return _once("sprocket", document.model_dump(), count, part, TRANSACTION - 1)


def factories(document: "FactoryImport") -> int | None:
    """How many were created, None when the document was loaded already."""

    def part(load: Item, start: int, end: int) -> Iterator[Operation]:
        # the points of an attempt are its own: one that was overtaken can't touch what is shown
        attempt = _next_attempt(load)
        for i in range(start, end):
            body = document.factories[i].factory
            factory = Factory(load["first"] + i, body.name, 1, attempt)
            yield from founding(factory, points_of(body.chart_data, 1))

    clear_abandoned()
    count = len(document.factories)
    return _once("factory", document.model_dump(), count, part, FACTORIES_AT_ONCE)


def _next_attempt(load: Item) -> int:
    key = {"pk": load["pk"], "sk": load["sk"]}
    return int(factory_table().update(key, "ADD attempts :one", values={":one": 1})["attempts"])


def _once(kind: str, document: dict[str, Any], count: int, part: Part, size: int) -> int | None:
    """Loads each part exactly once, so that a call after a crash goes on where that stopped."""
    key = {"pk": "IMPORT", "sk": f"{kind}#{digest_of(document)}"}
    load = factory_table().get(key, consistent=True)
    if load is None:
        load = claim({**key, "first": reserve(kind, max(1, count)), "loaded": -1})
    while load["loaded"] < count:
        start = max(0, load["loaded"])
        end = min(count, start + size)
        try:
            transact([progress(load, end), *part(load, start, end)])
        except TransactionFailedError as error:
            if 0 not in error.failed():
                raise
            # another request loads the same document: go on from where that is
            load = factory_table().get(key, consistent=True) or load
        else:
            load["loaded"] = end
            if end == count:
                return count
    return None
