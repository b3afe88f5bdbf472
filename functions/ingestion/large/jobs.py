"""A job as it is stored, and as JSON."""

import time
from datetime import UTC, datetime
from typing import Any

from ingestion.large import parts
from ingestion.large.store import records
from ingestion.scope import dedupe_scope
from shared.items import Item
from shared.jobs import progress
from shared.log import trace_header
from shared.moments import rfc3339

STATUSES = ("awaiting_upload", "planning", "running", "succeeded", "failed", "cancelled")
# Of a job that nobody uploads to, its record goes a day after its last address
UNUSED = 86400 + parts.SECONDS  # seconds
UNEXPECTED = "the load ended unexpectedly; start it again, what is loaded is skipped"


def id_at(moment: datetime, tail: str) -> str:
    """An id that sorts by time: milliseconds, and what makes it the only one."""
    return f"{int(moment.timestamp() * 1000):012x}{tail}"


def expiry(seconds: int = records.RETENTION) -> int:
    """When a record may go, Unix seconds."""
    return int(time.time()) + seconds


def new(  # noqa: PLR0913 - the attributes of one record
    job_id: str,
    table: str,
    options: Item,
    *,
    source: str,
    filename: str | None,
    key: str,
    request_id: str | None = None,
) -> Item:
    """The record of a job that waits for its object; `request_id` is of the request for it."""
    return {
        "id": job_id,
        "table": table,
        "status": "awaiting_upload",
        "source": source,
        "key": key,
        "options": options,
        "attempt": 1,
        "created_at": records.now(),
        "expires": expiry(UNUSED),
        "bytes_done": 0,
        "chunks_done": 0,
        **dict.fromkeys(records.COUNTS, 0),
        **({"filename": filename} if filename else {}),
        **({"request_id": request_id} if request_id else {}),
        **({"trace": trace} if (trace := trace_header()) else {}),
    }


def log_keys(job: Item) -> dict[str, Any]:
    """What each log line about a job has; a job of an object that was just put has no request."""
    return {"job": job["id"], "request_id": job.get("request_id")}


def is_active(job: Item) -> bool:
    """Whether a job that has begun has not ended: it waits, is loaded, or is being ended."""
    return job["status"] != "awaiting_upload" and "finished_at" not in job


def is_whole(job: Item) -> bool:
    """Whether all of a job's chunks are done."""
    return bool(job["chunks_done"] == job.get("chunks_total"))


def as_dict(job: Item, waiting_for: str | None = None) -> dict[str, Any]:
    """A job as JSON, and the job that it waits for."""
    return {
        "id": job["id"],
        "table": job["table"],
        "status": job["status"],
        "source": job["source"],
        "filename": job.get("filename"),
        "options": job["options"],
        "bytes": job.get("bytes"),
        "chunks": {"total": job.get("chunks_total"), "done": job["chunks_done"]},
        "rows": {name: job[name] for name in records.COUNTS},
        "progress": progress(job),
        "waiting_for": waiting_for,
        "created_at": job["created_at"],
        "started_at": job.get("started_at"),
        "finished_at": job.get("finished_at"),
        "error": job.get("error"),
        **dedupe_scope(dedupe=job["options"].get("dedupe", False)),
    }


def upload_expires(created: str, seconds: int) -> str:
    """When the addresses of a job that was created at a moment end, RFC 3339."""
    ends = datetime.fromisoformat(created).timestamp() + seconds
    moment = datetime.fromtimestamp(ends, UTC)
    return rfc3339(moment)
