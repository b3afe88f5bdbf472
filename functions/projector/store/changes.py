"""Applies changes to the views, each exactly once.

A transaction puts a marker for every change and moves the counters; the marker's condition refuses
a change that was counted before. Markers expire after the stream has deleted the record.
"""

import random
import time
from collections.abc import Iterable, Iterator

from projector.deltas import Change, Deltas, fold
from projector.store.counters import additions, counters
from projector.store.users import rewritten
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
    ViewKey,
    active_key,
    listed_item,
    listed_key,
    user_key,
)
from shared.views_table import views_table

# A stream keeps a record for 24 hours, and DynamoDB may be two days late in deleting
MARKER_SECONDS = 2 * 24 * 3600
# Changes at once from which on hires are spread over all shards
BUSY = 1000
# How often a transaction is made again because others wrote the same counters
ROUNDS = 30

# The keys that a change may write, beside its marker and the buckets of users
Touched = frozenset[ViewKey]


def apply(changes: Iterable[Change]) -> list[Change]:
    """Count the changes that were not counted yet; returns those that the store refuses for good.

    StoreUnavailable when the store does not answer: what was applied stays, and the same changes
    may be given again.
    """
    unique = {change.event_id: change for change in changes if change.deltas}
    ordered = _in_order([(change, _touched(change)) for change in unique.values()])
    busy = len(ordered) >= BUSY
    return [change for chunk in _chunks(ordered) for change in _apply_or_split(chunk, busy=busy)]


def _touched(change: Change) -> Touched:
    keys = {*counters(change.deltas, row_shard=0, hire_shard=0)}
    for user in change.deltas.users():
        keys |= {user_key(user), listed_key(user), active_key(user)}
    return frozenset(keys)


def _in_order(changes: list[tuple[Change, Touched]]) -> list[tuple[Change, Touched]]:
    """Changes of the same counters side by side, so that one transaction folds more of them.

    Those of one row stay together as they came: a count never falls before it has risen.
    """
    places: dict[tuple[object, ...], list[ViewKey]] = {}
    return sorted(changes, key=lambda each: places.setdefault(each[0].row, sorted(each[1])))


def _chunks(changes: list[tuple[Change, Touched]]) -> Iterator[list[Change]]:
    """Runs of changes that fit one transaction, whatever their users' states turn out to be."""
    chunk: list[Change] = []
    written: set[ViewKey] = set()
    for change, touched in changes:
        if chunk and len(chunk) + 1 + len(written | touched) > TRANSACTION:
            yield chunk
            chunk, written = [], set()
        chunk.append(change)
        written |= touched
    if chunk:
        yield chunk


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


def _apply_chunk(chunk: list[Change], *, busy: bool) -> None:
    """One transaction; made again without what was counted before, and with users read again."""
    for attempt in range(ROUNDS):
        markers = [_marker(change) for change in chunk]
        operations = [*markers, *operations_for(fold(chunk), busy=busy)]
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
            operations.append(_listing(user, listed=after.listed))
    operations.extend(additions(sums))
    return operations


def _listing(user: int, *, listed: bool) -> Operation:
    """The write that puts a user into the lists, or deletes it there."""
    if listed:
        return views_table().put_operation(listed_item(user))
    return views_table().delete_operation(listed_key(user)._asdict())
