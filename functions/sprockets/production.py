"""Rules of the points of a factory's production."""

from typing import TYPE_CHECKING, Any

from shared import cursor as cursors
from shared.dynamo import Item
from shared.etags import UNCONDITIONAL, Expected
from shared.factory_keys import points_partition
from shared.factory_table import factory_table
from shared.problems import Conflict, PreconditionFailed
from sprockets.catalog import STALE, missing, number_of
from sprockets.charts import Span
from sprockets.factories import steadily
from sprockets.references import check_known, write
from sprockets.store import Factory, Point, index_key, place_of, point_from, point_of

if TYPE_CHECKING:
    from sprockets.models import PointIn

Shown = dict[str, Any]
MISSING = "no such point"
BUSY = "the point is being written by others"
# How often a write is made anew because others write to the same factory
ROUNDS = 10


def shown(point: Point) -> Shown:
    return {
        "id": point.id,
        "time": point.time,
        "actual": point.actual,
        "goal": point.goal,
        "sprocket_types": list(point.sprocket_types),
    }


def listed(factory: Factory, span: Span, limit: int, cursor: str | None) -> Shown:
    """A page in order of time."""
    listing = cursors.listing_of(f"/factories/{factory.id}/production", **span.filters)
    after = cursors.decode(listing, cursor, sk=str)
    # by the key of the last point alone: the chart may have been replaced since
    start = span.keys[":start"] if after is None else f"{after['sk']}!"

    def read(factory: Factory) -> list[Item]:
        page = factory_table().query(
            "pk = :pk AND sk BETWEEN :start AND :end",
            {
                ":pk": points_partition(factory.id, factory.generation),
                ":start": min(start, span.keys[":end"]),
                ":end": span.keys[":end"],
            },
            limit=limit + 1,
            consistent=True,
        )
        return page.items

    found = steadily(factory, read)
    return {
        "items": [shown(point_of(item)) for item in found[:limit]],
        "next": cursors.following(listing, found, limit, place_of),
    }


def one(factory: Factory, point_id: str, expected: Expected = UNCONDITIONAL) -> Point:
    """NotFound, PreconditionFailed."""
    number = number_of(point_id, MISSING, expected)
    key = index_key(factory.id, factory.generation, number)
    item = factory_table().get(key, consistent=True)
    if item is None:
        raise missing(MISSING, expected)
    if not expected.allows(item["version"]):
        raise PreconditionFailed(STALE)
    return point_of(item)


def replace(
    factory: Factory, point_id: str, body: "PointIn", expected: Expected = UNCONDITIONAL
) -> Point:
    """The new state; NotFound, PreconditionFailed, Invalid for an unknown sprocket."""
    check_known([body])
    for _ in range(ROUNDS):
        old = one(factory, point_id, expected)
        new = point_from(old.id, body, old.version + 1)
        if not write(factory, [(old, new)]):
            return new
        check_known([body])
    raise Conflict(BUSY)


def delete(factory: Factory, point_id: str, expected: Expected = UNCONDITIONAL) -> None:
    """NotFound, PreconditionFailed."""
    for _ in range(ROUNDS):
        old = one(factory, point_id, expected)
        if not write(factory, [(old, None)]):
            return
    raise Conflict(BUSY)
