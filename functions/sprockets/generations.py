"""The generations of a factory's points: written unseen, shown at once, cleared when replaced.

A generation that its factory does not show, not yet or no longer, is in the journal for as long as
it may have points. Its entry goes in the transaction that shows it, and comes in the one that hides
it, so that what a crash leaves behind is found.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from shared.deadline import time_left
from shared.dynamo import ConditionFailedError, Item, Key, Operation
from shared.factory_keys import factory_key, padded
from shared.factory_table import factory_table
from shared.problems import NotFound
from sprockets.references import delete_points
from sprockets.store import Chart, Factory, Point, put_points, reserve

if TYPE_CHECKING:
    from sprockets.models import ChartData

MISSING = "no such factory"
JOURNAL = "JOURNAL"
# Seconds after which a generation is shown by nobody any more who began it: requests take less
ABANDONED = 120
# Seconds that a request spends on clearing what it hid, and what others left
OWN, OTHERS = 15.0, 1.0
# ... but for those that it may need afterwards
RESERVED = 8.0


def points_of(chart: "ChartData | None", first_id: int) -> list[Point]:
    """The points of a chart, with ids in its order."""
    if chart is None:
        return []
    rows = zip(
        chart.time, chart.sprocket_production_actual, chart.sprocket_production_goal, strict=True
    )
    return [Point(first_id + i, *row) for i, row in enumerate(rows)]


def create_operations(factories: list[tuple[Factory, list[Point]]]) -> list[Operation]:
    """Writes the points of new factories; of the transaction that shows them with all of them."""
    _write((each.id, each.generation, points) for each, points in factories)
    operations = []
    for factory, points in factories:
        item: Item = {
            **factory_key(factory.id),
            "id": factory.id,
            "name": factory.name,
            "version": factory.version,
            "generation": factory.generation,
            "allocated": factory.generation,
        }
        counter = {**counter_key(factory.id), "n": len(points)}
        operations += [factory_table().put_operation(each) for each in (counter, item)]
        operations.append(show(factory.id, factory.generation))
    return operations


def counter_key(number: int) -> Key:
    return {"pk": "COUNTER", "sk": f"point#{number}"}


def written(number: int, chart: "ChartData") -> int:
    """The generation that the points of the chart are written to, seen by nobody yet."""
    generation = _allocate(number)
    first = reserve(f"point#{number}", max(1, len(chart.time)))
    _write([(number, generation, points_of(chart, first))])
    return generation


def _allocate(number: int) -> int:
    """A generation of points that nobody else writes to."""
    try:
        return int(
            factory_table().update(
                factory_key(number),
                "ADD allocated :one",
                condition="attribute_exists(pk)",
                values={":one": 1},
            )["allocated"]
        )
    except ConditionFailedError as error:
        raise NotFound(MISSING) from error


def _write(charts: Iterable[Chart]) -> None:
    charts = list(charts)
    now = int(time.time())
    factory_table().put_many(_entry(number, generation, now) for number, generation, _ in charts)
    put_points(charts)


def _entry(number: int, generation: int, since: int) -> Item:
    key = _entry_key(number, generation)
    return {**key, "factory_id": number, "generation": generation, "since": since}


def _entry_key(number: int, generation: int) -> Key:
    return {"pk": JOURNAL, "sk": f"{padded(number)}#{padded(generation)}"}


def show(number: int, generation: int) -> Operation:
    """Of the transaction that shows a generation; fails where it is being cleared."""
    unclaimed = "attribute_exists(pk) AND attribute_not_exists(clearing)"
    return factory_table().delete_operation(_entry_key(number, generation), unclaimed)


def hide(number: int, generation: int) -> Operation:
    """Of the transaction that ends showing a generation."""
    return factory_table().put_operation(_entry(number, generation, 0))


def clear(number: int, generation: int, seconds: float = OWN) -> bool:
    """Delete a generation that is hidden for good; False where it would take longer."""
    seconds = min(seconds, time_left() - RESERVED)
    if not delete_points(number, generation, time.monotonic() + seconds):
        return False
    factory_table().delete(_entry_key(number, generation))
    return True


def clear_abandoned(seconds: float = OTHERS) -> int:
    """Clear what requests before have hidden and not cleared, or begun and not shown; how many."""
    until = time.monotonic() + seconds
    cleared = 0
    for entry in factory_table().query_all("pk = :pk", {":pk": JOURNAL}, consistent=True):
        if entry["since"] > time.time() - ABANDONED:
            continue
        with suppress(ConditionFailedError):  # shown meanwhile
            factory_table().update(
                {"pk": entry["pk"], "sk": entry["sk"]},
                "SET clearing = :true",
                condition="attribute_exists(pk)",
                values={":true": True},
            )
            left = until - time.monotonic()
            if not clear(entry["factory_id"], entry["generation"], left):
                break
            cleared += 1
    return cleared
