"""Rules of the factories."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace as replaced
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from shared.cursor import listing_of
from shared.dynamo import TransactionFailedError, transact
from shared.etags import UNCONDITIONAL, Expected
from shared.factory_keys import FACTORIES, factory_key
from shared.factory_table import factory_table
from shared.parallel import together
from shared.problems import Conflict, NotFound, PreconditionFailed, StoreUnavailable
from sprockets import charts
from sprockets.catalog import STALE, missing, number_of
from sprockets.charts import ALONE, IN_LIST, Bounds, Span
from sprockets.generations import (
    MISSING,
    clear,
    clear_abandoned,
    counter_key,
    create_operations,
    hide,
    points_of,
    show,
    written,
)
from sprockets.store import SAME, Factory, Point, factory_of, page, reserve

if TYPE_CHECKING:
    from sprockets.models import FactoryIn

Shown = dict[str, Any]
T = TypeVar("T")
BUSY = "the factory is being written by others"
# How often a request begins anew because others write to the same factory
ROUNDS = 10


def one(factory_id: str, expected: Expected = UNCONDITIONAL) -> Factory:
    """NotFound, PreconditionFailed."""
    return _there(number_of(factory_id, MISSING, expected), expected)


def _there(number: int, expected: Expected = UNCONDITIONAL) -> Factory:
    item = factory_table().get(factory_key(number), consistent=True)
    if item is None:
        raise missing(MISSING, expected)
    return factory_of(item)


def steadily(factory: Factory, read: Callable[[Factory], T]) -> T:
    """What is read of a chart that is not replaced meanwhile: that would be half deleted."""
    for _ in range(ROUNDS):
        found = read(factory)
        now = _there(factory.id)
        if now.generation == factory.generation:
            return found
        factory = now
    raise Conflict(BUSY)


def shown(factory: Factory, span: Span, bounds: Bounds = ALONE) -> Shown:
    def read(factory: Factory) -> Shown:
        return _with_chart(factory, *charts.read(factory.id, factory.generation, span, bounds))

    return steadily(factory, read)


def _with_chart(factory: Factory, points: list[Point], thinned: bool) -> Shown:
    more = {"chart_data_thinned": True} if thinned else {}
    return {"id": factory.id, "name": factory.name, "chart_data": charts.data(points), **more}


def listed(limit: int, cursor: str | None, span: Span) -> Shown:
    """A page in order of id."""
    items, following = page(FACTORIES, limit, listing_of("/factories", **span.filters), cursor)

    def element(factory: Factory) -> list[Shown]:
        with suppress(NotFound):
            return [shown(factory, span, IN_LIST)]
        return []  # deleted meanwhile

    found = together(element, map(factory_of, items))
    return {
        "items": list(chain.from_iterable(found)),
        "next": following,
    }


def svg(factory: Factory, span: Span) -> str:
    def read(factory: Factory) -> str:
        points, thinned = charts.read(factory.id, factory.generation, span, ALONE)
        title = factory.name or f"Factory {factory.id}"
        return charts.drawing(title, points, thinned=thinned)

    return steadily(factory, read)


def create(body: "FactoryIn") -> tuple[Factory, Shown]:
    """The new factory; nothing is read any more that could fail when it is there."""
    clear_abandoned()
    factory = Factory(reserve("factory"), body.name, 1, 1)
    points = points_of(body.chart_data, 1)
    transact(create_operations([(factory, points)]))
    return factory, _with_chart(factory, *charts.thinned(sorted(points, key=attrgetter("time"))))


def replace(factory_id: str, body: "FactoryIn", expected: Expected) -> Factory:
    """The new state; what the body leaves out stays. NotFound, PreconditionFailed."""
    clear_abandoned()
    factory = _expected(factory_id, expected)
    if body.chart_data is None:
        return _retried(factory, expected, lambda now: _update(now, body, now.generation))
    generation = written(factory.id, body.chart_data)
    try:
        after = _retried(factory, expected, lambda now: _update(now, body, generation))
    except (NotFound, PreconditionFailed, Conflict):
        clear(factory.id, generation)
        raise
    return after


def delete(factory_id: str, expected: Expected = UNCONDITIONAL) -> None:
    """Take a factory and all its points away. NotFound, PreconditionFailed.

    It is gone for everyone at once; points that are left when it takes long are cleared later.
    """
    clear_abandoned()
    _retried(_expected(factory_id, expected), expected, _remove)


def _expected(factory_id: str, expected: Expected) -> Factory:
    factory = one(factory_id, expected)
    if not expected.allows(factory.version):
        raise PreconditionFailed(STALE)
    return factory


def _retried(factory: Factory, expected: Expected, write: Callable[[Factory], Factory]) -> Factory:
    """What a transaction on the factory makes of it; anew when another one came before."""
    for _ in range(ROUNDS):
        try:
            after = write(factory)
        except TransactionFailedError as error:
            if not error.failed():
                raise
            factory = _expected(str(factory.id), expected)
            continue
        if after.generation != factory.generation:
            with suppress(StoreUnavailable):  # it is done, what is left is cleared later
                clear(factory.id, factory.generation)
        return after
    raise Conflict(BUSY)


def _update(factory: Factory, body: "FactoryIn", generation: int) -> Factory:
    """A factory with the name of the body, if it has one, and a generation of points."""
    after = replaced(
        factory,
        name=body.name if body.renames else factory.name,
        version=factory.version + 1,
        generation=generation,
    )
    moved = []
    if generation != factory.generation:
        moved = [show(factory.id, generation), hide(factory.id, factory.generation)]
    update = factory_table().update_operation(
        factory_key(factory.id),
        "SET #name = :name, version = :version, generation = :generation",
        SAME,
        names={"#name": "name"},
        values={
            ":name": after.name,
            ":version": after.version,
            ":generation": generation,
            ":v": factory.version,
        },
    )
    transact([update, *moved])
    return after


def _remove(factory: Factory) -> Factory:
    key = factory_key(factory.id)
    transact(
        [
            factory_table().delete_operation(key, SAME, values={":v": factory.version}),
            factory_table().delete_operation(counter_key(factory.id)),
            hide(factory.id, factory.generation),
        ]
    )
    return replaced(factory, generation=0)
