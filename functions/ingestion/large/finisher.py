"""Ends a job, however its load went: counts what is written, joins its rejected records.

The last task of the state machine, also behind its catch; then the next job of the table starts.
"""

from typing import Any

from aws_lambda_powertools import Logger

from ingestion.large import jobs, objects, rejects, turns
from ingestion.large.store import progress, queues, records
from shared.datasets import DATA_SETS
from shared.items import Item
from shared.metrics import measure, measure_rows

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The machine's state in, `{"next": "load"|"end", "chunks": key}` out.

    "load" once, where a worker has died while it wrote: the windows that it may have written are
    written again, and counted.
    """
    once = event.get("plan", {}).get("last", False)
    while (job := _unfinished(event)) is not None:
        if not jobs.is_whole(job) and job["status"] in {"planning", "running"}:
            # from here on no worker begins a window
            records.change(job, status="failed", error=jobs.UNEXPECTED)
            continue
        if not once and (chunks := _uncounted(job)):
            key = f"{objects.WORKING}{job['id']}/uncounted.json"
            objects.put_json(key, chunks)
            return {"next": "load", "chunks": key, "last": True}
        if (ended := finish(job)) is not None:
            _report(ended)
    for table in DATA_SETS:
        turns.advance(table)
    return {"next": "end", "chunks": None, "last": True}


def _unfinished(event: dict[str, Any]) -> Item | None:
    """The job, unless another attempt of it runs, or it has ended."""
    job = records.get(event["id"])
    if job is None or job["attempt"] != event["attempt"] or "finished_at" in job:
        return None
    return job


def _uncounted(job: Item) -> list[dict[str, int]]:
    """The chunks of which rows may be written that are not counted."""
    open_chunks = {int(each["sk"]) for each in progress.chunks(job["id"]) if "writing" in each}
    if not open_chunks:
        return []
    planned: list[dict[str, int]] = objects.get_json(objects.chunks_key(job["id"]))
    return [chunk for chunk in planned if chunk["number"] in open_chunks]


def finish(job: Item) -> Item | None:
    """The job in its last state; None where it has changed meanwhile."""
    if job["rejected"]:
        done = (each for each in progress.chunks(job["id"]) if "position" in each)
        rejects.join(job["id"], ((chunk["start"], chunk["position"]) for chunk in done))
    status = "succeeded" if job["status"] in {"planning", "running"} else job["status"]
    return queues.end(job, status=status, finished_at=records.now())


def _report(job: Item) -> None:
    logger.info("finished", extra={**jobs.log_keys(job), "status": job["status"]})
    if not job["options"].get("dry_run"):
        measure_rows({name: job[name] for name in records.COUNTS})
    ends = ("succeeded", "failed", "cancelled")
    measure({f"Ingestions{end.capitalize()}": int(job["status"] == end) for end in ends})
