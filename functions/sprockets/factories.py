"""Rules of the factories."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace as replaced
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from shared import cursor as cursors
from shared.etags import UNCONDITIONAL, Expected, missing
from shared.parallel import together
from shared.problems import Conflict, NotFound, PreconditionFailed
from sprockets import charts
from sprockets.charts import ALONE, IN_LIST, Bounds, Period
from sprockets.resources import WRITE_ATTEMPTS, check_version, number_of
from sprockets.store import counters, generations
from sprockets.store import factories as store
from sprockets.store.records import Factory, Point

if TYPE_CHECKING:
    from sprockets.models import ChartData, FactoryIn

Json = dict[str, Any]
T = TypeVar("T")
Updated = TypeVar("Updated", bound=Factory | None)
LISTING = "/factories"
MISSING = "no such factory"
BEING_WRITTEN = "the factory is being written by other requests"


def get(factory_id: str, expected: Expected = UNCONDITIONAL) -> Factory:
    """In any state; NotFound, or PreconditionFailed where some state was expected."""
    return _existing(number_of(factory_id, MISSING, expected), expected)


def _existing(number: int, expected: Expected = UNCONDITIONAL) -> Factory:
    factory = store.get(number)
    if factory is None:
        raise missing(MISSING, expected)
    return factory


def _expected(factory_id: str, expected: Expected) -> Factory:
    """In a state that was expected; NotFound, PreconditionFailed."""
    factory = get(factory_id, expected)
    check_version(factory.version, expected)
    return factory


def read_consistent(factory: Factory, read: Callable[[Factory], T]) -> T:
    """The result of a read during which the chart was not replaced: it could be half deleted."""
    for _ in range(WRITE_ATTEMPTS):
        found = read(factory)
        now = _existing(factory.id)
        if now.generation == factory.generation:
            return found
        factory = now
    raise Conflict(BEING_WRITTEN)


def to_json(factory: Factory, period: Period, bounds: Bounds = ALONE) -> Json:
    def read(factory: Factory) -> Json:
        return _with_chart(factory, *charts.read(factory, period, bounds))

    return read_consistent(factory, read)


def _with_chart(factory: Factory, points: list[Point], thinned: bool) -> Json:
    more = {"chart_data_thinned": True} if thinned else {}
    return {"id": factory.id, "name": factory.name, "chart_data": charts.data(points), **more}


def page(limit: int, cursor: str | None, period: Period) -> Json:
    """In order of id."""
    listing = cursors.listing_of(LISTING, **period.filters)
    after = cursors.decode(listing, cursor, id=int)
    found = store.page(limit + 1, after["id"] if after else 0)

    def element(factory: Factory) -> list[Json]:
        with suppress(NotFound):
            return [to_json(factory, period, IN_LIST)]
        return []  # deleted meanwhile

    def render(some: Sequence[Factory]) -> list[Json]:
        return list(chain.from_iterable(together(element, some)))

    return cursors.page(listing, found, limit, lambda factory: {"id": factory.id}, render)


def draw(factory: Factory, period: Period) -> str:
    """The chart as SVG."""

    def read(factory: Factory) -> str:
        points, thinned = charts.read(factory, period, ALONE)
        title = factory.name or f"Factory {factory.id}"
        return charts.drawing(title, points, thinned=thinned)

    return read_consistent(factory, read)


def points_of(chart: "ChartData | None", first_id: int = 1) -> list[Point]:
    """The points of a chart, with ids in its order."""
    if chart is None:
        return []
    rows = zip(
        chart.time, chart.sprocket_production_actual, chart.sprocket_production_goal, strict=True
    )
    return [Point(first_id + i, *row) for i, row in enumerate(rows)]


def create(body: "FactoryIn") -> tuple[Factory, Json]:
    """The new factory; no read follows the write, which could fail when it exists."""
    generations.clear_abandoned()
    factory = Factory(counters.reserve(counters.FACTORY), body.name, 1, 1)
    points = points_of(body.chart_data)
    store.create(factory, points)
    return factory, _with_chart(factory, *charts.thinned(sorted(points, key=attrgetter("time"))))


def replace(factory_id: str, body: "FactoryIn", expected: Expected) -> Factory:
    """The new state; what the body leaves out is not changed. NotFound, PreconditionFailed."""
    generations.clear_abandoned()
    factory = _expected(factory_id, expected)
    written = None if body.chart_data is None else _write_chart(factory.id, body.chart_data)

    def update(now: Factory) -> Factory:
        name = body.name if body.renames else now.name
        generation = written or now.generation
        return replaced(now, name=name, version=now.version + 1, generation=generation)

    try:
        return _commit(factory, expected, update)
    except (NotFound, PreconditionFailed, Conflict):
        if written:
            generations.clear(factory.id, written)
        raise


def _write_chart(factory: int, chart: "ChartData") -> int:
    """The generation that the points of the chart are written to, which nobody reads yet."""
    generation = generations.allocate(factory)
    if generation is None:
        raise NotFound(MISSING)
    first = counters.reserve_points(factory, max(1, len(chart.time)))
    generations.write([(factory, generation, points_of(chart, first))])
    return generation


def delete(factory_id: str, expected: Expected = UNCONDITIONAL) -> None:
    """Delete a factory with all its points. NotFound, PreconditionFailed.

    It is gone for everyone at once; points that are left when it takes long are cleared later.
    """
    generations.clear_abandoned()
    _commit(_expected(factory_id, expected), expected, lambda _: None)


def _commit(factory: Factory, expected: Expected, update: Callable[[Factory], Updated]) -> Updated:
    """Replace a factory by an update of it, None to delete it; again where others changed it."""
    for _ in range(WRITE_ATTEMPTS):
        new = update(factory)
        if store.replace(factory, new):
            return new
        factory = _expected(str(factory.id), expected)
    raise Conflict(BEING_WRITTEN)


def clear_abandoned(seconds: float) -> int:
    """Clear points that interrupted requests have left; how many generations."""
    return generations.clear_abandoned(seconds)
