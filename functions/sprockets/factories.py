"""Rules of the factories."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from shared.dynamo import ConditionFailedError, Item, together, transact
from shared.factory_keys import FACTORIES, factory_key, factory_table
from shared.problems import Conflict, NotFound, PreconditionFailed
from sprockets import charts
from sprockets.catalog import STALE, condition, number_of, refusal, write_once
from sprockets.charts import ALONE, IN_LIST, Bounds, Span
from sprockets.generations import MISSING, sweep, unseen, written
from sprockets.store import Factory, delete_points, factory_of, page, reserve

if TYPE_CHECKING:
    from sprockets.models import FactoryIn

Shown = dict[str, Any]
T = TypeVar("T")
BUSY = "the factory is being written by others"
# How often a request begins anew because others write to the same factory
ROUNDS = 5


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
    items, following = page(FACTORIES, limit, "/factories", cursor)

    def element(factory: Factory) -> list[Shown]:
        with suppress(NotFound):
            return [shown(factory, span, IN_LIST)]
        return []  # deleted meanwhile

    alive = [factory_of(item) for item in items if "deleting" not in item]
    return {
        "items": [each for found in together(element, alive) for each in found],
        "next": following,
    }


def svg(factory: Factory, span: Span) -> str:
    def read(factory: Factory) -> str:
        points, thinned = charts.read(factory.id, factory.generation, span, ALONE)
        title = factory.name or f"Factory {factory.id}"
        return charts.drawing(title, points, thinned=thinned)

    return steadily(factory, read)


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
        generation = None if body.chart_data is None else written(factory.id, body.chart_data)
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


def _put_in_place(
    number: int, body: "FactoryIn", generation: int | None, expected: list[int] | None
) -> Item:
    when = condition(expected)
    values = {":one": 1, **when.get("values", {})}
    assignments = ["writer = :writer"]
    if body.renames:
        assignments.append("#name = :name")
        values[":name"] = body.name
    if generation is not None:
        assignments.append("generation = :g")
        values[":g"] = generation
        when["condition"] += " AND generation < :g"
    return write_once(
        factory_key(number),
        f"SET {', '.join(assignments)} ADD version :one",
        when["condition"],
        values,
        {"#name": "name"} if body.renames else None,
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
        marking = "SET deleting = :true, writer = :writer"
        try:
            item = write_once(key, marking, when["condition"], values)
        except ConditionFailedError as error:
            raise refusal(error.item, MISSING) from error
    generations = range(item["cleaned"], item["allocated"] + 1)
    for generation in generations:
        delete_points(number, generation)
    factory_table().delete_many([key, {"pk": "COUNTER", "sk": f"point#{number}"}])
