"""What clients ask of ingestion jobs."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from ingestion.large import jobs, store
from shared import cursor as cursors
from shared.datasets import DATA_SETS
from shared.dynamo import Item
from shared.problems import Conflict, NotFound

if TYPE_CHECKING:
    from ingestion.large.objects import Found

LISTING = "/ingestions"
# Pages of jobs that are looked through for one page of an answer
MOST_PAGES = 10
# Files that one call starts
MOST_LANDED = 100


def job_of(job_id: str) -> Item:
    job = store.get(job_id)
    if job is None:
        raise NotFound("no such ingestion")
    return job


def shown(job_id: str) -> dict[str, Any]:
    return jobs.shown(job_of(job_id))


def create(table: str, filename: str | None, options: Item) -> dict[str, Any]:
    """A new job, with the form by which its file is uploaded."""
    from ingestion.large import objects

    job_id = jobs.id_at(datetime.now(UTC), secrets.token_hex(6))
    key = f"{objects.UPLOADS}{job_id}/file.csv"
    job = jobs.new(job_id, table, options, source="upload", filename=filename, key=key)
    form = objects.presigned_post(key)
    store.create(job)
    return {
        **jobs.shown(job),
        "upload": {"url": form["url"], "fields": form["fields"]},
        "expires_at": jobs.upload_expires(job["created_at"]),
    }


def page(limit: int, cursor: str | None, status: str | None, table: str | None) -> dict[str, Any]:
    """Jobs, the newest first; a page may be short before the end."""
    after = cursors.decode(LISTING, cursor, id=str)
    found: list[Item] = []
    for _ in range(MOST_PAGES):
        some = store.page(limit + 1, after["id"] if after else None)
        found += [
            job
            for job in some.items
            if status in {None, job["status"]} and table in {None, job["table"]}
        ]
        after = {"id": some.items[-1]["id"]} if some.last_key else None
        if after is None or len(found) > limit:
            break
    following = cursors.following(LISTING, found, limit, lambda job: {"id": job["id"]})
    return {
        "items": [jobs.shown(job) for job in found[:limit]],
        "next": following or cursors.encode(LISTING, after),
    }


def cancel(job_id: str) -> dict[str, Any]:
    """The job, cancelled; its workers stop with the part that they are at."""
    job = job_of(job_id)
    if job["status"] == "awaiting_upload":
        ended = {"finished_at": store.now()}
        changed = store.change(job_id, only=("awaiting_upload",), status="cancelled", **ended)
        job = changed or job_of(job_id)
    if job["status"] in {"planning", "running"}:
        changed = store.change(job_id, only=("planning", "running"), status="cancelled")
        job = changed or job_of(job_id)
    if job["status"] != "cancelled":
        raise Conflict(f"the ingestion has {job['status']} already")
    return jobs.shown(job)


def retry(job_id: str) -> dict[str, Any]:
    """A failed job, started again; what is loaded is skipped."""
    from ingestion.large import executions

    job = job_of(job_id)
    if job["status"] == "failed" and "finished_at" in job:
        changed = store.change(
            job_id,
            only=("failed",),
            status="planning",
            attempt=job["attempt"] + 1,
            error=None,
            finished_at=None,
        )
        job = changed or job_of(job_id)
    if job["status"] not in {"planning", "running"}:
        raise Conflict(f"only an ingestion that has failed starts again, this is {job['status']}")
    executions.start(job)
    return jobs.shown(job)


def ingest_landing() -> dict[str, Any]:
    """Jobs of all files that wait in the bucket; those of a table after those it refers to."""
    from ingestion.large import arrivals

    before = store.landing()
    for job in store.get_many(before):
        if job["status"] != "awaiting_upload" and "finished_at" not in job:
            raise Conflict(f"ingestion {job['id']} of {job['table']} is not finished")
    waiting = list(islice(_waiting(), MOST_LANDED))
    if not store.set_landing([arrivals.landed_id(found) for _, found in waiting], before):
        raise Conflict("the files that wait are being ingested by another call")
    started: list[dict[str, Any]] = []
    for table, found in waiting:
        earlier = [job["id"] for job in started if job["table"] != table]
        arrived = arrivals.arrived(found, earlier)
        started.append(jobs.shown(arrived) if arrived else retry(arrivals.landed_id(found)))
    return {"ingestions": started}


def _waiting() -> Iterator[tuple[str, "Found"]]:
    """The files in the bucket that no job has loaded or is loading, and their tables."""
    from ingestion.large import arrivals, objects

    for table in DATA_SETS:
        for found in objects.under(f"{objects.LANDING}{table}/"):
            if found.size:  # what some tools make for a folder has none
                job = store.get(arrivals.landed_id(found))
                if job is None or job["status"] in {"awaiting_upload", "failed"}:
                    yield table, found


def rejects_url(job_id: str) -> str:
    """Where a job's rejected records are to be had for some minutes; NotFound without any."""
    from ingestion.large import objects, rejects

    job = job_of(job_id)
    if "finished_at" not in job:
        raise NotFound("the ingestion is not finished; its rejected records are joined at its end")
    if not job["rejected"]:
        raise NotFound("nothing was rejected")
    return objects.presigned_get(rejects.key(job_id), f"{job['table']}-{job_id}-rejects.csv")
