"""The generations of a factory's points: written unseen, published at once, cleared when replaced.

A generation that is not the current one of its factory, not yet or no longer, is in the journal for
as long as it may have points. Its entry is deleted in the transaction that publishes it, and put in
the one that retires it, so that what a crash leaves behind is found.
"""

import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from shared.deadline import time_left
from shared.dynamo import (
    ConditionFailedError,
    Item,
    Key,
    Operation,
    TransactionFailedError,
    transact,
)
from shared.factory_keys import factory_key, points_partition
from shared.factory_table import factory_table
from sprockets.store.keys import EXISTS, JOURNAL, journal_key, loads_partition, point_keys
from sprockets.store.points import parts
from sprockets.store.records import ChartPoints, Point
from sprockets.store.sprockets import count_references

# Seconds after which no request that wrote a generation is going on: they take less
ABANDONED = 120
# Seconds that a request spends on clearing what it replaced, and what others left
OWN_SECONDS, OTHERS_SECONDS = 15.0, 1.0
# ... but for those that it may need afterwards
NEEDED_AFTERWARDS = 8.0
# Points that are deleted before the time is looked at again
DELETED_AT_ONCE = 200


def allocate(factory: int) -> int | None:
    """A generation that nobody else writes to; None where there is no such factory."""
    try:
        item = factory_table().update(
            factory_key(factory), "ADD allocated :one", condition=EXISTS, values={":one": 1}
        )
    except ConditionFailedError:
        return None
    return int(item["allocated"])


def write(charts: Iterable[ChartPoints]) -> None:
    """Write the points of new generations, which nobody reads yet."""
    charts = list(charts)
    now = int(time.time())
    factory_table().put_many(_entry(number, generation, now) for number, generation, _ in charts)
    _write_points(charts)


def _entry(factory: int, generation: int, since: int) -> Item:
    key = journal_key(factory, generation)
    return {**key, "factory_id": factory, "generation": generation, "since": since}


def publish(factory: int, generation: int) -> Operation:
    """In the transaction that makes a generation current; fails where it is being cleared."""
    unclaimed = f"{EXISTS} AND attribute_not_exists(clearing)"
    return factory_table().delete_operation(journal_key(factory, generation), unclaimed)


def retire(factory: int, generation: int) -> Operation:
    """In the transaction after which a generation is not current."""
    return factory_table().put_operation(_entry(factory, generation, 0))


def clear(factory: int, generation: int, seconds: float = OWN_SECONDS) -> bool:
    """Delete a generation that is not current any more; False where it would take longer."""
    seconds = min(seconds, time_left() - NEEDED_AFTERWARDS)
    if not _delete_points(factory, generation, time.monotonic() + seconds):
        return False
    factory_table().delete(journal_key(factory, generation))
    return True


def clear_abandoned(seconds: float = OTHERS_SECONDS) -> int:
    """Clear what earlier requests have left: replaced, or never published; how many."""
    until = time.monotonic() + seconds
    cleared = 0
    for entry in factory_table().query_all("pk = :pk", {":pk": JOURNAL}, consistent=True):
        if entry["since"] > time.time() - ABANDONED:
            continue
        factory, generation = entry["factory_id"], entry["generation"]
        with suppress(ConditionFailedError):  # published meanwhile
            factory_table().update(
                journal_key(factory, generation),
                "SET clearing = :true",
                condition=EXISTS,
                values={":true": True},
            )
            if not clear(factory, generation, until - time.monotonic()):
                break
            cleared += 1
    return cleared


def _write_points(charts: Iterable[ChartPoints]) -> None:
    """Write the points of generations that are not current yet.

    First by their time: that is where _delete_points looks for what else there is.
    """
    by_time: list[Item] = []
    others: list[Item] = []
    for factory, generation, points in charts:
        for point in points:
            item = point.item(factory)
            by_id, in_time, *sample = point_keys(factory, generation, point.id, point.time)
            by_time.append({**item, **in_time})
            others += ({**item, **key} for key in (by_id, *sample))
    factory_table().put_many(by_time)
    factory_table().put_many(others)


def _delete_points(factory: int, generation: int, until: float) -> bool:
    """Delete the points of a generation, by time.monotonic(); False if that was too early."""
    in_time = {":pk": points_partition(factory, generation)}

    def some() -> list[Point]:
        page = factory_table().query("pk = :pk", in_time, limit=DELETED_AT_ONCE, consistent=True)
        return [Point.from_item(item) for item in page.items]

    def keys(point: Point) -> list[Key]:
        return point_keys(factory, generation, point.id, point.time)

    # one that refers to sprockets goes with its references; the others need no transaction
    while points := some():
        if time.monotonic() > until:
            return False
        by_others = (key for by_id, _, *sample in map(keys, points) for key in (by_id, *sample))
        factory_table().delete_many(by_others)
        for part in parts(point for point in points if point.sprocket_types):
            _delete_counted(part, [keys(point)[1] for point in part])
        plain = (point for point in points if not point.sprocket_types)
        factory_table().delete_many(keys(point)[1] for point in plain)
    left = factory_table().query_all("pk = :pk", {":pk": loads_partition(factory, generation)})
    factory_table().delete_many({"pk": item["pk"], "sk": item["sk"]} for item in left)
    return True


def _delete_counted(points: list[Point], keys: list[Key]) -> None:
    """Delete points by their time, and their references, unless another request has."""
    references: Counter[int] = Counter()
    for point in points:
        references.subtract(point.sprocket_types)
    deleted = [factory_table().delete_operation(key, EXISTS) for key in keys]
    try:
        transact([*deleted, *count_references(references)])
    except TransactionFailedError as error:
        if not error.failed():
            raise
