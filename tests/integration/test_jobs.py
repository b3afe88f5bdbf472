"""Jobs side by side, and jobs whose execution dies: every one ends, and its counts are its rows."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ingestion.large import arrivals, finisher, landing, objects, planner, turns, watch, worker
from ingestion.large import executions as runs
from ingestion.large.store import progress, queues, records
from shared import dynamo
from shared.datasets import DATA_SETS
from tests.front_door import Context, call
from tests.large_files import (
    Task,
    arrival,
    attempt_of,
    chunks,
    ended,
    executions,
    finish,
    job_of,
    plan,
    rejects,
    run,
    stop,
    submit,
    work,
)

SWEEP = {"source": "aws.events", "detail-type": "Scheduled Event"}


@pytest.fixture(autouse=True)
def small_parts(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Chunks of some 2 KB and windows of some 500 bytes; a job is looked at whenever asked for."""
    dynamo.client.cache_clear()
    objects.client.cache_clear()
    monkeypatch.setattr(planner, "CHUNK_BYTES", 2000)
    monkeypatch.setattr(worker, "WINDOW", 500)
    monkeypatch.setattr(turns, "QUIET", 0)
    yield
    objects.client.cache_clear()


def departments(rows: int, first: int = 1) -> bytes:
    return "".join(f"{n},department {n}\n" for n in range(first, first + rows)).encode()


def row_count() -> int:
    return sum(1 for _ in dynamo.table(DATA_SETS["departments"].setting, "id").scan_all())


def die_writing(job_id: str, chunk: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies between the rows of its second window and their record."""
    with monkeypatch.context() as patched:
        step, steps = progress.step, iter([False, True])

        def dies(*arguments: Any) -> Any:
            if next(steps):
                raise SystemExit
            return step(*arguments)

        patched.setattr(progress, "step", dies)
        with pytest.raises(SystemExit):
            work(job_id, chunk)


def interrupted(monkeypatch: pytest.MonkeyPatch) -> str:
    """A job whose execution was stopped while a worker wrote."""
    job_id = submit("departments", departments(300))
    first, *_ = chunks(job_id)
    die_writing(job_id, first, monkeypatch)
    stop(job_id)
    assert 0 < records.get(job_id)["written"] < row_count()  # type: ignore[index]
    return job_id


def expect_failed(job_id: str) -> None:
    """The job ends as failed, its counts being its rows; then it starts again and gets them all."""
    assert executions() == [f"{job_id}-2"]
    job = run(job_id)
    assert job["status"] == "failed"
    assert job["error"].startswith("the load ended unexpectedly")
    assert job["rows"]["written"] == row_count() > 0
    assert call("POST", f"/ingestions/{job_id}/retry").json["status"] == "planning"
    job = run(job_id)
    assert (job["status"], job["rows"]["written"]) == ("succeeded", 300)
    assert row_count() == 300


def test_who_asks_for_a_job_notices_that_its_execution_died(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = interrupted(monkeypatch)
    assert job_of(job_id)["status"] == "failed"
    expect_failed(job_id)


def test_who_lists_jobs_notices_that_an_execution_died(monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = interrupted(monkeypatch)
    (job,) = call("GET", "/ingestions").json["items"]
    assert (job["id"], job["status"]) == (job_id, "failed")
    expect_failed(job_id)


def test_the_schedule_notices_that_an_execution_died(monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = interrupted(monkeypatch)
    watch.handler(SWEEP, Context())
    expect_failed(job_id)


def test_an_execution_that_is_stopped_ends_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = interrupted(monkeypatch)
    for _ in range(2):
        watch.handler(ended(job_id), Context())
    expect_failed(job_id)


def test_a_retry_of_a_job_whose_execution_died_goes_on_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = interrupted(monkeypatch)
    again = call("POST", f"/ingestions/{job_id}/retry")
    assert (again.status, again.json["status"], again.json["error"]) == (202, "planning", None)
    assert executions() == [f"{job_id}-2"]
    job = run(job_id)
    assert (job["status"], job["rows"]["written"], row_count()) == ("succeeded", 300, 300)


def test_a_cancel_of_a_job_whose_execution_died_ends_with_its_rows_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = interrupted(monkeypatch)
    cancelled = call("DELETE", f"/ingestions/{job_id}")
    assert (cancelled.status, cancelled.json["status"]) == (202, "cancelled")
    assert executions() == [f"{job_id}-2"]
    job = run(job_id)
    assert (job["status"], job["finished_at"] is None) == ("cancelled", False)
    assert job["rows"]["written"] == row_count() > 0


def test_an_execution_that_dies_while_it_ends_a_job_is_made_up_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = interrupted(monkeypatch)
    job_of(job_id)
    stop(job_id)
    assert job_of(job_id)["finished_at"] is None
    assert executions() == [f"{job_id}-3"]
    job = run(job_id)
    assert job["finished_at"]
    assert job["rows"]["written"] == row_count()


def test_a_job_that_was_loaded_before_its_execution_died_succeeds() -> None:
    job_id = submit("departments", departments(300))
    for chunk in chunks(job_id):
        assert work(job_id, chunk)
    stop(job_id)
    watch.handler(SWEEP, Context())
    assert run(job_id)["status"] == "succeeded"


def test_a_job_whose_execution_was_never_started_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("ingestion.large.executions.start", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            submit("departments", departments(300))
    assert executions() == []
    (job,) = call("GET", "/ingestions").json["items"]
    assert job["status"] == "planning"
    assert executions() == [f"{job['id']}-1"]
    assert run(job["id"])["status"] == "succeeded"


def test_a_job_that_was_heard_of_just_now_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "QUIET", 60)
    job_id = submit("departments", departments(300))
    asked: list[str] = []
    running = runs.is_running

    def counted(job: dict[str, Any]) -> bool | None:
        asked.append(job["id"])
        return running(job)

    monkeypatch.setattr(runs, "is_running", counted)
    for _ in range(5):
        job_of(job_id)
        call("GET", "/ingestions")
    assert asked == [job_id]


def test_a_request_does_not_fail_where_the_execution_cannot_be_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = submit("departments", departments(300))
    monkeypatch.setenv("STATE_MACHINE", "arn:aws:states:us-east-1:123456789012:stateMachine:none")
    assert job_of(job_id)["status"] == "planning"
    assert call("DELETE", f"/ingestions/{job_id}").status == 202


def test_a_second_job_of_a_table_waits_and_says_for_which() -> None:
    first, second, third = (submit("departments", departments(n)) for n in (50, 60, 70))
    other = submit("jobs", b"1,Welder\n")
    assert executions() == [f"{other}-1", f"{first}-1"]
    assert [job_of(job)["waiting_for"] for job in (first, second, third)] == [None, first, first]
    assert job_of(second)["status"] == "planning"
    listed = {job["id"]: job["waiting_for"] for job in call("GET", "/ingestions").json["items"]}
    assert listed == {first: None, second: first, third: first, other: None}
    assert run(other)["status"] == "succeeded"
    assert run(first)["status"] == "succeeded"
    assert f"{second}-1" in executions()
    assert f"{third}-1" not in executions()
    assert [job_of(job)["waiting_for"] for job in (second, third)] == [None, second]
    assert run(second)["rows"]["written"] == 60
    assert run(third)["rows"]["written"] == 70


def test_a_job_that_waits_is_cancelled_at_once() -> None:
    first, second, third = (submit("departments", departments(n)) for n in (50, 60, 70))
    cancelled = call("DELETE", f"/ingestions/{second}").json
    assert (cancelled["status"], cancelled["finished_at"] is None) == ("cancelled", False)
    assert run(first)["status"] == "succeeded"
    assert run(third)["status"] == "succeeded"
    assert not any(name.startswith(second) for name in executions())


def test_the_next_job_of_a_table_starts_although_the_one_before_died() -> None:
    first, second = (submit("departments", departments(n)) for n in (50, 60))
    stop(first)
    assert job_of(second)["waiting_for"] == first
    assert run(first)["status"] == "failed"
    assert run(second)["status"] == "succeeded"


def test_a_job_whose_turn_was_forgotten_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (submit("departments", departments(n)) for n in (50, 60))
    with monkeypatch.context() as forgetful:
        forgetful.setattr("ingestion.large.turns.advance", lambda _: None)
        run(first)
    assert f"{second}-1" not in executions()
    watch.handler(SWEEP, Context())
    assert f"{second}-1" in executions()


def test_events_and_tasks_of_an_attempt_before_change_nothing() -> None:
    job_id = submit("departments", departments(300))
    first, second, *_ = chunks(job_id)
    work(job_id, first)
    finish(job_id)
    call("POST", f"/ingestions/{job_id}/retry")
    plan(job_id)
    before = {**(records.get(job_id) or {}), "touched": None}
    old: dict[str, Any] = {"id": job_id, "attempt": 1}
    watch.handler(ended(job_id, "FAILED", attempt=1), Context())
    assert finisher.handler(old, Context())["next"] == "end"
    assert worker.handler(old | {"chunk": second}, Task()) == {"done": True}
    assert planner.handler(old, Task())["next"] == "end"
    assert {**(records.get(job_id) or {}), "touched": None} == before
    assert queues.holder("departments") == job_id
    assert attempt_of(job_id) == 2
    assert run(job_id)["rows"]["written"] == row_count() == 300


def test_an_attempt_that_starts_while_the_one_before_is_ended_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = submit("departments", departments(300))
    chunks(job_id)
    read = progress.chunks

    def meanwhile(an_id: str) -> Iterator[dict[str, Any]]:
        monkeypatch.setattr(progress, "chunks", read)
        assert call("POST", f"/ingestions/{job_id}/retry").json["status"] == "planning"
        return read(an_id)

    monkeypatch.setattr(progress, "chunks", meanwhile)
    finisher.handler({"id": job_id, "attempt": 1}, Context())
    assert job_of(job_id)["status"] == "planning"
    assert queues.holder("departments") == job_id
    assert run(job_id)["status"] == "succeeded"


def put(key: str, raw: bytes) -> None:
    objects.client().put_object(Bucket=objects.bucket(), Key=key, Body=raw)


def ingest_landing() -> Any:
    response = call("POST", "/ingestions", json_body={"source": "landing"})
    assert response.status == 202, response.text
    return response.json


def test_all_that_waits_is_ingested_with_referenced_tables_first() -> None:
    put("landing/hired_employees/h.csv", b"1,A,2021-01-01T00:00:00Z,1,1\n")
    put("landing/departments/d.csv", departments(5))
    started = ingest_landing()
    first, second = started["ingestions"]
    assert (first["table"], second["table"]) == ("departments", "hired_employees")
    assert not started["more"]
    again = call("POST", "/ingestions", json_body={"source": "landing"})
    assert again.status == 409
    assert first["id"] in again.json["detail"]
    assert executions() == [f"{first['id']}-1"]
    assert job_of(second["id"])["waiting_for"] == first["id"]
    assert run(first["id"])["status"] == "succeeded"
    assert run(second["id"])["status"] == "succeeded"
    assert ingest_landing() == {"ingestions": [], "more": False}


def test_failed_files_that_wait_are_ingested_again_in_order() -> None:
    put("landing/departments/d.csv", departments(5))
    put("landing/hired_employees/h.csv", b"1,A,2021-01-01T00:00:00Z,1,1\n")
    first, second = (job["id"] for job in ingest_landing()["ingestions"])
    for job_id in (first, second):
        finish(job_id)
        assert job_of(job_id)["status"] == "failed"
    assert [job["id"] for job in ingest_landing()["ingestions"]] == [first, second]
    assert job_of(second)["waiting_for"] == first
    assert run(first)["status"] == run(second)["status"] == "succeeded"


def test_files_that_were_loaded_are_looked_up_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(120):
        put(f"landing/jobs/{n:03}.csv", b"1,Welder\n")
    arrivals.handler(arrival("landing/jobs/000.csv"), Context())
    asked: list[int] = []
    get_many = records.get_many

    def counted(job_ids: list[str]) -> list[dict[str, Any]]:
        asked.append(len(job_ids))
        return get_many(job_ids)

    monkeypatch.setattr(records, "get_many", counted)
    waiting, position = landing._waiting("")
    assert (len(waiting), position) == (landing.LANDED_AT_ONCE, "landing/jobs/100.csv")
    assert asked == [100, 20]


def test_more_files_than_one_call_starts_are_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "LANDED_AT_ONCE", 2)
    for n in range(3):
        put(f"landing/departments/{n}.csv", departments(3, n))
    put("landing/jobs/0.csv", b"1,Welder\n")
    names = []
    for more in (True, True, False):
        started = ingest_landing()
        assert started["more"] == more
        names += [(job["table"], job["filename"]) for job in started["ingestions"]]
        for job in started["ingestions"]:
            assert run(job["id"])["status"] == "succeeded"
    assert names == [("departments", f"{n}.csv") for n in range(3)] + [("jobs", "0.csv")]


def test_a_call_that_runs_out_of_time_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "LANDING_SECONDS", -1.0)
    monkeypatch.setattr(records, "MOST_AT_ONCE", 2)
    for n in range(3):
        put(f"landing/departments/{n}.csv", departments(3, n))
    started = ingest_landing()
    assert (len(started["ingestions"]), started["more"]) == (2, True)
    for job in started["ingestions"]:
        run(job["id"])
    assert [job["filename"] for job in ingest_landing()["ingestions"]] == ["2.csv"]


def test_the_rejects_of_an_interrupted_job_are_those_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = b"".join(b"%d,a\nx,b\n" % n for n in range(200))
    job_id = submit("departments", raw)
    first, *_ = chunks(job_id)
    die_writing(job_id, first, monkeypatch)
    stop(job_id)
    call("DELETE", f"/ingestions/{job_id}")
    job = run(job_id)
    assert job["rows"]["rejected"] == len(rejects(job_id).splitlines()) - 1 > 0
    assert job["rows"]["written"] == row_count()


def test_jobs_are_started_in_the_order_of_their_arrival() -> None:
    ids = []
    for n in range(4):
        ids.append(submit("departments", departments(3, n)))
        time.sleep(0.002)
    started = []
    for _ in ids:
        (name,) = [name for name in executions() if name.partition("-")[0] not in started]
        started.append(name.partition("-")[0])
        run(started[-1])
    assert started == ids
