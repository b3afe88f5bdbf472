"""Looks after the jobs: on a schedule, and when an execution of the state machine has ended.

The machine ends its job itself. Where it could not, because it was stopped, ran out of time or was
never started, this does; an event that is lost is made up for by the schedule.
"""

import json
import time
from typing import Any

from aws_lambda_powertools import Logger

from ingestion.large import jobs, turns
from ingestion.large.store import queues, records
from shared.datasets import DATA_SETS
from shared.metrics import measure

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> None:
    if "input" in event.get("detail", {}):
        _ended(json.loads(event["detail"]["input"]))
    for table in DATA_SETS:
        turns.advance(table)
    idle = _idle_seconds()
    measure({"IngestionsActive": len(idle)})
    measure({"IngestionIdleSeconds": max(idle, default=0)}, unit="Seconds")


def _idle_seconds() -> list[int]:
    """Of each job that has its table: how long nothing of it was loaded."""
    since = queues.taken_at(DATA_SETS)
    last = [max(since[job["id"]], job.get("advanced", 0)) for job in records.get_many(list(since))]
    return [int(time.time()) - moment for moment in last]


def _ended(execution: dict[str, Any]) -> None:
    job = records.get(execution["id"])
    # not of an attempt before the one that runs, nor of a job that has ended, as it should have
    if job is None or job["attempt"] != execution["attempt"] or not jobs.is_active(job):
        return
    logger.warning("an execution ended without its job", extra=jobs.log_keys(job))
    turns.interrupted(job)
