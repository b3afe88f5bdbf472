"""Rules of the points of a factory's production."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shared import cursor as cursors
from shared.etags import UNCONDITIONAL, Expected, missing
from shared.problems import Conflict, Invalid, NotFound, StoreUnavailable, fault_at
from sprockets import factories
from sprockets.charts import Period
from sprockets.resources import WRITE_ATTEMPTS, check_version, number_of
from sprockets.store import counters, keys, loads, sprockets
from sprockets.store import points as store
from sprockets.store.loads import Load
from sprockets.store.points import Outcome, Replacement
from sprockets.store.records import Factory, Point

if TYPE_CHECKING:
    from sprockets.models import PointIn, PointsIn

MISSING = "no such point"


def point_of(number: int, body: "PointIn", version: int = 1) -> Point:
    types = tuple(dict.fromkeys(body.sprocket_types))
    return Point(number, body.time, body.actual, body.goal, types, version)


def to_json(point: Point) -> dict[str, Any]:
    return {
        "id": point.id,
        "time": point.time,
        "actual": point.actual,
        "goal": point.goal,
        "sprocket_types": list(point.sprocket_types),
    }


def page(factory_id: str, period: Period, limit: int, cursor: str | None) -> dict[str, Any]:
    """In order of time."""
    factory = factories.get(factory_id)
    listing = cursors.listing_of(f"/factories/{factory.id}/production", **period.filters)
    place = cursors.decode(listing, cursor, time=int, id=int)
    # the place is of the last point alone: the chart may have been replaced since
    after = (place["time"], place["id"]) if place else None

    def read(factory: Factory) -> list[Point]:
        return store.page(factory, period.start, period.end, limit + 1, after)

    def render(some: Sequence[Point]) -> list[dict[str, Any]]:
        return [to_json(point) for point in some]

    found = factories.read_consistent(factory, read)
    return cursors.page(listing, found, limit, lambda p: {"time": p.time, "id": p.id}, render)


def get(factory_id: str, point_id: str) -> Point:
    """NotFound."""
    return _expected(factories.get(factory_id), point_id, UNCONDITIONAL)


def _expected(factory: Factory, point_id: str, expected: Expected) -> Point:
    """NotFound, PreconditionFailed."""
    point = store.get(factory, number_of(point_id, MISSING, expected))
    if point is None:
        raise missing(MISSING, expected)
    check_version(point.version, expected)
    return point


def replace(
    factory_id: str, point_id: str, body: "PointIn", expected: Expected = UNCONDITIONAL
) -> Point:
    """The new state; NotFound, PreconditionFailed, Invalid for an unknown sprocket."""
    factory = factories.get(factory_id, expected)
    for _ in range(WRITE_ATTEMPTS):
        _expect_sprockets(body)
        old = _expected(factory, point_id, expected)
        new = point_of(old.id, body, old.version + 1)
        if _changed(factory, [(old, new)]):
            return new
    raise Conflict("the point is being written by other requests")


def delete(factory_id: str, point_id: str, expected: Expected = UNCONDITIONAL) -> None:
    """NotFound, PreconditionFailed."""
    _delete(factories.get(factory_id, expected), point_id, expected)


def _delete(factory: Factory, point_id: str, expected: Expected = UNCONDITIONAL) -> None:
    for _ in range(WRITE_ATTEMPTS):
        old = _expected(factory, point_id, expected)
        if _changed(factory, [(old, None)]):
            return
    raise Conflict("the point is being written by other requests")


def _changed(factory: Factory, changes: list[Replacement]) -> bool:
    """Whether points and sprockets were as they were read; Conflict where the chart was not."""
    return _is_done(store.change(factory, changes))


def _is_done(outcome: Outcome) -> bool:
    if outcome is Outcome.CHART_REPLACED:
        raise Conflict("the factory's chart was replaced or deleted meanwhile")
    if outcome is Outcome.LOADED:
        raise Conflict("the same points are being written by another request")
    return outcome is Outcome.DONE


def append(factory_id: str, body: "PointIn | PointsIn") -> list[Point]:
    """New points, all or none; Invalid names each unknown sprocket.

    Many take several transactions. When the store fails between two of them, the same points sent
    again are continued from there; when a sprocket is deleted, what was written is taken back.
    """
    factory = factories.get(factory_id)
    _expect_sprockets(body)
    bodies = body.points
    first = counters.reserve_points(factory.id, len(bodies))
    if len(bodies) == 1:
        points = [point_of(first, bodies[0])]
        if not _changed(factory, [(None, points[0])]):
            raise _sprockets_changed(body)
        return points
    key = keys.points_load_key(factory.id, factory.generation, [b.model_dump() for b in bodies])
    load = loads.begin(Load(key, len(bodies), first))
    points = [point_of(load.first + i, each) for i, each in enumerate(bodies)]
    for part in store.parts(points[load.loaded :]):
        try:
            if not _is_done(store.append(factory, part, load)):
                raise _sprockets_changed(body)
        except Invalid:
            _take_back(factory, points[: load.loaded], load)
            raise
        except StoreUnavailable as error:
            written = f"{load.loaded} of {load.count} points are written"
            raise StoreUnavailable(
                f"the store is too slow now; {written}: send the same again to continue"
            ) from error
    return points


def _expect_sprockets(body: "PointIn | PointsIn") -> None:
    """Invalid names each reference to a sprocket that does not exist."""
    known = sprockets.known(number for point in body.points for number in point.sprocket_types)

    def place(number: int) -> tuple[str | int, ...]:
        return ("body",) if body.single else ("body", "points", number)

    faults = [
        fault_at(
            [*place(i), "sprocket_types", j],
            f"there is no sprocket {number}",
            "unknown_reference",
        )
        for i, point in enumerate(body.points)
        for j, number in enumerate(point.sprocket_types)
        if number not in known
    ]
    if faults:
        raise Invalid("production refers to sprockets that do not exist", faults)


def _sprockets_changed(body: "PointIn | PointsIn") -> Conflict:
    """Invalid where a sprocket was deleted meanwhile."""
    _expect_sprockets(body)
    return Conflict("the sprockets are being written by other requests")


def _take_back(factory: Factory, points: list[Point], load: Load) -> None:
    # a chart that was replaced meanwhile has taken the points with it
    with suppress(Conflict):
        for part in store.parts(points):
            if _changed(factory, [(point, None) for point in part]):
                continue
            for point in part:  # others have changed or deleted some
                with suppress(NotFound):
                    _delete(factory, str(point.id))
    loads.forget(load)
