"""Seed documents: loaded once by their content, whatever the order of their keys."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.problems import StoreUnavailable
from sprockets.factories import points_of
from sprockets.sprockets import sprocket_of
from sprockets.store import counters, generations, keys, loads
from sprockets.store import factories as factory_store
from sprockets.store import sprockets as sprocket_store
from sprockets.store.loads import Load
from sprockets.store.records import Factory

if TYPE_CHECKING:
    from sprockets.models import FactoryImport, SprocketImport

# Writes the elements of a load from one to before another; False where another request has
WritePart = Callable[[Load, int, int], bool]
SPROCKETS_AT_ONCE = 99  # in a transaction, with the load
# Sizes of a part: its transaction has three operations for each factory, and the load's
FACTORIES_AT_ONCE, POINTS_AT_ONCE = 32, 2000


def sprockets(document: "SprocketImport") -> int | None:
    """How many were created, None when the document was loaded already."""

    def write(load: Load, start: int, end: int) -> bool:
        bodies = enumerate(document.sprockets[start:end], load.first + start)
        return sprocket_store.create_part(load, end, [sprocket_of(*each) for each in bodies])

    count = len(document.sprockets)
    ends = [*range(SPROCKETS_AT_ONCE, count, SPROCKETS_AT_ONCE), count]
    return _once(counters.SPROCKET, document.model_dump(), write, ends)


def factories(document: "FactoryImport") -> int | None:
    """How many were created, None when the document was loaded already."""
    bodies = [each.factory for each in document.factories]

    def write(load: Load, start: int, end: int) -> bool:
        # each attempt has points of its own: one that was overtaken can't touch what is published
        generation = loads.count_attempt(load)
        new = [
            (Factory(number, body.name, 1, generation), points_of(body.chart_data))
            for number, body in enumerate(bodies[start:end], load.first + start)
        ]
        return factory_store.create_part(load, end, new)

    generations.clear_abandoned()
    sizes = [len(body.chart_data.time) if body.chart_data else 0 for body in bodies]
    return _once(counters.FACTORY, document.model_dump(), write, _ends(sizes))


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


def _once(kind: str, document: dict[str, Any], write: WritePart, ends: list[int]) -> int | None:
    """Loads each part exactly once; a call after one that failed continues where that stopped."""
    count = ends[-1]
    key = keys.import_key(kind, document)
    load = loads.find(key, count)
    if load is None:
        # a document of no elements is one part as well
        load = loads.begin(Load(key, count, counters.reserve(kind, max(1, count)), loaded=-1))
    while load.loaded < count:
        start = max(0, load.loaded)
        end = next(end for end in ends if end > load.loaded)
        try:
            written = write(load, start, end)
        except StoreUnavailable as error:
            loaded = f"{start} of {count} are loaded: send the same document again to continue"
            raise StoreUnavailable(f"the store is too slow now; {loaded}") from error
        if not written:
            # another request loads the same document: continue from where that is
            load = loads.find(key, count) or load
        elif end == count:
            return count
    return None
