"""The generations of a factory's points: written unseen, shown at once, swept when replaced."""

from contextlib import suppress
from typing import TYPE_CHECKING

from shared.dynamo import ConditionFailedError, Item
from shared.factory_keys import factory_key, factory_table
from shared.problems import NotFound
from sprockets.catalog import LIVE
from sprockets.store import Factory, Point, delete_points, put_points, reserve

if TYPE_CHECKING:
    from sprockets.models import ChartData, FactoryIn

MISSING = "no such factory"


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


def written(number: int, chart: "ChartData") -> int:
    """The generation that the points of the chart are written to, seen by nobody yet."""
    generation = _allocate(number)
    first = reserve(f"point#{number}", max(1, len(chart.time)))
    put_points(number, generation, points_of(chart, first))
    return generation


def _allocate(number: int) -> int:
    """A generation of points that nobody else writes to."""
    try:
        return int(
            factory_table().update(
                factory_key(number),
                "ADD allocated :one",
                condition=LIVE,
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
