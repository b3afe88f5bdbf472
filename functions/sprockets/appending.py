"""Many points at once: cut into transactions, gone on with after a failure, or taken back."""

from contextlib import suppress
from typing import TYPE_CHECKING

from shared.dynamo import TRANSACTION, Item, Operation
from shared.factory_table import factory_table
from shared.problems import Conflict, Invalid, NotFound, StoreUnavailable
from sprockets import production
from sprockets.references import check_known, parts, write
from sprockets.store import (
    Factory,
    Point,
    claim,
    digest_of,
    loads_partition,
    point_from,
    progress,
    reserve,
)

if TYPE_CHECKING:
    from sprockets.models import PointIn

# Operations of a transaction beside the factory, and how far the load is
ROOM = TRANSACTION - 2


def append(factory: Factory, bodies: "list[PointIn]") -> list[Point]:
    """New points, all or none; Invalid names each unknown sprocket.

    Many take several transactions. When the store fails between two of them, the same points sent
    again go on from there; when a sprocket was deleted, what was written is taken back.
    """
    check_known(bodies)
    load = _load(factory, bodies)
    points = [point_from(load["first"] + i, body) for i, body in enumerate(bodies)]
    end = 0
    for part in parts(points, ROOM):
        start, end = end, end + len(part)
        if end <= load["loaded"]:
            continue
        try:
            _write(factory, part, bodies, _progress(load, end, len(points)))
        except Invalid:
            _take_back(factory, points[:start], load)
            raise
        except StoreUnavailable as error:
            if len(points) == 1:
                raise
            written = f"{start} of {len(points)} points are written: send the same again to go on"
            raise StoreUnavailable(f"the store is too slow now; {written}") from error
        load["loaded"] = end
    return points


def _load(factory: Factory, bodies: "list[PointIn]") -> Item:
    """The ids of the points, and how many are written: of many by a request before, perhaps."""
    ids = {"first": reserve(f"point#{factory.id}", len(bodies)), "loaded": 0}
    if len(bodies) == 1:
        return ids
    digest = digest_of([body.model_dump() for body in bodies])
    return claim({"pk": loads_partition(factory.id, factory.generation), "sk": digest, **ids})


def _progress(load: Item, end: int, count: int) -> list[Operation]:
    """That the points up to `end` are written, by nobody else."""
    if count == 1:
        return []
    if end < count:
        return [progress(load, end)]
    key = {"pk": load["pk"], "sk": load["sk"]}
    at = {":from": load["loaded"]}
    return [factory_table().delete_operation(key, "loaded = :from", values=at)]


def _write(
    factory: Factory, part: list[Point], bodies: "list[PointIn]", progressed: list[Operation]
) -> None:
    failed = write(factory, [(None, point) for point in part], progressed)
    if any(operation in failed for operation in progressed):
        raise Conflict("the same points are being written by another request")
    if failed:
        check_known(bodies)  # names the sprocket that was deleted meanwhile
        raise Conflict("the sprockets are being written by others")


def _take_back(factory: Factory, points: list[Point], load: Item) -> None:
    # a chart that was replaced meanwhile has taken the points with it
    with suppress(Conflict):
        for part in parts(points, ROOM):
            if write(factory, [(point, None) for point in part]):
                _take_back_singly(factory, part)
    if "pk" in load:
        factory_table().delete({"pk": load["pk"], "sk": load["sk"]})


def _take_back_singly(factory: Factory, points: list[Point]) -> None:
    """Points of which others have changed or deleted some."""
    for point in points:
        with suppress(NotFound):
            production.delete(factory, str(point.id))
