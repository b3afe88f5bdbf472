"""What clients ask of ingestion jobs."""

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from aws_lambda_powertools import Logger

from ingestion.large import jobs
from ingestion.large.store import records
from shared import cursor as cursors
from shared.etags import UNCONDITIONAL, Expected, missing
from shared.items import Item
from shared.problems import Conflict, NotFound, StoreUnavailable

logger = Logger()
T = TypeVar("T")

LISTING = "/ingestions"
# Pages of jobs that are looked through for one page of a response
MOST_PAGES = 10


def job_of(job_id: str, expected: Expected = UNCONDITIONAL) -> Item:
    """NotFound, or PreconditionFailed where some state was expected."""
    job = records.get(job_id)
    if job is None:
        raise missing("no such ingestion", expected)
    return job


def as_dict(
    job_id: str, expected: Expected = UNCONDITIONAL, *, notice: bool = True
) -> dict[str, Any]:
    return rendered([job_of(job_id, expected)], notice=notice)[0]


def rendered(found: list[Item], *, notice: bool = True) -> list[dict[str, Any]]:
    """Jobs as JSON, and what they wait for; where an execution has died its job is ended."""
    tables = {job["table"] for job in found if jobs.is_active(job)}
    if not tables:
        return [jobs.as_dict(job) for job in found]
    from ingestion.large import turns
    from ingestion.large.store import queues

    having = [_noticed(partial(turns.advance, table)) for table in tables if notice]
    now = {job["id"]: job for job in having if job is not None}
    waits_for = turns.Waiting(queues.holders(tables))
    return [
        jobs.as_dict(each, waits_for(each)) for each in (now.get(job["id"], job) for job in found)
    ]


def _noticed(look: Callable[[], T]) -> T | None:
    """What one finds by looking after a job; None where that fails, as the schedule looks too."""
    try:
        return look()
    except StoreUnavailable:
        logger.exception("a job could not be looked after")
        return None


def create(
    table: str, filename: str | None, options: Item, request_id: str, size: int | None = None
) -> dict[str, Any]:
    """A new job, with the form by which its file is uploaded; and its parts, if its size is known.

    StoreUnavailable.
    """
    from ingestion.large import objects, parts

    job = new(table, filename, options, request_id)
    seconds = objects.UPLOAD_SECONDS if size is None else parts.SECONDS
    upload = objects.presigned_post(job["key"], seconds)
    if size is not None:
        job["upload_id"] = parts.begin(job["key"])
        upload |= parts.presigned(job["key"], job["upload_id"], size)
    records.create(job)
    return {
        **jobs.as_dict(job),
        "upload": upload,
        "expires_at": jobs.upload_expires(job["created_at"], seconds),
    }


def accept(job: Item, raw: bytes, duplicates: list[int] | None) -> dict[str, Any]:
    """A `new` job, which loads the file that a request carried; StoreUnavailable.

    `duplicates` are the places of duplicates among the good rows of the file, if the request has
    looked for them: the job looks no more, as the request may have written some of the others.
    """
    from ingestion.large import arrivals, objects

    records.create(job | {"compared": duplicates is not None})
    if duplicates is not None:
        objects.put(objects.duplicates_key(job["id"]), json.dumps(duplicates).encode())
    found = objects.put(job["key"], raw)

    # the event of the file does the same, and starts the job
    now = _noticed(partial(arrivals.arrived, found)) or job
    return (_noticed(partial(rendered, [now], notice=False)) or [jobs.as_dict(now)])[0]


def new(table: str, filename: str | None, options: Item, request_id: str) -> Item:
    """The record of a job whose file comes by an upload."""
    from ingestion.large import objects

    job_id = jobs.id_at(datetime.now(UTC), secrets.token_hex(6))
    key = f"{objects.UPLOADS}{job_id}/file.csv"
    return jobs.new(
        job_id, table, options, source="upload", filename=filename, key=key, request_id=request_id
    )


def page(limit: int, cursor: str | None, status: str | None, table: str | None) -> dict[str, Any]:
    """Jobs, the newest first; a page may be short before the end."""
    listing = cursors.listing_of(LISTING, status=status, table=table)
    after = cursors.decode(listing, cursor, id=str)
    found: list[Item] = []
    for _ in range(MOST_PAGES):
        some = records.page(limit + 1, after["id"] if after else None)
        found += [
            job
            for job in some.items
            if status in {None, job["status"]} and table in {None, job["table"]}
        ]
        after = {"id": some.items[-1]["id"]} if some.last_key else None
        if after is None or len(found) > limit:
            break
    following = cursors.following(listing, found, limit, lambda job: {"id": job["id"]})
    return {
        "items": rendered(found[:limit]),
        "next": following or cursors.encode(listing, after),
    }


def cancel(job_id: str) -> dict[str, Any]:
    """The job, cancelled; its workers stop with the part that they are at."""
    while True:
        job = job_of(job_id)
        if job["status"] == "cancelled" or _cancelled(job):
            return as_dict(job_id)
        if job["status"] not in {"awaiting_upload", "planning", "running"}:
            raise Conflict(f"the ingestion has {job['status']} already")


def _cancelled(job: Item) -> Item | None:
    from ingestion.large import parts, turns
    from ingestion.large.store import queues

    if job["status"] == "awaiting_upload":
        changed = records.change(job, status="cancelled", finished_at=records.now())
        if changed is not None and "upload_id" in changed:
            _noticed(partial(parts.abort, job["key"], job["upload_id"]))
        return changed
    if job["status"] not in {"planning", "running"}:
        return None
    if queues.is_waiting(job):
        return queues.leave(job, status="cancelled", finished_at=records.now())
    changed = records.change(job, status="cancelled")
    if changed is not None:
        _noticed(partial(turns.look, changed, closely=True))
    return changed


def retry(job_id: str, after: list[str] | None = None) -> dict[str, Any]:
    """A failed job, started again; what is loaded is skipped."""
    while True:
        job = job_of(job_id)
        if job["status"] not in {"failed", "planning", "running"}:
            raise Conflict(
                f"only an ingestion that has failed starts again, this is {job['status']}"
            )
        if _retried(job, after or job.get("after", [])):
            return as_dict(job_id)


def _retried(job: Item, after: list[str]) -> Item | None:
    """The job, which waits or runs again; None where it has changed meanwhile."""
    from ingestion.large import executions
    from ingestion.large.store import queues

    again = {"attempt": job["attempt"] + 1, "error": None}
    if "finished_at" in job:
        expires = jobs.expiry()
        return queues.enter(job, after=after, finished_at=None, expires=expires, **again)
    if queues.is_waiting(job) or (job["status"] != "failed" and executions.is_running(job)):
        return job
    changed = records.change(job, status="planning", **again)
    return executions.start(changed) if changed else None


def rejects_url(job_id: str) -> str:
    """Where a job's rejected records are available for some minutes; NotFound without any."""
    from ingestion.large import objects, rejects

    job = job_of(job_id)
    if "finished_at" not in job:
        raise NotFound("the ingestion is not finished; its rejected records are joined at its end")
    if not job["rejected"]:
        raise NotFound("nothing was rejected")
    return objects.presigned_get(rejects.key(job_id), f"{job['table']}-{job_id}-rejects.csv")
