"""Seed documents: loaded once by their content, whatever the order of their keys."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from shared.dynamo import (
    TRANSACTION,
    Item,
    Operation,
    TransactionFailedError,
    transact,
)
from shared.factory_table import factory_table
from shared.problems import StoreUnavailable
from sprockets.catalog import item_of
from sprockets.generations import clear_abandoned, create_operations, points_of
from sprockets.store import Factory, claim, digest_of, progress, reserve

if TYPE_CHECKING:
    from sprockets.models import FactoryImport, SprocketImport

# The operations that create the elements from one to before another, under the ids of a load
Part = Callable[[Item, int, int], Iterable[Operation]]
AT_ONCE = TRANSACTION - 1  # sprockets, beside how far the load is
# Sizes of a part: its transaction has three operations for each factory, and the load's
FACTORIES_AT_ONCE, POINTS_AT_ONCE = 32, 2000


def sprockets(document: "SprocketImport") -> int | None:
    """How many were created, None when the document was loaded already."""

    def part(load: Item, start: int, end: int) -> Iterator[Operation]:
        for i in range(start, end):
            item = item_of(load["first"] + i, document.sprockets[i])
            yield factory_table().put_operation(item)

    count = len(document.sprockets)
    ends = [*range(AT_ONCE, count, AT_ONCE), count]
    return _once("sprocket", document.model_dump(), part, ends)


def factories(document: "FactoryImport") -> int | None:
    """How many were created, None when the document was loaded already."""
    bodies = [each.factory for each in document.factories]

    def part(load: Item, start: int, end: int) -> list[Operation]:
        # the points of an attempt are its own: one that was overtaken can't touch what is shown
        attempt = _next_attempt(load)
        return create_operations(
            [
                (Factory(load["first"] + i, body.name, 1, attempt), points_of(body.chart_data, 1))
                for i, body in enumerate(bodies[start:end], start)
            ]
        )

    clear_abandoned()
    sizes = [len(body.chart_data.time) if body.chart_data else 0 for body in bodies]
    return _once("factory", document.model_dump(), part, _ends(sizes))


def _ends(sizes: list[int]) -> list[int]:
    """Where the parts of a document end, a factory of many points being one of its own."""
    ends: list[int] = []
    start = points = 0
    for i, size in enumerate(sizes):
        if i - start == FACTORIES_AT_ONCE or (i > start and points + size > POINTS_AT_ONCE):
            ends.append(i)
            start, points = i, 0
        points += size
    return [*ends, len(sizes)]


def _next_attempt(load: Item) -> int:
    key = {"pk": load["pk"], "sk": load["sk"]}
    return int(factory_table().update(key, "ADD attempts :one", values={":one": 1})["attempts"])


def _once(kind: str, document: dict[str, Any], part: Part, ends: list[int]) -> int | None:
    """Loads each part exactly once; a call after one that failed goes on where that stopped."""
    count = ends[-1]
    key = {"pk": "IMPORT", "sk": f"{kind}#{digest_of(document)}"}
    load = factory_table().get(key, consistent=True)
    if load is None:
        load = claim({**key, "first": reserve(kind, max(1, count)), "loaded": -1})
    while load["loaded"] < count:
        start = max(0, load["loaded"])
        end = next(end for end in ends if end > load["loaded"])
        try:
            transact([progress(load, end), *part(load, start, end)])
        except StoreUnavailable as error:
            loaded = f"{start} of {count} are loaded: send the same document again to go on"
            raise StoreUnavailable(f"the store is too slow now; {loaded}") from error
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
