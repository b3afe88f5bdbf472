"""Ingestion jobs: their records, the locks on tables, and how far each chunk is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.dynamo import (
    ConditionFailedError,
    Item,
    Key,
    Page,
    Table,
    TransactionFailedError,
    table,
    transact,
)

# What is counted, of a chunk and of a job
COUNTS = ("read", "written", "duplicates", "rejected")
RETENTION = 90 * 86400  # seconds that the record of a job is kept
_JOBS = "JOBS"
_LOCKS = "LOCKS"
_LANDING: Key = {"pk": "LANDING", "sk": "-"}


@dataclass(frozen=True)
class Step:
    """A part of a chunk that is done: the bytes from `start` to `end`, and the line behind them."""

    start: int
    end: int
    line: int
    last: bool
    counts: Mapping[str, int]


def now() -> str:
    """This moment, RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def jobs_table() -> Table:
    return table("INGESTIONS_TABLE", "pk", "sk")


def _key(job_id: str) -> Key:
    return {"pk": _JOBS, "sk": job_id}


def create(job: Item) -> bool:
    """Whether the job is new."""
    try:
        jobs_table().put({**_key(job["id"]), **job}, condition="attribute_not_exists(pk)")
    except ConditionFailedError:
        return False
    return True


def get(job_id: str) -> Item | None:
    return jobs_table().get(_key(job_id), consistent=True)


def get_many(job_ids: list[str]) -> list[Item]:
    """Those that are there, of 100 at most."""
    return jobs_table().get_many([_key(job_id) for job_id in job_ids], consistent=True)


def page(limit: int, after: str | None) -> Page:
    """Jobs, the newest first, that are older than the job `after`."""
    return jobs_table().query(
        "pk = :jobs AND sk < :after",
        {":jobs": _JOBS, ":after": after or "~"},
        limit=limit,
        forward=False,
        consistent=True,
    )


def change(job_id: str, *, only: tuple[str, ...], **attributes: Any) -> Item | None:
    """The job with these attributes, None unless its status was one of `only`.

    An attribute that becomes None is removed.
    """
    names = {f"#{name}": name for name in attributes} | {"#status": "status"}
    kept = {name: value for name, value in attributes.items() if value is not None}
    gone = [f"#{name}" for name in attributes if name not in kept]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in kept)
    if gone:
        expression += " REMOVE " + ", ".join(gone)
    allowed = {f":was{i}": status for i, status in enumerate(only)}
    try:
        return jobs_table().update(
            _key(job_id),
            expression,
            condition=f"#status IN ({', '.join(allowed)})",
            names=names,
            values={f":{name}": value for name, value in kept.items()} | allowed,
        )
    except ConditionFailedError:
        return None


def lock(table_name: str, job_id: str, *, held_by: str | None = None) -> str | None:
    """Take a table for a job, from the job `held_by` if one is named; None, or who has it."""
    try:
        jobs_table().put(
            {"pk": _LOCKS, "sk": table_name, "job": job_id},
            condition="attribute_not_exists(pk) OR job IN (:job, :held_by)",
            values={":job": job_id, ":held_by": held_by or job_id},
        )
    except ConditionFailedError as held:
        return str((held.item or {}).get("job"))
    return None


def unlock(table_name: str, job_id: str) -> None:
    try:
        jobs_table().delete(
            {"pk": _LOCKS, "sk": table_name}, condition="job = :job", values={":job": job_id}
        )
    except ConditionFailedError:
        return


def landing() -> list[str]:
    """The jobs of the last call that ingested what was waiting."""
    return list((jobs_table().get(_LANDING, consistent=True) or {}).get("jobs", []))


def set_landing(jobs: list[str], before: list[str]) -> bool:
    """Whether the last call was still the one with the jobs `before`."""
    try:
        jobs_table().put(
            {**_LANDING, "jobs": jobs},
            condition="attribute_not_exists(pk) OR jobs = :before",
            values={":before": before},
        )
    except ConditionFailedError:
        return False
    return True


def chunk(job_id: str, number: int) -> Item | None:
    """How far a chunk is: `position` (bytes), `line`, `done`, and its counts."""
    return jobs_table().get(_chunk_key(job_id, number), consistent=True)


def chunks(job_id: str) -> Iterator[Item]:
    """The chunks of which a part is done, in their order."""
    return jobs_table().query_all("pk = :pk", {":pk": f"CHUNKS#{job_id}"}, consistent=True)


def _chunk_key(job_id: str, number: int) -> Key:
    return {"pk": f"CHUNKS#{job_id}", "sk": f"{number:07}"}


def step(job: Item, number: int, before: Item | None, done: Step) -> Item | None:
    """Record a part of a chunk, once; the chunk as it is then.

    None where the chunk is not as it was `before`: somebody else did this part.
    """
    was = before or dict.fromkeys(COUNTS, 0)
    after: Item = {
        **_chunk_key(job["id"], number),
        **{name: was[name] + done.counts[name] for name in COUNTS},
        "start": was.get("start", done.start),
        "position": done.end,
        "line": done.line,
        "done": done.last,
        "expires": job["expires"],
    }
    position = before["position"] if before else None
    put = jobs_table().put_operation(
        after,
        condition="attribute_not_exists(pk)" if before is None else "#position = :position",
        names=None if before is None else {"#position": "position"},
        values=None if before is None else {":position": position},
    )
    added = {**done.counts, "bytes_done": done.end - done.start, "chunks_done": int(done.last)}
    add = jobs_table().update_operation(
        _key(job["id"]),
        "ADD " + ", ".join(f"#{name} :{name}" for name in added),
        names={f"#{name}": name for name in added},
        values={f":{name}": value for name, value in added.items()},
    )
    try:
        transact([put, add])
    except TransactionFailedError as failed:
        if failed.failed():
            return None
        raise
    return after
