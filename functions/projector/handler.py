"""Lambda entry point for the tables' streams.

A record that cannot be read is stored with the dead letters and the rest of the batch is applied;
when the store is unavailable the whole batch fails and is delivered again. Both work wherever the
stream's poller ignores partial batch responses.
"""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from projector.dead_letters import send_to_dead_letters
from projector.deltas import UNREADABLE, Change
from projector.store.changes import apply
from projector.store.records import Record, change_of

logger = Logger()
metrics = Metrics()


def handler(event: dict[str, Any], context: Any) -> None:
    changes: list[Change] = []
    poison: list[tuple[Record, str]] = []
    records: dict[str, Record] = {}
    for record in event["Records"]:
        records[record.get("eventID", "")] = record
        try:
            changes.append(change_of(record))
        except UNREADABLE as error:
            poison.append((record, f"{type(error).__name__}: {error}"))
    refused = apply(changes)
    poison.extend((records[change.event_id], "refused by the store") for change in refused)
    if poison:
        send_to_dead_letters(poison, context.aws_request_id)
        metrics.add_metric("PoisonRecords", MetricUnit.Count, len(poison))
    metrics.add_metric("ChangesApplied", MetricUnit.Count, len(changes) - len(refused))
    metrics.flush_metrics()
    logger.info("projected", extra={"records": len(event["Records"]), "poison": len(poison)})
