"""The records of ingestion jobs."""

import time
from datetime import UTC, datetime
from typing import Any

from shared.dynamo import (
    BATCH_GET,
    ConditionFailedError,
    Item,
    Key,
    Operation,
    Page,
    TransactionFailedError,
    transact,
)
from shared.jobs_table import JOBS, jobs_page, jobs_table
from shared.moments import rfc3339

# What is counted, of a chunk and of a job
COUNTS = ("read", "written", "duplicates", "rejected")
MOST_AT_ONCE = BATCH_GET
RETENTION = 90 * 86400  # seconds that the record of a job is kept
_LANDING: Key = {"pk": "LANDING", "sk": "-"}


def now() -> str:
    """This moment, RFC 3339 in UTC."""
    return rfc3339(datetime.now(UTC))


def key(job_id: str) -> Key:
    return {"pk": JOBS, "sk": job_id}


def create(job: Item) -> bool:
    """Whether the job is new."""
    try:
        jobs_table().put({**key(job["id"]), **job}, condition="attribute_not_exists(pk)")
    except ConditionFailedError:
        return False
    return True


def get(job_id: str) -> Item | None:
    return jobs_table().get(key(job_id), consistent=True)


def get_many(job_ids: list[str]) -> list[Item]:
    """Those that are stored, of MOST_AT_ONCE at most."""
    return jobs_table().get_many([key(job_id) for job_id in job_ids], consistent=True)


def page(limit: int, after: str | None) -> Page:
    """Jobs, the newest first, that are older than the job `after`."""
    return jobs_page(limit, after)


def change(job: Item, **attributes: Any) -> Item | None:
    """The job with these attributes, None where it is no longer as it was read.

    That is where its status, its attempt or its end has changed. An attribute that becomes None is
    removed.
    """
    try:
        return jobs_table().update(key(job["id"]), **_changing(job, attributes))
    except ConditionFailedError:
        return None


def change_with(job: Item, others: list[Operation], **attributes: Any) -> Item | None:
    """The same, all or nothing with other operations, each with a condition."""
    operation = jobs_table().update_operation(key(job["id"]), **_changing(job, attributes))
    if not transacted([operation, *others]):
        return None
    return {name: value for name, value in (job | attributes).items() if value is not None}


def _changing(job: Item, attributes: Item) -> dict[str, Any]:
    kept = {name: value for name, value in attributes.items() if value is not None}
    gone = [f"#{name}" for name in attributes if name not in kept]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in kept)
    if gone:
        expression += " REMOVE " + ", ".join(gone)
    ended = "attribute_exists" if "finished_at" in job else "attribute_not_exists"
    return {
        "expression": expression,
        "condition": f"#status = :was_status AND #attempt = :was_attempt AND {ended}(finished_at)",
        "names": {f"#{name}": name for name in (*attributes, "status", "attempt")},
        "values": {
            ":was_status": job["status"],
            ":was_attempt": job["attempt"],
            **{f":{name}": value for name, value in kept.items()},
        },
    }


def transacted(operations: list[Operation]) -> bool:
    """Whether the conditions of all held."""
    try:
        transact(operations)
    except TransactionFailedError as failed:
        if failed.failed():
            return False
        raise
    return True


def touch(job: Item) -> None:
    """Record that the job's execution runs at this moment."""
    change(job, touched=int(time.time()))


def landing() -> Item:
    """`jobs` and `position` of the last call that ingested what was waiting."""
    return jobs_table().get(_LANDING, consistent=True) or {}


def set_landing(call: Item, before: Item) -> bool:
    """Whether the last call was still the one `before`."""
    try:
        jobs_table().put(
            {**_LANDING, **call},
            condition="attribute_not_exists(pk) OR jobs = :before",
            values={":before": before.get("jobs", [])},
        )
    except ConditionFailedError:
        return False
    return True
