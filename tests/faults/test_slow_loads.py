"""A small CSV that is not loaded in time goes on as a job, and its counts are those of one load."""

import csv
import io
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.large import arrivals, worker
from shared import retries
from tests.faults.clock import LIMIT, Clock
from tests.faults.on_demand import OnDemand
from tests.faults.proxy import Proxy
from tests.faults.throttling import Throttling
from tests.front_door import Context, Response, call
from tests.large_files import arrival, rejects, run

CSV = {"Content-Type": "text/csv"}
LOAD = "/tables/departments"
ROWS = 2000
FILE = "id,department\n" + "".join(f"{n},department {n}\n" for n in range(ROWS)) + "x,broken\n"
WHOLE = {"read": ROWS + 1, "written": ROWS, "duplicates": 0, "rejected": 1}


@pytest.fixture(autouse=True)
def small_parts(tables_alone_fail: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "WINDOW", 5000)


def job_of(response: Response) -> dict[str, Any]:
    """The job that a load goes on as."""
    assert response.status == 202, response.text
    job: dict[str, Any] = response.json
    assert response.headers["location"] == f"../ingestions/{job['id']}"
    assert "preference-applied" not in response.headers
    assert call("GET", f"/ingestions/{job['id']}").json == job
    return job


def counts(job: dict[str, Any]) -> dict[str, int]:
    arrivals.handler(arrival(f"uploads/{job['id']}/file.csv"), Context())
    ended = run(job["id"])
    assert ended["status"] == "succeeded", ended
    return dict(ended["rows"])


@pytest.mark.parametrize("seconds", [0.1, 0.5, 1, 4])
def test_a_file_that_is_not_loaded_in_time_goes_on_as_a_job(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    clock = Clock(proxy, monkeypatch, seconds)
    response = clock.call("POST", LOAD, body=FILE, headers=CSV)
    assert clock.longest < LIMIT
    if seconds < 0.2:
        assert (response.status, response.json["written"]) == (200, ROWS)
        return
    job = job_of(response)
    assert (job["table"], job["options"]) == ("departments", {})
    assert 0 < len(proxy.departments()) < ROWS
    assert counts(job) == WHOLE
    assert len(proxy.departments()) == ROWS
    (rejected,) = csv.DictReader(io.StringIO(rejects(job["id"])))
    assert (rejected["line"], rejected["value"]) == (str(ROWS + 2), "x")


def test_with_dedupe_rows_that_the_request_has_written_are_no_duplicates(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("POST", LOAD, "5000,Gamma\n5001,Delta\n", CSV)
    # of these rows the first two are written, as the others replace what they are equal to
    text = "6000,Gamma\nx,broken\n6001,Delta\n5000,Epsilon\n5001,Zeta\n"
    text += "".join(f"{n},department {n // 2}\n" for n in range(400))
    clock = Clock(proxy, monkeypatch, 4, only="BatchWriteItem")
    response = clock.call("POST", f"{LOAD}?dedupe=true", body=text, headers=CSV)
    assert clock.longest < LIMIT
    job = job_of(response)
    assert job["options"] == {"dedupe": True}
    assert 0 < len(proxy.departments()) < 204
    assert counts(job) == {"read": 405, "written": 204, "duplicates": 200, "rejected": 1}
    expected = {5000: "Epsilon", 5001: "Zeta", 6000: "Gamma", 6001: "Delta"}
    assert proxy.departments() == expected | {n: f"department {n // 2}" for n in range(0, 400, 2)}


def test_with_dedupe_a_comparison_that_takes_too_long_is_left_to_the_job(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("POST", LOAD, "5000,department 3\n", CSV)
    file = "".join(f"{n},department {n}\n" for n in range(200))
    clock = Clock(proxy, monkeypatch, 4)
    response = clock.call("POST", f"{LOAD}?dedupe=true", body=file, headers=CSV)
    assert clock.longest < LIMIT
    job = job_of(response)
    assert proxy.departments() == {5000: "department 3"}
    assert counts(job) == {"read": 200, "written": 199, "duplicates": 1, "rejected": 0}


def test_the_same_key_gives_the_same_job(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(proxy, monkeypatch, 3)
    headers = CSV | {"Idempotency-Key": "once"}
    first = clock.call("POST", LOAD, body=FILE, headers=headers)
    assert clock.longest < LIMIT
    again = clock.call("POST", LOAD, body=FILE, headers=headers)
    assert (first.status, again.status, again.json) == (202, 202, first.json)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert len(call("GET", "/ingestions").json["items"]) == 1


def test_a_table_that_throttles_is_waited_for(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "LAST_BACKOFF", 0.02)
    proxy.throttling = Throttling(OnDemand(writes=1000, seconds=0.1))
    response = call("POST", LOAD, FILE, CSV)
    assert (response.status, response.json["written"]) == (200, ROWS)


def test_a_table_that_takes_nothing_is_not_waited_for_longer(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, gone = time.monotonic(), 0.0

    def sleep(seconds: float) -> None:
        nonlocal gone
        gone += seconds

    # of the retries alone: other threads of the process sleep, too
    later = SimpleNamespace(sleep=sleep, monotonic=lambda: began + gone)
    monkeypatch.setattr(retries, "time", later)
    monkeypatch.setattr(time, "monotonic", later.monotonic)
    monkeypatch.setattr(retries, "LAST_BACKOFF", 2.0)
    proxy.plan = lambda _: "throttled"
    response = call("POST", LOAD, FILE, CSV)
    assert (response.status, response.headers["retry-after"]) == (503, "5")
    assert gone < LIMIT


def test_rows_of_json_are_refused_in_time_and_may_be_sent_again(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {"rows": [{"id": n, "department": f"department {n}"} for n in range(1000)]}
    clock = Clock(proxy, monkeypatch, 4)
    response = clock.call("POST", f"{LOAD}/rows", rows)
    assert clock.longest < LIMIT
    assert (response.status, response.headers["retry-after"]) == (503, "5")
    clock.seconds = 0.1
    assert clock.call("POST", f"{LOAD}/rows", rows).json["written"] == 1000
    assert len(proxy.departments()) == 1000


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("respond-async", True),
        ("Respond-Async; x=1, wait=10", True),
        ('handling="respond-async"', False),
        ("return=minimal", False),
        ("", False),
    ],
)
def test_a_caller_may_ask_for_a_job_at_once(prefer: str, applied: bool) -> None:
    response = call("POST", f"{LOAD}?strict=true", FILE, CSV | {"Prefer": prefer})
    assert response.status == (202 if applied else 200)
    assert response.headers.get("preference-applied") == ("respond-async" if applied else None)
    if applied:
        job = response.json
        assert (job["status"], job["options"], job["bytes"]) == (
            "planning",
            {"strict": True},
            len(FILE),
        )
        assert counts(job) == WHOLE


def test_what_is_no_csv_is_refused_before_it_becomes_a_job() -> None:
    headers = CSV | {"Prefer": "respond-async"}
    assert call("POST", LOAD, "", headers).status == 422
    assert call("POST", "/tables/nothing", FILE, headers).status == 404
    kind = {"Content-Type": "application/json", "Prefer": "respond-async"}
    assert call("POST", LOAD, json.dumps({}), kind).status == 415
    assert call("GET", "/ingestions").json["items"] == []
