"""Large files while things fail: every row is in the table or rejected, and counted once."""

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import pytest

from ingestion.large import objects, planner, worker
from ingestion.large.store import queues
from shared.problems import StoreUnavailable
from tests.faults.bombs import BOMBS
from tests.faults.proxy import Fault, Proxy
from tests.front_door import call
from tests.large_files import Task, chunks, finish, job_of, plan, rejects, submit, work
from tests.template import ROOT

T = TypeVar("T")
ROWS = 1200
BROKEN = {7, 400, 401, 1199}
FILE = "".join(f"{'x' if n in BROKEN else n},department {n}\n" for n in range(1, ROWS + 1)).encode()


@pytest.fixture(autouse=True)
def small_parts(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Some ten chunks of several windows; S3 is reached past the proxy."""
    monkeypatch.setattr(planner, "CHUNK_BYTES", 4000)
    monkeypatch.setattr(worker, "WINDOW", 1000)
    objects.client.cache_clear()
    with monkeypatch.context() as past:
        past.setenv("AWS_ENDPOINT_URL", proxy.store)
        objects.client()
        from ingestion.large import executions

        executions.client.cache_clear()
        executions.client()
    yield
    objects.client.cache_clear()
    executions.client.cache_clear()


def persist(task: Callable[[], T]) -> T:
    """A task's result, called again while the store is away, as the state machine does."""
    for _ in range(200):
        try:
            return task()
        except StoreUnavailable:
            continue
    raise AssertionError("the task never succeeded")


def load(job_id: str) -> dict[str, Any]:
    """All chunks, and the end."""
    step = persist(lambda: plan(job_id))
    while step["next"] == "load":
        for chunk in objects.get_json(step["chunks"]):
            while not persist(partial(work, job_id, chunk)):
                pass
        step = persist(partial(finish, job_id, step))
    return dict(job_of(job_id))


def expect_whole(proxy: Proxy, job: dict[str, Any]) -> None:
    """Each row of the file in its place, and the counts that say so."""
    assert job["status"] == "succeeded", job
    assert job["rows"] == {
        "read": ROWS,
        "written": ROWS - len(BROKEN),
        "duplicates": 0,
        "rejected": len(BROKEN),
    }
    assert proxy.departments() == {
        n: f"department {n}" for n in range(1, ROWS + 1) if n not in BROKEN
    }
    lines = [int(row["line"]) for row in csv.DictReader(io.StringIO(rejects(job["id"])))]
    assert lines == sorted(BROKEN)


@pytest.mark.parametrize("fault", ["refused", "throttled", "cut", "lost", "unprocessed"])
def test_a_store_that_fails_now_and_then_gets_each_row_once(proxy: Proxy, fault: Fault) -> None:
    job_id = submit("departments", FILE)
    chance = random.Random(fault)
    proxy.plan = lambda _: fault if chance.random() < 0.3 else None
    job = load(job_id)
    proxy.plan = lambda _: None
    expect_whole(proxy, job)


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_all_kinds_together_get_each_row_once(proxy: Proxy, seed: int) -> None:
    job_id = submit("departments", FILE)
    chance = random.Random(seed)
    faults: list[Fault] = ["refused", "throttled", "cut", "lost", "unprocessed", *[None] * 5]
    proxy.plan = lambda _: chance.choice(faults)
    job = load(job_id)
    proxy.plan = lambda _: None
    expect_whole(proxy, job)


def test_a_worker_that_is_killed_is_gone_on_with(proxy: Proxy) -> None:
    job_id = submit("departments", FILE)
    first, *_ = chunks(job_id)
    program = (
        "import json, sys; from ingestion.large import worker; worker.WINDOW = 1000\n"
        "from tests.large_files import Task; worker.handler(json.loads(sys.argv[1]), Task())"
    )
    event = json.dumps({"id": job_id, "attempt": 1, "chunk": first})
    with subprocess.Popen(
        [sys.executable, "-c", program, event],
        env={
            **os.environ,
            "AWS_ENDPOINT_URL_S3": proxy.store,
            "PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}",
        },
        stdout=subprocess.DEVNULL,
    ) as process:
        before = proxy.calls["BatchWriteItem"]

        def kill(_: int) -> Fault:
            if proxy.calls["BatchWriteItem"] >= before + 4:
                process.send_signal(signal.SIGKILL)
            return None

        proxy.plan = kill
        assert process.wait(60) == -signal.SIGKILL
    proxy.plan = lambda _: None
    assert 0 < len(proxy.departments()) < ROWS
    expect_whole(proxy, load(job_id))


def test_a_chunk_that_runs_twice_at_the_same_time_is_counted_once(proxy: Proxy) -> None:
    job_id = submit("departments", FILE)
    first, *_ = chunks(job_id)
    event = {"id": job_id, "attempt": 1, "chunk": first}
    inner: list[dict[str, Any]] = []
    before = proxy.calls["TransactWriteItems"]

    def another(_: int) -> Fault:
        # once, when the first call has its second window in hand
        if proxy.calls["TransactWriteItems"] == before + 1 and not inner:
            inner.append({})
            inner.append(worker.handler(event, Task()))
        return None

    proxy.plan = another
    assert worker.handler(event, Task()) == {"done": False}
    assert inner[1] == {"done": True}
    proxy.plan = lambda _: None
    expect_whole(proxy, load(job_id))


def test_a_cancel_in_mid_flight_counts_what_is_written(proxy: Proxy) -> None:
    job_id = submit("departments", FILE)
    first, second, *_ = chunks(job_id)
    before = proxy.calls["TransactWriteItems"]

    def cancel(_: int) -> Fault:
        if proxy.calls["TransactWriteItems"] == before + 1:
            proxy.plan = lambda _: None
            assert call("DELETE", f"/ingestions/{job_id}").status == 202
        return None

    proxy.plan = cancel
    while not work(job_id, first):
        pass
    assert work(job_id, second)
    assert finish(job_id)["next"] == "end"
    job = job_of(job_id)
    assert (job["status"], job["chunks"]["done"]) == ("cancelled", 0)
    assert 0 < job["rows"]["written"] == len(proxy.departments()) < ROWS
    following = submit("departments", FILE)
    assert queues.holder("departments") == following


def test_a_file_whose_connection_breaks_is_read_on(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = submit("departments", FILE)
    get = objects.client().get_object
    breaks = iter([100, 5, 1500])

    class Breaking:
        def __init__(self, body: Any, after: int) -> None:
            self.body, self.left = body, after

        def __enter__(self) -> "Breaking":
            return self

        def __exit__(self, *_: object) -> None:
            self.body.close()

        def read(self, size: int) -> bytes:
            if self.left <= 0:
                raise ConnectionResetError("cut")
            piece: bytes = self.body.read(min(size, self.left))
            self.left -= len(piece)
            return piece

    def broken(**request: Any) -> Any:
        response = get(**request)
        after = next(breaks, None) if "Range" in request else None
        return (
            response if after is None else {**response, "Body": Breaking(response["Body"], after)}
        )

    monkeypatch.setattr(objects.client(), "get_object", broken)
    expect_whole(proxy, load(job_id))
    assert next(breaks, None) is None


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_clearly_in_bounded_memory(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.bombs", name],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    measured = json.loads(done.stdout)
    assert measured["memory"] <= 200
    assert measured.get("error", "").startswith("line ") or measured["read"] == measured["rejected"]
