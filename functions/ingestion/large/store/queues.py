"""Who has a table, and which jobs wait for it: one job of a table runs at a time.

From its arrival to its end a job either waits or has its table. Each change of that is one
transaction with the change of the job's record, so no crash leaves a job that does neither.
"""

import time
from collections.abc import Iterable
from typing import Any

from ingestion.large.store import records
from shared.dynamo import ConditionFailedError, Item, Key, Operation
from shared.jobs_table import jobs_table

_HOLDERS = "LOCKS"


def enter(job: Item, *, expires: int, **attributes: Any) -> Item | None:
    """The job, which waits for its table from now on; None where it is no longer as it was read."""
    turn = f"{records.now()}#{job['id']}"
    entry = {**_entry_key(job["table"], turn), "job": job["id"], "expires": expires}
    put = jobs_table().put_operation(entry, "attribute_not_exists(pk)")
    return records.change_with(
        job, [put], status="planning", turn=turn, expires=expires, **attributes
    )


def is_waiting(job: Item) -> bool:
    key = _entry_key(job["table"], job.get("turn", "-"))
    return jobs_table().get(key, consistent=True) is not None


def leave(job: Item, **attributes: Any) -> Item | None:
    """The job, which does not wait any more; None where it has its turn, or has changed."""
    return records.change_with(job, [_remove(job)], **attributes)


def first(table: str) -> Item | None:
    """The entry of the job that has waited longest."""
    page = jobs_table().query(
        "pk = :pk", {":pk": _entry_key(table, "")["pk"]}, limit=1, consistent=True
    )
    return page.items[0] if page.items else None


def drop(entry: Item) -> None:
    jobs_table().delete({"pk": entry["pk"], "sk": entry["sk"]})


def take(job: Item) -> bool:
    """Whether the job has its table now: nobody else had it, and it was waiting."""
    holder = {**_holder_key(job["table"]), "job": job["id"], "since": int(time.time())}
    put = jobs_table().put_operation(holder, "attribute_not_exists(pk)")
    return records.transacted([put, _remove(job)])


def holder(table: str) -> str | None:
    """The job that has a table."""
    return (jobs_table().get(_holder_key(table), consistent=True) or {}).get("job")


def holders(tables: Iterable[str]) -> dict[str, str]:
    """Tables that somebody has, and who."""
    keys = [_holder_key(table) for table in tables]
    return {each["sk"]: each["job"] for each in jobs_table().get_many(keys, consistent=True)}


def taken_at(tables: Iterable[str]) -> dict[str, int]:
    """The jobs that have a table, and when each took it, Unix seconds."""
    keys = [_holder_key(table) for table in tables]
    found = jobs_table().get_many(keys, consistent=True)
    # of a job that the version before has started it is not known
    return {each["job"]: int(each.get("since", time.time())) for each in found}


def end(job: Item, **attributes: Any) -> Item | None:
    """The job at its end, its table free; None where it is no longer as it was read."""
    free = jobs_table().delete_operation(
        _holder_key(job["table"]),
        "attribute_not_exists(pk) OR job = :job",
        values={":job": job["id"]},
    )
    return records.change_with(job, [free], **attributes)


def free(table: str, job_id: str) -> None:
    """Take a table from a job that is gone."""
    try:
        jobs_table().delete(_holder_key(table), condition="job = :job", values={":job": job_id})
    except ConditionFailedError:
        return


def _remove(job: Item) -> Operation:
    key = _entry_key(job["table"], job.get("turn", "-"))
    return jobs_table().delete_operation(key, "attribute_exists(pk)")


def _entry_key(table: str, turn: str) -> Key:
    return {"pk": f"WAITING#{table}", "sk": turn}


def _holder_key(table: str) -> Key:
    return {"pk": _HOLDERS, "sk": table}
