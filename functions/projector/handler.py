"""Lambda entry point for the tables' streams.

What makes no sense goes to the dead-letter queue from here and the rest of the batch is applied;
when the store is away the whole batch fails and comes again. Both hold wherever the stream's
poller ignores partial batch answers.
"""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from projector.deltas import SENSELESS, Change
from projector.records import Record, change_of
from projector.store import apply
from shared.settings import setting

logger = Logger()
metrics = Metrics()


def handler(event: dict[str, Any], _context: object) -> None:
    changes: list[Change] = []
    poison: list[tuple[Record, str]] = []
    records: dict[str, Record] = {}
    for record in event["Records"]:
        records[record.get("eventID", "")] = record
        try:
            changes.append(change_of(record))
        except SENSELESS as error:
            poison.append((record, f"{type(error).__name__}: {error}"))
    refused = apply(changes)
    poison.extend((records[change.event_id], "refused by the store") for change in refused)
    if poison:
        _bury(poison)
    metrics.add_metric("ChangesApplied", MetricUnit.Count, len(changes) - len(refused))
    metrics.flush_metrics()
    logger.info("projected", extra={"records": len(event["Records"]), "poison": len(poison)})


def _bury(poison: list[tuple[Record, str]]) -> None:
    """Send records to the dead-letter queue with their reason."""
    import boto3

    queue = boto3.client("sqs")
    for record, reason in poison:
        body = json.dumps({"reason": reason, "record": record})
        queue.send_message(QueueUrl=setting("PROJECTOR_DLQ_URL"), MessageBody=body[:200_000])
    metrics.add_metric("PoisonRecords", MetricUnit.Count, len(poison))
