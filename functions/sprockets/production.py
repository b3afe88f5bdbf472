"""Rules of a factory's production: points that refer to sprockets, with integrity between them."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shared import cursor as cursors
from shared.dynamo import (
    TRANSACTION,
    Item,
    Operation,
    TransactionFailedError,
    together,
    transact,
)
from shared.factory_keys import factory_key, factory_table, points_partition
from shared.problems import Conflict, Fault, Invalid, NotFound, PreconditionFailed
from sprockets.catalog import LIVE, STALE, UNMARKED, lift, number_of
from sprockets.charts import Span
from sprockets.factories import Factory, steadily, sweep
from sprockets.store import (
    Point,
    claim,
    digest_of,
    index_key,
    loads_partition,
    point_item,
    point_key,
    point_of,
    progress,
    reserve,
    sprocket_key,
    use_key,
)

if TYPE_CHECKING:
    from sprockets.models import PointIn

Shown = dict[str, Any]
MISSING = "no such point"
# How often a write is made anew because others write to the same factory
ROUNDS = 10
SAME = "version = :v"


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
    after = cursors.decode(listing, cursor)
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
    more = len(found) > limit
    following = cursors.encode(listing, {"sk": found[limit - 1]["sk"]}) if more else None
    return {"items": [shown(point_of(item)) for item in found[:limit]], "next": following}


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


def append(factory: Factory, bodies: "list[PointIn]") -> list[Point]:
    """New points, all or none; Invalid names each unknown sprocket.

    Many take several transactions. When the store fails between two of them, the same points sent
    again go on from there; when a sprocket was deleted, what was written is taken back.
    """
    _known(bodies)
    sweep(factory)
    load = _load(factory, bodies)
    points = [_point(load["first"] + i, body) for i, body in enumerate(bodies)]
    end = 0
    for chunk in _chunks(points):
        start, end = end, end + len(chunk)
        if end <= load["loaded"]:
            continue
        try:
            _write(factory, chunk, bodies, _progress(load, end, len(points)))
        except Invalid:
            _take_back(factory, points[:start], load)
            raise
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
    factory: Factory, chunk: list[Point], bodies: "list[PointIn]", progressed: list[Operation]
) -> None:
    operations = [*_additions(factory, chunk), *progressed]
    for _ in range(ROUNDS):
        failed = _attempt(operations)
        if not failed:
            return
        if any(operation in failed for operation in progressed):
            raise Conflict("the same points are being written by another request")
        _known(bodies)  # names the sprocket that was deleted meanwhile
    raise Conflict("the sprockets are being written by others")


def _take_back(factory: Factory, points: list[Point], load: Item) -> None:
    # a chart that was replaced meanwhile has taken the points with it
    with suppress(Conflict):
        for chunk in _chunks(points):
            _attempt([_touch(factory), *_removals(factory, chunk)])
    if "pk" in load:
        factory_table().delete({"pk": load["pk"], "sk": load["sk"]})


def _point(number: int, body: "PointIn", version: int = 1) -> Point:
    types = tuple(dict.fromkeys(body.sprocket_types))
    return Point(number, body.time, body.actual, body.goal, types, version)


def _known(bodies: "list[PointIn]") -> None:
    """Invalid names each reference to a sprocket that is not there."""
    wanted = sorted({number for body in bodies for number in body.sprocket_types})
    keys = [sprocket_key(number) for number in wanted]
    batches = [keys[start : start + 100] for start in range(0, len(keys), 100)]
    found = together(lambda batch: factory_table().get_many(batch, consistent=True), batches)
    known = {item["id"] for items in found for item in items}
    faults: list[Fault] = []
    for i, body in enumerate(bodies):
        place: list[str | int] = ["points", i] if len(bodies) > 1 else []
        for j, number in enumerate(body.sprocket_types):
            if number not in known:
                faults.append(
                    {
                        "loc": ["body", *place, "sprocket_types", j],
                        "msg": f"there is no sprocket {number}",
                        "type": "unknown_reference",
                    }
                )
    if faults:
        raise Invalid("production refers to sprockets that there are not", faults)


def _chunks(points: list[Point]) -> Iterator[list[Point]]:
    """Runs of points that fit a transaction, with the factory and their sprockets' checks."""
    rest = iter(points)
    chunk: list[Point] = []
    # beside the points: the factory, and how far the load is
    size, sprockets = 2, set[int]()
    for point in rest:
        new = set(point.sprocket_types) - sprockets
        cost = 2 + len(point.sprocket_types) + len(new)
        if chunk and size + cost > TRANSACTION:
            yield chunk
            chunk, size, sprockets = [], 2, set()
            cost = 2 + 2 * len(point.sprocket_types)
        chunk.append(point)
        sprockets |= set(point.sprocket_types)
        size += cost
    if chunk:
        yield chunk


def _touch(factory: Factory) -> Operation:
    """The factory is as it was read, and is a version on."""
    return factory_table().update_operation(
        factory_key(factory.id),
        "ADD version :one",
        f"{LIVE} AND generation = :g",
        values={":one": 1, ":g": factory.generation},
    )


def _checks(sprockets: Iterable[int]) -> list[Operation]:
    return [
        factory_table().check_operation(sprocket_key(number), UNMARKED)
        for number in sorted(set(sprockets))
    ]


def _additions(factory: Factory, points: list[Point]) -> list[Operation]:
    """The factory first, then the sprockets, then what is written."""
    checks = _checks(number for point in points for number in point.sprocket_types)
    writes: list[Operation] = []
    for point in points:
        writes.append(
            factory_table().put_operation(point_item(factory.id, factory.generation, point))
        )
        writes.append(_index(factory, point))
        writes += [_use(factory, number, point.id) for number in point.sprocket_types]
    return [_touch(factory), *checks, *writes]


def _index(factory: Factory, point: Point) -> Operation:
    key = index_key(factory.id, factory.generation, point.id)
    return factory_table().put_operation({**key, "time": point.time})


def _use(factory: Factory, sprocket: int, point_id: int) -> Operation:
    key = use_key(sprocket, factory.id, factory.generation, point_id)
    return factory_table().put_operation(key)


def _unuse(factory: Factory, sprocket: int, point_id: int) -> Operation:
    key = use_key(sprocket, factory.id, factory.generation, point_id)
    return factory_table().delete_operation(key)


def _removals(factory: Factory, points: list[Point]) -> Iterator[Operation]:
    for point in points:
        yield factory_table().delete_operation(point_key(factory.id, factory.generation, point))
        key = index_key(factory.id, factory.generation, point.id)
        yield factory_table().delete_operation(key)
        yield from (_unuse(factory, number, point.id) for number in point.sprocket_types)


def _attempt(operations: list[Operation]) -> list[Operation]:
    """One transaction that begins with the factory; what did not hold otherwise.

    Conflict when it was the factory. A deletion that has marked one of the sprockets begins anew.
    """
    try:
        transact(operations)
    except TransactionFailedError as error:
        failed = [operations[i] for i in error.failed()]
        if not failed:
            raise
        if operations[0] in failed:
            raise Conflict("the factory's chart was replaced or deleted meanwhile") from error
        for operation in failed:
            if operation["type"] == "condition_check":
                lift(operation["key"])
        return failed
    return []


def replace(factory: Factory, point_id: str, body: "PointIn", expected: list[int] | None) -> Point:
    """The new state; NotFound, PreconditionFailed, Invalid for an unknown sprocket."""
    _known([body])
    for _ in range(ROUNDS):
        old = one(factory, point_id)
        if expected is not None and old.version not in expected:
            raise PreconditionFailed(STALE)
        new = _point(old.id, body, old.version + 1)
        if _swap(factory, old, new):
            return new
        _known([body])
    raise Conflict("the point is being written by others")


def _swap(factory: Factory, old: Point, new: Point) -> bool:
    """Replace a point if it is still the one that was read."""
    before, after = set(old.sprocket_types), set(new.sprocket_types)
    unchanged: dict[str, Any] = {"condition": SAME, "values": {":v": old.version}}
    item = point_item(factory.id, factory.generation, new)
    operations = [_touch(factory), *_checks(after - before)]
    if old.time == new.time:
        operations.append(factory_table().put_operation(item, **unchanged))
    else:
        key = point_key(factory.id, factory.generation, old)
        operations.append(factory_table().delete_operation(key, **unchanged))
        operations.append(factory_table().put_operation(item))
        operations.append(_index(factory, new))
    operations += [_use(factory, number, new.id) for number in sorted(after - before)]
    operations += [_unuse(factory, number, old.id) for number in sorted(before - after)]
    return not _attempt(operations)


def delete(factory: Factory, point_id: str, expected: list[int] | None) -> None:
    """NotFound, PreconditionFailed."""
    for _ in range(ROUNDS):
        old = one(factory, point_id)
        if expected is not None and old.version not in expected:
            raise PreconditionFailed(STALE)
        _, *others = _removals(factory, [old])
        key = point_key(factory.id, factory.generation, old)
        unchanged: dict[str, Any] = {"condition": SAME, "values": {":v": old.version}}
        first = factory_table().delete_operation(key, **unchanged)
        if not _attempt([_touch(factory), first, *others]):
            return
    raise Conflict("the point is being written by others")
