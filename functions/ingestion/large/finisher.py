"""Ends a job, however its execution ended: sums its chunks, joins its rejected records.

Called by EventBridge when an execution of the state machine ends, at least once.
"""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from ingestion.large import rejects, store
from shared.dynamo import Item

logger = Logger()
metrics = Metrics(namespace="Sprocketworks")

UNEXPECTED = "the load ended unexpectedly; start it again, what is loaded is skipped"


def handler(event: dict[str, Any], _context: object) -> None:
    detail = event["detail"]
    job_id = json.loads(detail["input"])["id"]
    job = store.get(job_id)
    if job is None or detail["name"] != f"{job_id}-{job['attempt']}":
        return  # an attempt before the one that runs
    job = finish(job, succeeded=detail["status"] == "SUCCEEDED")
    logger.info("finished", extra={"job": job_id, "status": job["status"]})
    for name in store.COUNTS:
        metrics.add_metric(f"Rows{name.capitalize()}", MetricUnit.Count, job[name])
    metrics.add_metric("IngestionsFailed", MetricUnit.Count, int(job["status"] == "failed"))
    metrics.flush_metrics()


def finish(job: Item, *, succeeded: bool) -> Item:
    """The job in its last state; the same when it is finished twice."""
    job_id = job["id"]
    done = list(store.chunks(job_id))
    sums = {name: sum(chunk[name] for chunk in done) for name in store.COUNTS}
    if sums["rejected"]:
        rejects.join(job_id, ((chunk["start"], chunk["position"]) for chunk in done))
    status, error = _end(job, done, succeeded=succeeded)
    ended = store.change(
        job_id,
        only=(job["status"],),
        status=status,
        error=error,
        finished_at=job.get("finished_at") or store.now(),
        waiting_for=None,
        **sums,
    )
    if ended is None:  # cancelled in this moment
        return finish(store.get(job_id) or job, succeeded=succeeded)
    store.unlock(job["table"], job_id)
    return ended


def _end(job: Item, done: list[Item], *, succeeded: bool) -> tuple[str, str | None]:
    if job["status"] not in {"planning", "running"}:
        return job["status"], job.get("error")
    whole = sum(chunk["done"] for chunk in done) == job.get("chunks_total")
    return ("succeeded", None) if succeeded and whole else ("failed", UNEXPECTED)
