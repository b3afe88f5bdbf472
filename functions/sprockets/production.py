"""Rules of the points of a factory's production."""

from typing import TYPE_CHECKING, Any

from shared import cursor as cursors
from shared.dynamo import Item
from shared.factory_keys import factory_table, points_partition
from shared.problems import Conflict, NotFound, PreconditionFailed
from sprockets.catalog import SAME, STALE, number_of
from sprockets.charts import Span
from sprockets.factories import steadily
from sprockets.references import (
    attempt,
    check_known,
    checks,
    deletes,
    index,
    puts,
    removals,
    touch,
    unuse,
    use,
)
from sprockets.store import (
    Factory,
    Point,
    index_key,
    place_of,
    point_from,
    point_key,
    point_of,
)

if TYPE_CHECKING:
    from sprockets.models import PointIn

Shown = dict[str, Any]
MISSING = "no such point"
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
    listing = f"/factories/{factory.id}/production"
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


def one(factory: Factory, point_id: str) -> Point:
    number = number_of(point_id, MISSING)
    place = factory_table().get(index_key(factory.id, factory.generation, number), consistent=True)
    if place is None:
        raise NotFound(MISSING)
    key = point_key(factory.id, factory.generation, Point(number, place["time"], 0, 0))
    item = factory_table().get(key, consistent=True)
    if item is None:
        raise NotFound(MISSING)
    return point_of(item)


def replace(factory: Factory, point_id: str, body: "PointIn", expected: list[int] | None) -> Point:
    """The new state; NotFound, PreconditionFailed, Invalid for an unknown sprocket."""
    check_known([body])
    for _ in range(ROUNDS):
        old = one(factory, point_id)
        if expected is not None and old.version not in expected:
            raise PreconditionFailed(STALE)
        new = point_from(old.id, body, old.version + 1)
        if _swap(factory, old, new):
            return new
        check_known([body])
    raise Conflict("the point is being written by others")


def _swap(factory: Factory, old: Point, new: Point) -> bool:
    """Replace a point if it is still the one that was read."""
    before, after = set(old.sprocket_types), set(new.sprocket_types)
    unchanged: dict[str, Any] = {"condition": SAME, "values": {":v": old.version}}
    operations = [touch(factory), *checks(after - before)]
    if old.time == new.time:
        operations += puts(factory, new, **unchanged)
    else:
        operations += deletes(factory, old, **unchanged)
        operations += puts(factory, new)
        operations.append(index(factory, new))
    operations += [use(factory, number, new.id) for number in sorted(after - before)]
    operations += [unuse(factory, number, old.id) for number in sorted(before - after)]
    return not attempt(operations)


def delete(factory: Factory, point_id: str, expected: list[int] | None) -> None:
    """NotFound, PreconditionFailed."""
    for _ in range(ROUNDS):
        old = one(factory, point_id)
        if expected is not None and old.version not in expected:
            raise PreconditionFailed(STALE)
        unchanged: dict[str, Any] = {"condition": SAME, "values": {":v": old.version}}
        if not attempt([touch(factory), *removals(factory, [old], **unchanged)]):
            return
    raise Conflict("the point is being written by others")
