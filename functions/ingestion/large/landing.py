"""Jobs of the files that wait in the bucket: those that never became one, or failed."""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ingestion.large import arrivals, jobs, objects, service
from ingestion.large.store import records
from shared.datasets import DATA_SETS
from shared.problems import Conflict

# Files that one call starts
LANDED_AT_ONCE = 100
# How long one call looks for them: the bucket keeps those of a month
LANDING_SECONDS = 10.0


def ingest(request_id: str) -> dict[str, Any]:
    """Jobs of the files that wait, those of a table after those it refers to.

    There may be `more` than one call starts, or finds in its time: the next goes on behind them.
    """
    last = records.landing()
    for before in records.get_many(last.get("jobs", [])):
        if jobs.is_active(before):
            raise Conflict(f"ingestion {before['id']} of {before['table']} is not finished")
    waiting, position = _waiting(last.get("position", ""))
    job_ids = [arrivals.landed_id(found) for found in waiting]
    if not records.set_landing({"jobs": job_ids, "position": position}, last):
        raise Conflict("the files that wait are being ingested by another call")
    earlier: dict[str, list[str]] = {}
    for job_id, found in zip(job_ids, waiting, strict=True):
        table = _table(found.key)
        after = [each for other in earlier if other != table for each in earlier[other]]
        job = arrivals.arrived(found, after, request_id)
        if job is not None and job["status"] == "failed":
            service.retry(job_id, after)
        earlier.setdefault(table, []).append(job_id)
    known = {job["id"]: job for job in records.get_many(job_ids)}
    started = service.rendered([known[job_id] for job_id in job_ids if job_id in known])
    return {"ingestions": started, "more": bool(position)}


def _waiting(position: str) -> tuple[list[objects.Found], str]:
    """Files that no job has loaded or is loading, and the key to go on behind; "" at the end."""
    deadline = time.monotonic() + LANDING_SECONDS
    waiting: list[objects.Found] = []
    landed = _landed(position)
    while batch := list(islice(landed, records.MOST_AT_ONCE)):
        known = {job["id"]: job for job in records.get_many([*map(arrivals.landed_id, batch)])}
        for found in batch:
            its = known.get(arrivals.landed_id(found))
            if its is None or its["status"] in {"awaiting_upload", "failed"}:
                waiting.append(found)
                if len(waiting) == LANDED_AT_ONCE:
                    return waiting, found.key
        if time.monotonic() > deadline:
            return waiting, batch[-1].key
    return waiting, ""


def _landed(position: str) -> Iterator[objects.Found]:
    """The files of all tables in the order of references, behind a key."""
    tables = list(DATA_SETS)
    first = tables.index(_table(position)) if position else 0
    for table in tables[first:]:
        prefix = f"{objects.LANDING}{table}/"
        for found in objects.under(prefix, position if position.startswith(prefix) else ""):
            if found.size:  # what some tools make for a folder has none
                yield found


def _table(key: str) -> str:
    return key.split("/")[1]
