"""Whose turn a table is: starts the next job, and finds the one whose execution has died.

Called by whoever ends a job, by requests that look at one, and on a schedule: a call that is lost,
late or repeated changes nothing but the time of the start.
"""

import time
from functools import cache

from ingestion.large import executions, jobs
from ingestion.large.store import queues, records
from shared.items import Item

# An execution is asked for where its job was not heard of for so long
QUIET = 15  # seconds


def advance(table: str) -> Item | None:
    """Start the job that has waited longest, where nobody has the table; who has it then."""
    job_id = queues.holder(table)
    if job_id is not None:
        job = records.get(job_id)
        if job is not None and jobs.is_active(job):
            return look(job)
        queues.free(table, job_id)
    while (entry := queues.first(table)) is not None:
        job = records.get(entry["job"])
        if job is None or job["status"] != "planning" or job.get("turn") != entry["sk"]:
            queues.drop(entry)
            continue
        if blocker(job) is not None or not queues.take(job):
            return None
        return executions.start(job)
    return None


def blocker(job: Item) -> str | None:
    """The first job that has to end before this one, and has not."""
    for earlier in records.get_many(job.get("after", [])):
        if "finished_at" not in earlier:
            return str(earlier["id"])
    return None


def look(job: Item, *, closely: bool = False) -> Item:
    """The job that has its table, its execution started or, where that has died, ended.

    Nothing is asked for where the job was heard of just now, unless one looks `closely`.
    """
    if not closely and time.time() - job.get("touched", 0) < QUIET:
        return job
    running = executions.is_running(job)
    if running is None:
        return executions.start(job)
    if not running:
        return interrupted(job)
    records.touch(job)
    return job


def interrupted(job: Item) -> Item:
    """A job whose execution has died, failed; another execution of it counts what it has written.

    A job that is cancelled stays so, and one of which nothing is left to do is ended as usual.
    """
    failed = job["status"] in {"planning", "running"} and not jobs.is_whole(job)
    end = {"status": "failed", "error": jobs.UNEXPECTED} if failed else {}
    changed = records.change(job, attempt=job["attempt"] + 1, **end)
    # somebody else noticed it, or it has ended in this moment
    return executions.start(changed) if changed else records.get(job["id"]) or job


class Waiting:
    """Says what jobs wait for, given who has the tables; reads once for each table at most."""

    def __init__(self, holders: dict[str, str]) -> None:
        self._holders = holders
        self._first = cache(queues.first)

    def __call__(self, job: Item) -> str | None:
        """The job that has the table, or comes before this one."""
        if job["status"] != "planning" or "finished_at" in job:
            return None
        holder = self._holders.get(job["table"])
        if holder is not None:
            return None if holder == job["id"] else holder
        entry = self._first(job["table"])
        if entry is not None and entry["job"] != job["id"]:
            return str(entry["job"])
        return blocker(job)
