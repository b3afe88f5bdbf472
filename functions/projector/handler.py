"""Lambda entry point for the tables' streams.

A record that cannot be read is stored with the dead letters and the rest of the batch is applied;
when the store is unavailable the whole batch fails and is delivered again. Both work wherever the
stream's poller ignores partial batch responses.
"""

from typing import Any

from aws_lambda_powertools import Logger

from projector.dead_letters import send_to_dead_letters
from projector.deltas import UNREADABLE, Change
from projector.store.changes import apply
from projector.store.records import Record, change_of, shard_of
from shared.metrics import measure
from shared.retries import patient_to_the_end

logger = Logger()

# what is left of the function's time when a throttled table is waited for no longer
LAST = 20.0  # seconds


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The response is the state of the stream's window, of which the event's `shardId` is used."""
    records: list[Record] = event.get("Records", [])
    changes: list[Change] = []
    read: dict[int, Record] = {}
    poison: list[tuple[Record, str]] = []
    for record in records:
        try:
            change = change_of(record)
        except UNREADABLE as error:
            poison.append((record, f"{type(error).__name__}: {error}"))
        else:
            changes.append(change)
            read[change.sequence] = record
    # before the checkpoint moves: a record at or below it is not looked at again
    if poison:
        send_to_dead_letters(poison, context.aws_request_id)
    refused = 0

    def give_up(change: Change) -> None:
        nonlocal refused
        refused += 1
        name = f"{context.aws_request_id}-{refused}"
        send_to_dead_letters([(read[change.sequence], "refused by the store")], name)

    if changes:
        # Lambda cuts a batch that fails in halves, which take more units of a throttled table
        with patient_to_the_end(context, LAST):
            apply(shard_of(event, read.values()), changes, give_up)
    lost = len(poison) + refused
    measure({"ChangesApplied": len(changes) - refused, "PoisonRecords": lost})
    logger.info("projected", extra={"records": len(records), "poison": lost})
    return {"state": {}}
