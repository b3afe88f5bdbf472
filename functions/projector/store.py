"""Applies changes to the views, each exactly once.

A transaction puts a marker for every change and moves the counters; the marker's condition refuses
a change that was counted before. Markers expire after the stream has forgotten the record.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from projector.deltas import Change, Deltas, fold, in_order
from projector.users import rewritten
from shared.dynamo import (
    TRANSACTION,
    Operation,
    TransactionFailedError,
    table,
    transact,
)
from shared.problems import StoreUnavailable
from shared.retries import RefusedError
from shared.views import (
    HIRE_SHARDS,
    ROW_SHARDS,
    VERSION,
    ViewKey,
    active_key,
    hires_attribute,
    hires_key,
    listed_item,
    listed_key,
    moves_key,
    row_key,
    user_key,
    views,
)

# A stream keeps a record for 24 hours, and DynamoDB may be two days late in deleting
MARKER_SECONDS = 2 * 24 * 3600
# Changes at once from which on hires are spread over all shards
BUSY = 1000
# How often a transaction is made anew because others were at the same counters
ROUNDS = 30

Sums = dict[ViewKey, Counter[str]]


def apply(changes: Iterable[Change]) -> list[Change]:
    """Count the changes that were not counted yet; returns those that the store refuses for good.

    StoreUnavailable when the store does not answer: what was applied stays, and the same changes
    may be given again.
    """
    unique = {change.event_id: change for change in changes if fold([change])}
    ordered = in_order(unique.values())
    busy = len(ordered) >= BUSY
    return [change for chunk in _chunks(ordered) for change in _apply_or_split(chunk, busy=busy)]


def _apply_or_split(chunk: list[Change], *, busy: bool) -> list[Change]:
    """Apply a chunk, halving it around changes that the store refuses (an item grown too large)."""
    try:
        _apply_chunk(chunk, busy=busy)
    except (TransactionFailedError, RefusedError):
        if len(chunk) == 1:
            return chunk
        half = len(chunk) // 2
        return [
            change
            for part in (chunk[:half], chunk[half:])
            for change in _apply_or_split(part, busy=busy)
        ]
    return []


def _chunks(changes: list[Change]) -> Iterator[list[Change]]:
    """Runs of changes that fit one transaction, whatever their users' states turn out to be."""
    chunk: list[Change] = []
    size = 0
    touched: set[ViewKey] = set()
    for change in changes:
        new = _touched(change) - touched
        if chunk and size + 1 + len(new) > TRANSACTION:
            yield chunk
            chunk, size, touched = [], 0, set()
            new = _touched(change)
        chunk.append(change)
        touched |= new
        size += 1 + len(new)
    if chunk:
        yield chunk


def _touched(change: Change) -> set[ViewKey]:
    """Keys that a change may write, beside its marker and the buckets of users."""
    deltas = fold([change])
    keys = {row_key(change.table, 0)}
    keys |= {hires_key(year, 0, cell) for year, cell in deltas.hires}
    keys |= {moves_key(year) for year in _years_left(deltas)}
    keys |= {key for key, _ in deltas.production}
    for user in deltas.users():
        keys |= {user_key(user), listed_key(user), active_key(user)}
    return keys


def _years_left(deltas: Deltas) -> set[int]:
    """Years in which a count of hires falls."""
    return {year for (year, _), by in deltas.hires.items() if by < 0}


def _apply_chunk(chunk: list[Change], *, busy: bool) -> None:
    """One transaction; made anew without what was counted before, and with users read again."""
    for attempt in range(ROUNDS):
        deltas = fold(chunk)
        markers = [_marker(change) for change in chunk]
        operations = [*markers, *operations_for(deltas, busy=busy)]
        if len(operations) > TRANSACTION:
            raise RefusedError("the users' compounds are in too many items")
        try:
            transact(operations)
        except TransactionFailedError as error:
            failed = set(error.failed())
            if not failed:
                raise
            chunk = [change for i, change in enumerate(chunk) if i not in failed]
            if not chunk:
                return
            time.sleep(random.uniform(0, 0.005 * attempt))  # noqa: S311 - jitter, no secret
        else:
            return
    raise StoreUnavailable("the views are being written by too many at once")


def _marker(change: Change) -> Operation:
    return table("MARKERS_TABLE", "event_id").put_operation(
        {"event_id": change.event_id, "expires": int(time.time()) + MARKER_SECONDS},
        "attribute_not_exists(event_id)",
    )


def operations_for(deltas: Deltas, *, busy: bool) -> list[Operation]:
    """The writes that move the counters; reads the users whose figures change."""
    shard = random.randrange(ROW_SHARDS)  # noqa: S311 - spreads load, no secret
    sums = counters(deltas, shard, shard % HIRE_SHARDS if busy else 0)
    operations: list[Operation] = []
    for user, found in rewritten(deltas, sorted(deltas.users())).items():
        operations.extend(found.operations)
        before, after = found.before, found.after
        if (after.count > 0) != (before.count > 0):
            sums[active_key(user)]["n"] += 1 if after.count > 0 else -1
        if after.listed != before.listed:
            operations.append(listing(user, listed=after.listed))
    operations.extend(additions(sums))
    return operations


def counters(deltas: Deltas, row_shard: int, hire_shard: int) -> Sums:
    """What the deltas add to each item but those of users."""
    sums: Sums = defaultdict(Counter)
    for name, by in deltas.rows.items():
        sums[row_key(name, row_shard)]["n"] += by
    for (year, cell), by in deltas.hires.items():
        if by:
            item = sums[hires_key(year, hire_shard, cell)]
            item[hires_attribute(cell)] += by
            item[VERSION] = 1
    for year in _years_left(deltas):
        sums[moves_key(year)]["n"] = 1
    for (key, attribute), by in deltas.production.items():
        sums[key][attribute] += by
    return sums


def listing(user: int, *, listed: bool) -> Operation:
    """The write that takes a user into the lists, or out of them."""
    if listed:
        return views().put_operation(listed_item(user))
    return views().delete_operation(listed_key(user)._asdict())


def additions(sums: Sums) -> list[Operation]:
    return [addition(key, counter) for key, counter in sums.items() if any(counter.values())]


def addition(key: ViewKey, counter: Counter[str]) -> Operation:
    """An update that adds to the attributes of an item; there are 257 in an item at most."""
    changed = [(name, by) for name, by in counter.items() if by]
    return views().update_operation(
        key._asdict(),
        "ADD " + ",".join(f"#{i} :{i}" for i in range(len(changed))),
        names={f"#{i}": name for i, (name, _) in enumerate(changed)},
        values={f":{i}": by for i, (_, by) in enumerate(changed)},
    )
