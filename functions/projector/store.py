"""Applies changes to the views, each exactly once.

A transaction puts a marker for every change and moves the counters; the marker's condition refuses
a change that was counted before. Markers expire after the stream has forgotten the record.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from projector.deltas import Change, Deltas, affinity, fold
from shared.dynamo import (
    TRANSACTION,
    Item,
    Operation,
    RefusedError,
    TransactionFailedError,
    table,
    transact,
)
from shared.problems import StoreUnavailable
from shared.views import (
    HIRE_SHARDS,
    ROW_SHARDS,
    USERS_WITH_EXPERIMENTS,
    VERSION,
    ViewKey,
    hires_attribute,
    hires_key,
    listed_key,
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


@dataclass(frozen=True)
class UserState:
    """A user's figures as stored: number of experiments, and of rows in the users table."""

    count: int = 0
    known: int = 0


def apply(changes: Iterable[Change]) -> list[Change]:
    """Count the changes that were not counted yet; returns those that the store refuses for good.

    StoreUnavailable when the store does not answer: what was applied stays, and the same changes
    may be given again.
    """
    unique = {change.event_id: change for change in changes if fold([change])}
    ordered = sorted(unique.values(), key=affinity)
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
    """Keys that a change may write, beside its marker."""
    deltas = fold([change])
    keys = {row_key(change.table, 0)}
    keys |= {hires_key(year, 0, cell) for year, cell in deltas.hires}
    keys |= {key for key, _ in deltas.production}
    for user in deltas.users():
        keys |= {user_key(user), listed_key(user), row_key(USERS_WITH_EXPERIMENTS, 0)}
    return keys


def _apply_chunk(chunk: list[Change], *, busy: bool) -> None:
    """One transaction; made anew without what was counted before, and with users read again."""
    for attempt in range(ROUNDS):
        deltas = fold(chunk)
        markers = [_marker(change) for change in chunk]
        operations = [*markers, *operations_for(deltas, busy=busy)]
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
    sums: Sums = defaultdict(Counter)
    shard = random.randrange(ROW_SHARDS)  # noqa: S311 - spreads load, no secret
    for name, by in deltas.rows.items():
        sums[row_key(name, shard)]["n"] += by
    hire_shard = shard % HIRE_SHARDS if busy else 0
    for (year, cell), by in deltas.hires.items():
        if not by:
            continue
        key = hires_key(year, hire_shard, cell)
        sums[key][hires_attribute(cell)] += by
        sums[key][VERSION] = 1
    for (key, attribute), by in deltas.production.items():
        sums[key][attribute] += by
    users = sorted(deltas.users())
    states = _states(users)
    operations: list[Operation] = []
    for user in users:
        before = states.get(user, UserState())
        after = UserState(
            before.count + deltas.experiments[user], before.known + deltas.known[user]
        )
        operations.append(_user_update(user, before, deltas))
        if (after.count > 0) != (before.count > 0):
            sums[row_key(USERS_WITH_EXPERIMENTS, shard)]["n"] += 1 if after.count > 0 else -1
        operations.extend(_listing(user, before, after))
    operations.extend(
        addition(key, counter) for key, counter in sums.items() if any(counter.values())
    )
    return operations


def state_of(item: Item) -> UserState:
    """What a user's item says."""
    return UserState(item.get("count", 0), item.get("known", 0))


def _states(users: list[int]) -> dict[int, UserState]:
    keys = {user_key(user): user for user in users}
    items = views().get_many([key._asdict() for key in keys])
    return {keys[ViewKey(item["pk"], item["sk"])]: state_of(item) for item in items}


def _user_update(user: int, before: UserState, deltas: Deltas) -> Operation:
    """Moves a user's figures if they are still as read: another state would list them wrongly."""
    counter: Counter[str] = Counter(count=deltas.experiments[user], known=deltas.known[user])
    for (owner, compound), by in deltas.compounds.items():
        if owner == user:
            counter[f"c{compound}"] += by
    return addition(
        user_key(user),
        counter,
        "(#c = :c OR (:c = :zero AND attribute_not_exists(#c))) AND "
        "(#k = :k OR (:k = :zero AND attribute_not_exists(#k)))",
        names={"#c": "count", "#k": "known"},
        values={":c": before.count, ":k": before.known, ":zero": 0},
    )


def _listing(user: int, before: UserState, after: UserState) -> Iterator[Operation]:
    was = before.count > 0 or before.known > 0
    is_ = after.count > 0 or after.known > 0
    key = listed_key(user)._asdict()
    if is_ and not was:
        yield views().put_operation({**key, "user_id": user})
    elif was and not is_:
        yield views().delete_operation(key)


def addition(
    key: ViewKey,
    counter: Counter[str],
    condition: str | None = None,
    *,
    names: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
) -> Operation:
    """An update that adds to the attributes of an item."""
    changed = [(name, by) for name, by in counter.items() if by]
    additions = ", ".join(f"#a{i} :a{i}" for i in range(len(changed)))
    return views().update_operation(
        key._asdict(),
        f"ADD {additions}",
        condition,
        names={**(names or {}), **{f"#a{i}": name for i, (name, _) in enumerate(changed)}},
        values={**(values or {}), **{f":a{i}": by for i, (_, by) in enumerate(changed)}},
    )
