"""Rules of the factories."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from shared import cursor as cursors
from shared.dynamo import ConditionFailedError, Item, together, transact
from shared.factory_keys import FACTORIES, factory_key, factory_table
from shared.problems import Conflict, NotFound, PreconditionFailed
from sprockets import charts
from sprockets.catalog import STALE, condition, number_of, refusal
from sprockets.charts import ALONE, IN_LIST, Bounds, Span
from sprockets.store import Point, delete_points, page, put_points, reserve

if TYPE_CHECKING:
    from sprockets.models import ChartData, FactoryIn

Shown = dict[str, Any]
T = TypeVar("T")
MISSING = "no such factory"
BUSY = "the factory is being written by others"
# How often a request begins anew because others write to the same factory
ROUNDS = 5


@dataclass(frozen=True)
class Factory:
    """As stored. Points of generations from `cleaned` to before `generation` are to be deleted."""

    id: int
    name: str | None
    version: int
    generation: int
    cleaned: int


def factory_of(item: Item) -> Factory:
    return Factory(
        item["id"], item.get("name"), item["version"], item["generation"], item["cleaned"]
    )


def one(factory_id: str) -> Factory:
    """NotFound also for a factory whose deletion has begun."""
    return _there(number_of(factory_id, MISSING))


def _there(number: int) -> Factory:
    item = factory_table().get(factory_key(number), consistent=True)
    if item is None or "deleting" in item:
        raise NotFound(MISSING)
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
        points, thinned = charts.read(factory.id, factory.generation, span, bounds)
        more = {"chart_data_thinned": True} if thinned else {}
        return {
            "id": factory.id,
            "name": factory.name,
            "chart_data": charts.data(points),
            **more,
        }

    return steadily(factory, read)


def listed(limit: int, cursor: str | None, span: Span) -> Shown:
    """A page in order of id."""
    items, last = page(FACTORIES, limit, cursors.decode("/factories", cursor))

    def element(factory: Factory) -> list[Shown]:
        with suppress(NotFound):
            return [shown(factory, span, IN_LIST)]
        return []  # deleted meanwhile

    alive = [factory_of(item) for item in items if "deleting" not in item]
    return {
        "items": [each for found in together(element, alive) for each in found],
        "next": None if last is None else cursors.encode("/factories", last),
    }


def svg(factory: Factory, span: Span) -> str:
    def read(factory: Factory) -> str:
        points, thinned = charts.read(factory.id, factory.generation, span, ALONE)
        title = factory.name or f"Factory {factory.id}"
        return charts.drawing(title, points, thinned=thinned)

    return steadily(factory, read)


def points_of(chart: "ChartData | None", first_id: int) -> list[Point]:
    """The points of a chart, with ids in its order."""
    if chart is None:
        return []
    rows = zip(
        chart.time, chart.sprocket_production_actual, chart.sprocket_production_goal, strict=True
    )
    return [Point(first_id + i, *row) for i, row in enumerate(rows)]


def unseen(number: int, body: "FactoryIn", generation: int = 1) -> list[Item]:
    """Write the points of a new factory; the items that make it visible with all of them."""
    points = points_of(body.chart_data, 1)
    put_points(number, generation, points)
    return [
        {"pk": "COUNTER", "sk": f"point#{number}", "n": len(points)},
        {
            **factory_key(number),
            "id": number,
            "name": body.name,
            "version": 1,
            "generation": generation,
            "cleaned": 1,
            "allocated": generation,
        },
    ]


def create(body: "FactoryIn") -> Factory:
    items = unseen(reserve("factory"), body)
    transact([factory_table().put_operation(item) for item in items])
    return factory_of(items[-1])


def replace(factory_id: str, body: "FactoryIn", expected: list[int] | None) -> Factory:
    """The new state; what the body leaves out stays. NotFound, PreconditionFailed."""
    factory = one(factory_id)
    if expected is not None and factory.version not in expected:
        raise PreconditionFailed(STALE)
    for _ in range(ROUNDS):
        generation = None if body.chart_data is None else _written(factory.id, body.chart_data)
        try:
            factory = factory_of(_put_in_place(factory.id, body, generation, expected))
        except ConditionFailedError as error:
            if generation is not None:
                delete_points(factory.id, generation)
            item = error.item
            if (
                item is None
                or "deleting" in item
                or item["version"] not in (expected or [item["version"]])
            ):
                raise refusal(item, MISSING) from error
            continue  # another request has put a later chart in place
        sweep(factory)
        return factory
    raise Conflict(BUSY)


def _written(number: int, chart: "ChartData") -> int:
    """The generation that the points of the chart are written to, seen by nobody yet."""
    generation = _allocate(number)
    first = reserve(f"point#{number}", max(1, len(chart.time)))
    put_points(number, generation, points_of(chart, first))
    return generation


def _put_in_place(
    number: int, body: "FactoryIn", generation: int | None, expected: list[int] | None
) -> Item:
    when = condition(expected)
    values = {":one": 1, **when.get("values", {})}
    assignments = []
    if body.renames:
        assignments.append("#name = :name")
        values[":name"] = body.name
    if generation is not None:
        assignments.append("generation = :g")
        values[":g"] = generation
        when["condition"] += " AND generation < :g"
    return factory_table().update(
        factory_key(number),
        (f"SET {', '.join(assignments)} " if assignments else "") + "ADD version :one",
        condition=when["condition"],
        names={"#name": "name"} if body.renames else None,
        values=values,
    )


def _allocate(number: int) -> int:
    """A generation of points that nobody else writes to."""
    try:
        return int(
            factory_table().update(
                factory_key(number),
                "ADD allocated :one",
                condition="attribute_exists(pk) AND attribute_not_exists(deleting)",
                values={":one": 1},
            )["allocated"]
        )
    except ConditionFailedError as error:
        raise NotFound(MISSING) from error


def sweep(factory: Factory) -> None:
    """Delete the points of generations that are not shown any more, also left by a crash."""
    if factory.cleaned >= factory.generation:
        return
    for generation in range(factory.cleaned, factory.generation):
        delete_points(factory.id, generation)
    # where it does not hold another request has swept as far
    with suppress(ConditionFailedError):
        factory_table().update(
            factory_key(factory.id),
            "SET cleaned = :to",
            condition="attribute_exists(pk) AND cleaned < :to",
            values={":to": factory.generation},
        )


def delete(factory_id: str, expected: list[int] | None) -> None:
    """Take a factory and all its points away. NotFound, PreconditionFailed.

    It is gone for everyone as soon as it is marked; when the rest is interrupted, the next call
    goes on with it.
    """
    number = number_of(factory_id, MISSING)
    key = factory_key(number)
    item = factory_table().get(key, consistent=True)
    if item is None or "deleting" not in item:
        when = condition(expected)
        values = {":true": True, **when.get("values", {})}
        try:
            item = factory_table().update(
                key, "SET deleting = :true", condition=when["condition"], values=values
            )
        except ConditionFailedError as error:
            raise refusal(error.item, MISSING) from error
    generations = range(item["cleaned"], item["allocated"] + 1)
    for generation in generations:
        delete_points(number, generation)
    factory_table().delete_many([key, {"pk": "COUNTER", "sk": f"point#{number}"}])
