"""Reconcile finds each view that differs from the tables, repairs it, gathers spread counters."""

from typing import Any

import pytest

from projector.reconcile import repair
from reports.store import hires, names
from shared.dynamo import Table
from shared.views import HireCell
from shared.views_table import views_table
from tests.reconcile import load_rows, reconcile
from tests.streams import deliver, record


def test_views_that_agree_with_the_tables_have_no_difference(tables: None) -> None:
    deliver(load_rows())
    assert reconcile()["differences"] == 0


def test_items_of_an_older_layout_are_ignored(tables: None) -> None:
    deliver(load_rows())
    older: list[dict[str, Any]] = [
        {"pk": "HIRES#2021#0", "sk": "1#0", "2.3": 4, "version": 4},
        {"pk": "ROWS#3", "sk": "departments", "n": 5},
        {"pk": "MOVES#2021", "sk": "-", "n": 2},
    ]
    views_table().put_many(older)
    assert reconcile()["differences"] == 0


def test_lost_changes_are_found_and_repaired(tables: None) -> None:
    deliver(load_rows()[10:40])
    found = reconcile()
    assert found["differences"] > 5
    assert {"counter": "rows departments", "missing": 1} in found["first"]
    assert reconcile()["differences"] == found["differences"], "compared only, not repaired"
    assert reconcile(repair=True)["repaired"]
    assert reconcile()["differences"] == 0
    assert sum(hires(2021).values()) == 30


def test_counts_of_rows_that_are_gone_are_repaired(tables: None) -> None:
    deliver(load_rows())
    Table("UsersTable", "user_id").delete({"user_id": 2})
    for n in range(2, 30, 5):
        Table("UserExperimentsTable", "experiment_id").delete({"experiment_id": n})
    assert reconcile(repair=True)["differences"] > 3
    assert reconcile()["differences"] == 0


def test_hires_spread_in_busy_times_are_gathered(tables: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("projector.store.changes.shard_of", lambda _: 5)
    deliver(load_rows())
    before = hires(2021)
    assert reconcile()["compacted"] == 1
    assert hires(2021) == before == {HireCell(1, job, 2): 10 for job in range(3)}
    assert reconcile()["compacted"] == 0


def test_a_name_that_changes_meanwhile_is_not_repaired(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = ({"id": 1, "department": name} for name in ("Casting", "Gear", "Mill"))
    Table("DepartmentsTable", "id").put(second)
    deliver([record("departments", "e", None, first)])
    add = repair.add

    def late(found: Any) -> None:
        deliver([record("departments", "f", second, third)])
        add(found)

    monkeypatch.setattr(repair, "add", late)
    assert reconcile(repair=True)["differences"] == 2
    assert names("departments", [1]) == {1: "Mill"}
