"""Applies changes to the views, each exactly once.

The changes of a shard are cut, in their order, into runs whose folded counters fit a transaction,
and each transaction moves the shard's checkpoint to the end of its run.
"""

import random
import time
from collections.abc import Callable, Iterable
from itertools import takewhile

from projector.deltas import Change, Deltas, fold
from projector.store.checkpoints import move_checkpoint, read_checkpoint
from projector.store.counters import additions, counters
from projector.store.names import names, renamings
from projector.store.users import rewritten
from shared.dynamo import TRANSACTION, Operation, TransactionFailedError, transact
from shared.problems import StoreUnavailable
from shared.retries import RefusedError
from shared.views import (
    USERS_WITH_EXPERIMENTS,
    ViewKey,
    listed_item,
    listed_key,
    rows_key,
    shard_of,
    user_key,
)
from shared.views_table import views_table

# How often a transaction is made again because others wrote the same items
ROUNDS = 30


def apply(shard: str, changes: Iterable[Change], give_up: Callable[[Change], object]) -> None:
    """Count the changes of a stream's shard that were not counted yet.

    What the store refuses for good is given up before the checkpoint passes it. StoreUnavailable
    when the store does not respond: what was applied stays; the same changes may be given again.
    """
    left = sorted((change for change in changes if change.deltas), key=lambda each: each.sequence)
    position = read_checkpoint(shard) if left else 0
    most = len(left)
    while left := [change for change in left if change.sequence > position]:
        run = _fitting(left[:most])
        try:
            position = _count(shard, position, run[-1].sequence, fold(run))
            most *= 2
        except (TransactionFailedError, RefusedError):
            most = len(run) // 2
            if not most:
                give_up(run[0])
                position = _count(shard, position, run[0].sequence, Deltas())
                most = 1


def _fitting(changes: list[Change]) -> list[Change]:
    """The first changes, which fit one transaction whatever their users' states turn out to be."""
    written: set[ViewKey] = set()

    def fits(change: Change) -> bool:
        written.update(_touched(change.deltas))
        return 1 + len(written) <= TRANSACTION

    return list(takewhile(fits, changes)) or changes[:1]


def _touched(deltas: Deltas) -> set[ViewKey]:
    """The keys that deltas may write, beside the buckets of users."""
    keys = {*counters(deltas, shard=0), *names(deltas)}
    for user in deltas.users():
        keys |= {user_key(user), listed_key(user), rows_key(0)}
    return keys


def _count(shard: str, position: int, end: int, deltas: Deltas) -> int:
    """One transaction; made again, with users read again, while others write the same users.

    Returns where the checkpoint is then: elsewhere if another call has moved it meanwhile.
    """
    for attempt in range(ROUNDS):
        operations = [move_checkpoint(shard, position, end), *_writes(shard, deltas)]
        if len(operations) > TRANSACTION:
            raise RefusedError("the users' compounds are in too many items")
        try:
            transact(operations)
        except TransactionFailedError as error:
            failed = error.failed()
            if not failed:
                raise
            if failed[0] == 0:
                return read_checkpoint(shard)
            time.sleep(random.uniform(0, 0.005 * attempt))  # noqa: S311 - jitter, no secret
        else:
            return end
    raise StoreUnavailable("the views are being written by too many at once")


def _writes(shard: str, deltas: Deltas) -> list[Operation]:
    """The writes that move the counters; reads the users whose figures change."""
    place = shard_of(shard)
    sums = counters(deltas, place)
    operations: list[Operation] = []
    for user, found in rewritten(deltas, sorted(deltas.users())).items():
        operations.extend(found.operations)
        before, after = found.before, found.after
        if (after.count > 0) != (before.count > 0):
            sums[rows_key(place)][USERS_WITH_EXPERIMENTS] += 1 if after.count > 0 else -1
        if after.listed != before.listed:
            operations.append(_listing(user, listed=after.listed))
    operations.extend(additions(sums))
    operations.extend(renamings(names(deltas)))
    return operations


def _listing(user: int, *, listed: bool) -> Operation:
    """The write that puts a user into the lists, or deletes it there."""
    if listed:
        return views_table().put_operation(listed_item(user))
    return views_table().delete_operation(listed_key(user)._asdict())
