"""Rules of the factories."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared import cursor as cursors
from shared.dynamo import ConditionFailedError, Item
from shared.factory_keys import FACTORIES, factory_key, factory_table
from shared.problems import NotFound
from sprockets import charts
from sprockets.catalog import condition, number_of, refusal
from sprockets.charts import ALONE, IN_LIST, Bounds, Span
from sprockets.store import Point, delete_points, page, put_points, reserve

if TYPE_CHECKING:
    from sprockets.models import ChartData, FactoryIn

Shown = dict[str, Any]
MISSING = "no such factory"


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
    number = number_of(factory_id, MISSING)
    item = factory_table().get(factory_key(number), consistent=True)
    if item is None or "deleting" in item:
        raise NotFound(MISSING)
    return factory_of(item)


def shown(factory: Factory, span: Span, bounds: Bounds = ALONE) -> Shown:
    points, thinned = charts.read(factory.id, factory.generation, span, bounds)
    more = {"chart_data_thinned": True} if thinned else {}
    return {"id": factory.id, "name": factory.name, "chart_data": charts.data(points), **more}


def listed(limit: int, cursor: str | None, span: Span) -> Shown:
    """A page in order of id."""
    items, last = page(FACTORIES, limit, cursors.decode("/factories", cursor))
    alive = [factory_of(item) for item in items if "deleting" not in item]
    return {
        "items": [shown(factory, span, IN_LIST) for factory in alive],
        "next": None if last is None else cursors.encode("/factories", last),
    }


def svg(factory: Factory, span: Span) -> str:
    points, thinned = charts.read(factory.id, factory.generation, span, ALONE)
    title = factory.name or f"Factory {factory.id}"
    return charts.drawing(title, points, thinned=thinned)


def points_of(chart: "ChartData | None", first_id: int) -> list[Point]:
    """The points of a chart, with ids in its order."""
    if chart is None:
        return []
    rows = zip(
        chart.time, chart.sprocket_production_actual, chart.sprocket_production_goal, strict=True
    )
    return [Point(first_id + i, *row) for i, row in enumerate(rows)]


def write_new(number: int, body: "FactoryIn") -> Item:
    """Write a factory under a reserved id, its points first: it is there with all or not at all."""
    points = points_of(body.chart_data, 1)
    if points:
        factory_table().put({"pk": "COUNTER", "sk": f"point#{number}", "n": len(points)})
        put_points(number, 1, points)
    item: Item = {
        **factory_key(number),
        "id": number,
        "version": 1,
        "generation": 1,
        "cleaned": 1,
        "allocated": 1,
    }
    if body.name is not None:
        item["name"] = body.name
    factory_table().put(item)
    return item


def create(body: "FactoryIn") -> Factory:
    return factory_of(write_new(reserve("factory"), body))


def replace(factory_id: str, body: "FactoryIn", expected: list[int] | None) -> Factory:
    """The new state; what the body leaves out stays. NotFound, PreconditionFailed."""
    number = one(factory_id).id
    generation = None
    if body.chart_data is not None:
        generation = _allocate(number)
        first = reserve(f"point#{number}", max(1, len(body.chart_data.time)))
        put_points(number, generation, points_of(body.chart_data, first))
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
    try:
        item = factory_table().update(
            factory_key(number),
            (f"SET {', '.join(assignments)} " if assignments else "") + "ADD version :one",
            condition=when["condition"],
            names={"#name": "name"} if body.renames else None,
            values=values,
        )
    except ConditionFailedError as error:
        if generation is not None:
            delete_points(number, generation)
        raise refusal(error.item, MISSING) from error
    factory = factory_of(item)
    sweep(factory)
    return factory


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
