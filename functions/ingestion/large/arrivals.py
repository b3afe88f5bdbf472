"""What arrives in the bucket becomes a job, and waits for its table.

Called by EventBridge for each object under landing/ and uploads/, at least once.
"""

from datetime import UTC
from hashlib import sha256
from typing import Any

from aws_lambda_powertools import Logger

from ingestion.large import jobs, objects, turns
from ingestion.large.store import queues, records
from shared.datasets import DATA_SETS
from shared.items import Item

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> None:
    key = event["detail"]["object"]["key"]
    found = objects.find(key)
    if found is None:
        logger.warning("the object is gone")
        return
    job = arrived(found)
    if job is None:
        logger.warning("the object belongs to no job")
    else:
        logger.info("arrived", extra={**jobs.log_keys(job), "bytes": found.size})
        turns.advance(job["table"])


def arrived(
    found: objects.Found, after: list[str] | None = None, request_id: str | None = None
) -> Item | None:
    """The job of an object, in the queue of its table; None for an object that is no job's."""
    place, _, rest = found.key.partition("/")
    folder, _, filename = rest.partition("/")
    if f"{place}/" == objects.UPLOADS:
        job_id = folder
    elif folder in DATA_SETS and filename:
        job_id = landed_id(found)
        job = jobs.new(
            job_id,
            folder,
            {},
            source="landing",
            filename=filename,
            key=found.key,
            request_id=request_id,
        )
        records.create(job)
    else:
        return None
    known = records.get(job_id)
    if known is None or known["status"] != "awaiting_upload":
        return known  # an event that is repeated, or comes late
    entered = queues.enter(
        known,
        started_at=records.now(),
        bytes=found.size,
        etag=found.etag,
        after=after or [],
        expires=jobs.expiry(),
    )
    return entered or records.get(job_id)


def landed_id(found: objects.Found) -> str:
    """The same for the same object, another when it is put again; in the order of time."""
    # a HEAD has whole seconds, a listing more of them
    moment = found.modified.astimezone(UTC).replace(microsecond=0)
    name = sha256(f"{found.key}\0{found.etag}".encode()).hexdigest()
    return jobs.id_at(moment, name[:12])
