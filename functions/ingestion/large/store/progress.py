"""How far each chunk of a job is, and which parts are being written."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingestion.large.store import records
from shared.dynamo import ConditionFailedError, Item, Key
from shared.jobs_table import jobs_table


@dataclass(frozen=True)
class Step:
    """A part of a chunk that is done: the bytes from `start` to `end`, and the line behind them."""

    start: int
    end: int
    line: int
    last: bool
    counts: Mapping[str, int]


def chunk(job_id: str, number: int) -> Item | None:
    """How far a chunk is: `position` (bytes), `line`, `done`, and its counts.

    `writing` where rows of the window at `position` may be written that are not counted.
    """
    return jobs_table().get(_chunk_key(job_id, number), consistent=True)


def chunks(job_id: str) -> Iterator[Item]:
    """The chunks that were begun, in their order."""
    return jobs_table().query_all("pk = :pk", {":pk": f"CHUNKS#{job_id}"}, consistent=True)


def _chunk_key(job_id: str, number: int) -> Key:
    return {"pk": f"CHUNKS#{job_id}", "sk": f"{number:07}"}


def begin(job: Item, number: int, start: int, before: Item | None) -> bool:
    """Mark that the window at `start` of a chunk is being written.

    False where the chunk is not as it was `before`, or this attempt of the job does not run any
    more. It is looked at after the mark is made, so whoever ends the job and then looks for marks
    finds every window of which a row may be written.
    """
    if not _runs(job):
        return False
    condition, values = _as_before(before)
    try:
        jobs_table().update(
            _chunk_key(job["id"], number),
            "SET writing = :start, expires = :expires",
            condition=condition,
            names={"#position": "position"},
            values={":start": start, ":expires": job["expires"], **values},
        )
    except ConditionFailedError:
        return False
    return _runs(job)


def _runs(job: Item) -> bool:
    now = records.get(job["id"])
    return now is not None and (now["status"], now["attempt"]) == ("running", job["attempt"])


def step(job: Item, number: int, before: Item | None, done: Step) -> Item | None:
    """Record a part of a chunk, once, and that nothing of it is being written; the chunk then.

    None where the chunk is not as it was `before`: somebody else did this part.
    """
    was = before if before and "position" in before else dict.fromkeys(records.COUNTS, 0)
    after: Item = {
        **_chunk_key(job["id"], number),
        **{name: was[name] + done.counts[name] for name in records.COUNTS},
        "start": was.get("start", done.start),
        "position": done.end,
        "line": done.line,
        "done": done.last,
        "expires": job["expires"],
    }
    condition, values = _as_before(before)
    put = jobs_table().put_operation(
        after, condition=condition, names={"#position": "position"}, values=values
    )
    added = {**done.counts, "bytes_done": done.end - done.start, "chunks_done": int(done.last)}
    add = jobs_table().update_operation(
        records.key(job["id"]),
        "ADD "
        + ", ".join(f"#{name} :{name}" for name in added)
        + " SET touched = :now, advanced = :now",
        names={f"#{name}": name for name in added},
        values={f":{name}": value for name, value in added.items()} | {":now": int(time.time())},
    )
    return after if records.transacted([put, add]) else None


def _as_before(before: Item | None) -> tuple[str, Item]:
    """The condition that nobody has recorded a part of a chunk since it was read, its values."""
    if before is None or "position" not in before:
        return "attribute_not_exists(#position)", {}
    return "#position = :position", {":position": before["position"]}
