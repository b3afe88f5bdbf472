"""The steps of reconcile: cut off, repeated, in many parts, and while rows are written."""

import json
import random
from collections.abc import Callable
from operator import itemgetter
from typing import Any

import pytest

from projector.reconcile import part, plan, scan
from projector.reconcile.repair import InterruptedRepairError
from projector.store import repair as store
from projector.store import runs, scans
from shared.dynamo import Page, transact
from shared.items import Key
from tests.histories import Row, State, key_of, point
from tests.large_files import Task
from tests.reconcile import load_rows, read, reconcile
from tests.streams import deliver, record


class Hurried(Task):
    """The context of a function whose time is nearly over."""

    def get_remaining_time_in_millis(self) -> int:
        return 100_000


class CrashError(Exception):
    """The function's process ends."""


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if ten rows were a megabyte."""

    def page(name: str, segment: int, segments: int, after: Key | None) -> Page:
        # moto's own pages need rows that were put in the order of their keys
        table = scans.table_of(name)
        key_of = itemgetter(*table.key)
        items = sorted(table.scan(segment=(segment, segments)).items, key=key_of)
        left = [item for item in items if after is None or key_of(item) > key_of(after)]
        last = {name: left[9][name] for name in table.key} if len(left) > 10 else None
        return Page(left[:10], last)

    monkeypatch.setattr(scans, "page", page)


def by_counter(found: dict[str, Any]) -> list[tuple[str, int]]:
    return sorted((each["counter"], each["missing"]) for each in found["first"])


def test_a_step_lists_its_parts_and_a_part_stores_its_sums(tables: None) -> None:
    load_rows()
    step = plan.handler({"run": "one", "options": {"segments": 2}, "after": 0}, Task())
    assert step == {"more": True, "step": 1, "parts": "reconcile/one/01.json", "pause": 0}
    parts = read(step["parts"])
    hires = [each for each in parts if each["tables"] == ["hired_employees"]]
    assert [each["segment"] for each in hires] == [0, 1]
    assert all(part.handler(each, Task()) == {"done": True} for each in hires)
    lines = [json.loads(line) for line in runs.sums("reconcile/one/01/", 0, runs.HASHES)]
    assert sum(n for kind, _, n in lines if kind == "hires") == 30
    assert sum(n for kind, name, n in lines if (kind, name) == ("rows", "hired_employees")) == 30
    half = [json.loads(line) for line in runs.sums("reconcile/one/01/", 0, runs.HASHES // 2)]
    assert len(half) < len(lines)
    views = plan.handler({"run": "one", "options": {}, "after": 1}, Task())
    assert (views["step"], views["pause"]) == (2, plan.PAUSE)


@pytest.mark.parametrize("segments", [1, 3])
def test_a_segment_goes_on_where_its_time_or_memory_has_ended(
    tables: None, short_pages: None, monkeypatch: pytest.MonkeyPatch, segments: int
) -> None:
    deliver(load_rows()[10:40])
    whole = reconcile()
    assert whole["differences"] > 5
    cut = reconcile(context=Hurried(), segments=segments)
    monkeypatch.setattr(scan, "MOST_LINES", 1)
    full = reconcile(segments=segments)
    monkeypatch.setattr(plan, "SHARE", 1500)
    shares = reconcile(segments=segments)
    assert by_counter(whole) == by_counter(cut) == by_counter(full) == by_counter(shares)


def test_a_table_of_many_rows_is_read_in_segments(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_rows()
    monkeypatch.setattr(plan, "SEGMENT", 10)
    step = plan.handler({"run": "many", "options": {}, "after": 0}, Task())
    parts = read(step["parts"])
    assert len([each for each in parts if each["tables"] == ["hired_employees"]]) == 4
    small = [each["tables"] for each in parts if each["segments"] == 1]
    assert small == [["departments", "jobs", "users", "compounds", "production"]]


def test_steps_that_crash_and_are_called_again_find_the_same(
    tables: None, short_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(load_rows()[10:40])
    found = by_counter(reconcile())
    attempts: dict[str, int] = {}
    put = runs.put_once

    def crashing(key: str, body: bytes, **facts: str) -> bool:
        """Each object is stored with the second attempt, and that too is not learnt."""
        attempts[key] = attempts.get(key, 0) + 1
        if attempts[key] == 1:
            raise CrashError
        stored = put(key, body, **facts)
        if attempts[key] == 2:
            raise CrashError
        return stored

    def until_it_succeeds(task: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        while True:
            try:
                return task()
            except CrashError:
                pass

    monkeypatch.setattr(runs, "put_once", crashing)
    again = reconcile(call=until_it_succeeds, context=Hurried(), segments=2)
    assert by_counter(again) == found
    assert len(attempts) > 30


def test_a_repair_that_crashes_is_not_continued_but_made_anew(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(load_rows()[10:40])
    left = 3

    def crashing(operations: list[Any]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise CrashError
        transact(operations)

    def twice(task: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return task()
        except CrashError:
            return task()

    with monkeypatch.context() as patch:
        patch.setattr(store, "transact", crashing)
        with pytest.raises(InterruptedRepairError):
            reconcile(repair=True, call=twice)
    assert reconcile()["differences"] > 0
    assert reconcile(repair=True)["repaired"]
    assert reconcile()["differences"] == 0


class Writers:
    """Rows that are put, changed and deleted with each step of a run, and counted a step later."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.state: State = {}
        self.late: list[Row] = []

    def row(self) -> tuple[str, Row]:
        number = self.chance.randrange(1, 60)
        month = self.chance.randrange(1, 13)
        return self.chance.choice(
            [
                (
                    "hired_employees",
                    {
                        "id": number,
                        "datetime": f"2021-{month:02}-01T00:00:00Z",
                        "department_id": number % 3,
                        "job_id": month % 4,
                    },
                ),
                ("users", {"user_id": number, "name": "somebody"}),
                (
                    "user_experiments",
                    {
                        "experiment_id": number,
                        "user_id": month,
                        "experiment_compound_ids": [number % 4, month],
                    },
                ),
                point(number, 1, 1_600_000_000 + month, number),
            ]
        )

    def __call__(self) -> None:
        deliver(self.late)
        self.late = []
        for _ in range(2):
            name, row = self.row()
            key = (name, key_of(name, row))
            old, new = self.state.get(key), None if self.chance.random() < 0.3 else row
            if old == new:
                continue
            self.late.append(record(name, "e", old, new))
            if new is None:
                del self.state[key]
                where = scans.table_of(name)
                where.delete({attribute: row[attribute] for attribute in where.key})
            else:
                self.state[key] = new
                scans.table_of(name).put(new)


@pytest.mark.parametrize("seed", range(2))
def test_rows_that_are_written_meanwhile_are_no_differences(
    tables: None, short_pages: None, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    writers = Writers(seed)
    pages = scans.page

    def page(*arguments: Any) -> Page:
        writers()
        return pages(*arguments)

    for _ in range(20):
        writers()
    monkeypatch.setattr(scans, "page", page)
    busy = reconcile(between=writers, segments=2, repair=True)
    assert busy["differences"] == 0, busy
    # of what nobody writes a difference is found all the same, and nothing else is repaired
    deliver([record("compounds", "gone", None, {"compound_id": 1, "compound_name": "a"})])
    found = reconcile(between=writers, segments=2, repair=True)
    assert by_counter(found) == [("rows compounds", -1)]
    assert found["moving"] > 0
    monkeypatch.setattr(scans, "page", pages)
    writers()
    deliver(writers.late)
    assert reconcile()["differences"] == 0
