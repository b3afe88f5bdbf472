"""Jobs in any order of arrivals, tasks, deaths, events and requests, each lost, late or repeated.

Whatever happens: one job of a table is loaded at a time, each ends, its counts are its rows.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.stepfunctions.models import stepfunctions_backends

from ingestion import store as rows
from ingestion.large import (
    arrivals,
    executions,
    finisher,
    jobs,
    objects,
    planner,
    turns,
    watch,
    worker,
)
from ingestion.large.store import progress, queues, records
from shared import dynamo
from shared.problems import StoreUnavailable
from tests.conftest import REGION
from tests.front_door import Context, call
from tests.large_files import Task, arrival, ended

TABLES = ("departments", "jobs")
ROWS = 24  # of a file, of which two are broken
SWEEP = {"source": "aws.events", "detail-type": "Scheduled Event"}
Event = dict[str, Any]
few = st.integers(0, 3)
# how a task goes: its time is short, it dies before its end, or AWS does not hear of its end
hows = st.sampled_from(["well", "well", "hurried", "dies", "halfway", "unheard"])


class DiedError(Exception):
    """The end of a function's process."""


class Hurried(Context):
    def get_remaining_time_in_millis(self) -> int:
        return 1000


@dataclass
class Run:
    """An execution: the task that it is at, as infra/ingestion.asl.json has them."""

    input: Event
    state: str = "plan"
    chunks: list[Event] = field(default_factory=list)
    plan: Event = field(default_factory=dict)


class Jobs(RuleBasedStateMachine):
    """The functions as AWS calls them, and what must hold after each call."""

    @initialize()
    def begin(self) -> None:
        for table in self._tables():
            table.items.clear()
        self.machine = stepfunctions_backends[DEFAULT_ACCOUNT_ID][REGION].state_machines[0]
        self.machine.executions.clear()
        self.runs: dict[str, Run] = {}
        self.job_ids: list[str] = []
        self.events: list[tuple[Callable[[Event, Any], Any], Event]] = []
        self.late: list[tuple[Callable[[Event, Any], Any], Event]] = []
        self.finished: set[str] = set()
        for table in ("departments", "departments", "jobs"):
            self.submit(table, delivered=True)

    @staticmethod
    def _tables() -> Any:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables.values()

    # what happens

    @rule(table=st.sampled_from(TABLES), delivered=st.booleans())
    def submit(self, table: str, delivered: bool) -> None:
        if len(self.job_ids) == 5:
            return
        job_id = f"{len(self.job_ids):024}"
        key = f"uploads/{job_id}/file.csv"
        records.create(jobs.new(job_id, table, {}, source="upload", filename=None, key=key))
        first = len(self.job_ids) * 1000
        lines = [f"{'x' if n % 12 == 5 else first + n},name {n}\n" for n in range(ROWS)]
        objects.client().put_object(Bucket=objects.bucket(), Key=key, Body="".join(lines).encode())
        self.job_ids.append(job_id)
        self.events.append((arrivals.handler, arrival(key)))
        if delivered:
            self.deliver(-1, broken=False)

    @rule(which=st.integers(0, 9), broken=st.booleans())
    def deliver(self, which: int, broken: bool) -> None:
        """An event, for the first time or once more."""
        if self.events:
            handler, event = self.events[which % len(self.events) if which >= 0 else which]
            self._called(handler, event, broken=broken)

    @rule(broken=st.booleans())
    def sweep(self, broken: bool) -> None:
        self._called(watch.handler, SWEEP, broken=broken)

    @rule(steps=st.lists(st.tuples(few, hows), min_size=1, max_size=6))
    def run(self, steps: list[tuple[int, str]]) -> None:
        for which, how in steps:
            self.step(which, how)

    def step(self, which: int, how: str) -> None:
        """The next task of an execution."""
        name = self._chosen(which)
        if name is None:
            return
        run = self.runs[name]
        if run.state == "load" and not run.chunks:
            run.state = "finish"
        if run.state == "plan":
            self._plan(run, how)
        elif run.state == "load":
            self._load(run, which, how)
        else:
            self._finish(name, run, how)

    @rule(which=few)
    def fail(self, which: int) -> None:
        """A task fails until the machine gives up; rows that are written again are not given up."""
        name = self._chosen(which)
        if name is None or self.runs[name].plan.get("last"):
            return
        if self.runs[name].state == "finish":
            self._end(name, "FAILED")
        else:
            self.runs[name].state = "finish"

    @rule(which=few)
    def stop(self, which: int) -> None:
        """An execution is stopped; what it has called may run, or come, later."""
        name = self._chosen(which)
        if name is None:
            return
        run = self.runs[name]
        self.late += [(worker.handler, run.input | {"chunk": chunk}) for chunk in run.chunks]
        self.late += [(planner.handler, run.input), (finisher.handler, run.input)]
        self._end(name, "ABORTED")

    @rule(which=st.integers(0, 9))
    def come_late(self, which: int) -> None:
        if self.late:
            handler, event = self.late[which % len(self.late)]
            self._checked(event, lambda: handler(event, Task()))

    @rule(
        which=few, what=st.sampled_from(["look", "list", "cancel", "retry"]), broken=st.booleans()
    )
    def ask(self, which: int, what: str, broken: bool) -> None:
        if not self.job_ids:
            return
        path = f"/ingestions/{self.job_ids[which % len(self.job_ids)]}"
        method, url = {
            "look": ("GET", path),
            "list": ("GET", "/ingestions"),
            "cancel": ("DELETE", path),
            "retry": ("POST", f"{path}/retry"),
        }[what]
        with self._broken(broken):
            response = call(method, url)
        assert response.status in {200, 202, 409, *([503] if broken else [])}, response.text
        if what == "retry" and response.status in {202, 503}:
            self.finished.discard(path.rpartition("/")[2])

    # how it is called

    @contextmanager
    def _broken(self, broken: bool) -> Iterator[None]:
        """Executions that can't be started, or seem so."""
        with pytest.MonkeyPatch.context() as patched:
            if broken:

                def refuse(job: Event) -> Event:
                    raise StoreUnavailable

                patched.setattr(executions, "start", refuse)
            yield

    def _called(self, handler: Callable[[Event, Any], Any], event: Event, *, broken: bool) -> None:
        with self._broken(broken):
            try:
                handler(event, Context())
            except StoreUnavailable:
                assert broken

    def _chosen(self, which: int) -> str | None:
        """One of the executions that run."""
        for each in self.machine.executions:
            if each.status == "RUNNING" and each.name not in self.runs:
                self.runs[each.name] = Run(json.loads(each.execution_input))
        names = sorted(self.runs)
        return names[which % len(names)] if names else None

    def _end(self, name: str, status: str) -> None:
        (execution,) = [each for each in self.machine.executions if each.name == name]
        execution.status = status
        run = self.runs.pop(name).input
        self.events.append((watch.handler, ended(run["id"], status, run["attempt"])))

    def _plan(self, run: Run, how: str) -> None:
        planned = planner.handler(run.input, Hurried() if how == "hurried" else Task())
        if planned["next"] == "load":
            run.chunks = objects.get_json(planned["chunks"])
        if how != "unheard":
            run.state = {"plan": "plan", "load": "load"}.get(planned["next"], "finish")

    def _load(self, run: Run, which: int, how: str) -> None:
        chunk = run.chunks[which % len(run.chunks)]
        event = run.input | {"chunk": chunk}

        def work() -> Any:
            return worker.handler(event, Hurried() if how == "hurried" else Task())

        with pytest.MonkeyPatch.context() as patched:
            if how == "dies":
                patched.setattr(progress, "step", self._die)
            if how == "halfway":
                patched.setattr(rows, "put", self._half)
            try:
                done = self._checked(event, work)
            except DiedError:
                return
        if done["done"] and how != "unheard":
            run.chunks.remove(chunk)

    def _finish(self, name: str, run: Run, how: str) -> None:
        with self._broken(how == "dies"):
            try:
                done = finisher.handler(run.input | {"plan": run.plan}, Context())
            except StoreUnavailable:
                return
        if how == "unheard":
            return
        run.plan = done
        if done["next"] == "load":
            run.state, run.chunks = "load", objects.get_json(done["chunks"])
        else:
            self._end(name, "SUCCEEDED")

    @staticmethod
    def _die(*_: Any) -> Any:
        raise DiedError

    @staticmethod
    def _half(data_set: Any, items: list[Any], *_: Any) -> None:
        table = dynamo.table(data_set.setting, data_set.key)
        table.put_many(items[: len(items) // 2])
        raise DiedError

    def _checked(self, event: Event, work: Callable[[], Any]) -> Any:
        """A worker's result; it writes rows of the job that has its table only."""
        before = self._row_count(event["id"])
        holder = queues.holder(records.get(event["id"])["table"])  # type: ignore[index]
        try:
            return work()
        finally:
            if self._row_count(event["id"]) != before:
                assert holder == event["id"]

    # what holds

    def _row_count(self, job_id: str) -> int:
        first = self.job_ids.index(job_id) * 1000
        return sum(
            first <= int(key) < first + 1000
            for table in self._tables()
            if table.name in {"DepartmentsTable", "JobsTable"}
            for key in (each.value for each in table.items)
        )

    @invariant()
    def counts_are_rows(self) -> None:
        """Of each job that has ended, and it stays so."""
        if not hasattr(self, "job_ids"):
            return
        for job in records.get_many(self.job_ids):
            if "finished_at" not in job:
                assert job["id"] not in self.finished, "an end is undone by a retry only"
                continue
            assert job["written"] == self._row_count(job["id"]), job
            self.finished.add(job["id"])
            if job["status"] == "succeeded":
                assert (job["read"], job["written"], job["rejected"]) == (ROWS, ROWS - 2, 2)

    @invariant()
    def one_job_of_a_table_runs(self) -> None:
        if not hasattr(self, "job_ids"):
            return
        active = [job for job in records.get_many(self.job_ids) if jobs.is_active(job)]
        for table in TABLES:
            holder = queues.holder(table)
            for job in active:
                if job["table"] == table:
                    assert queues.is_waiting(job) != (holder == job["id"]), job
                    assert holder == job["id"] or job["status"] == "planning"

    def teardown(self) -> None:
        """Left alone, and looked after by the schedule only, every job ends."""
        if not hasattr(self, "job_ids"):
            return
        for job_id in self.job_ids:
            arrivals.handler(arrival(f"uploads/{job_id}/file.csv"), Context())
        self._settle()
        for job in records.get_many(self.job_ids):
            if job["status"] == "failed":
                assert call("POST", f"/ingestions/{job['id']}/retry").status == 202
                self.finished.discard(job["id"])
        self._settle()
        for job in records.get_many(self.job_ids):
            assert job["status"] in {"succeeded", "cancelled"}
        assert queues.holders(TABLES) == {}
        assert [queues.first(table) for table in TABLES] == [None, None]

    def _settle(self) -> None:
        for _ in range(200):
            while self._chosen(0) is not None:
                self.step(0, "well")
            watch.handler(SWEEP, Context())
            active = [job for job in records.get_many(self.job_ids) if "finished_at" not in job]
            if not active:
                self.counts_are_rows()
                return
        raise AssertionError(f"these never end: {active}")


def test_every_job_ends_and_its_counts_are_its_rows(
    tables: None, monkeypatch: pytest.MonkeyPatch, examples: int
) -> None:
    monkeypatch.setattr(planner, "CHUNK_BYTES", 100)
    monkeypatch.setattr(worker, "WINDOW", 50)
    monkeypatch.setattr(turns, "QUIET", 0)
    for client in (dynamo.client, objects.client, executions.client):
        client.cache_clear()
    run_state_machine_as_test(
        Jobs,
        settings=settings(
            max_examples=max(examples // 8, 7),
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )
