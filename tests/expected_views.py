"""The views held against a plain recomputation from rows."""

from collections import Counter

from reports import store as reports
from shared.datasets import DATA_SETS
from shared.dynamo import table as table_of
from shared.views import (
    IN_TABLE,
    NAMED,
    USERS_WITH_EXPERIMENTS,
    HireCell,
    day_of,
    favourite,
    stored_name,
)
from shared.views_table import row_counts
from tests.histories import YEARS, State


def assert_views_equal(state: State) -> None:
    tables = Counter(table for table, _ in state)
    experiments = [row for (table, _), row in state.items() if table == "user_experiments"]
    known = {row["user_id"] for (table, _), row in state.items() if table == "users"}
    active = {row["user_id"] for row in experiments}
    counted = row_counts(*DATA_SETS, USERS_WITH_EXPERIMENTS)
    assert counted == {
        **{name: tables[name] for name in DATA_SETS},
        USERS_WITH_EXPERIMENTS: len(active),
    }
    for name in NAMED:
        rows = [row for (table, _), row in state.items() if table == name]
        named = {row["id"]: row[DATA_SETS[name].columns[1].name] for row in rows}
        long = [row for row in rows if stored_name(named[row["id"]]) == IN_TABLE]
        table_of(DATA_SETS[name].setting, "id").put_many(long)
        assert reports.names(name, range(-9, 9)) == named
    for year in YEARS:
        expected: Counter[HireCell] = Counter()
        for (table, _), row in state.items():
            if table == "hired_employees" and "department_id" in row:
                when = row.get("datetime", "")
                if when.startswith(str(year)):
                    quarter = {"01": 1, "03": 1, "04": 2, "12": 4}[when[5:7]]
                    expected[HireCell(row["department_id"], row.get("job_id"), quarter)] += 1
        assert +reports.hires(year) == expected
        assert not -reports.hires(year)
    for first, last in ((0, 2**36), (1577836800, 2**36), (0, 1577836799), (1580000000, 1600000000)):
        days = day_of(first), day_of(last)
        made: dict[int, list[int]] = {}
        for (table, _), row in state.items():
            if table == "production" and days[0] <= day_of(row["time"]) <= days[1]:
                sums = made.setdefault(row["factory_id"], [0, 0, 0])
                made[row["factory_id"]] = [sums[0] + row["actual"], sums[1] + 2, sums[2] + 1]
        found = {
            each.factory_id: [each.actual, each.goal, each.points]
            for each in reports.production(*days)
        }
        assert found == made
    assert reports.user_ids(None, 100) == sorted(known | active)
    for figures in reports.users(sorted(known | active)):
        mine = [row for row in experiments if row["user_id"] == figures.user_id]
        compounds = Counter(c for row in mine for c in row["experiment_compound_ids"])
        assert figures.count == len(mine)
        assert favourite(figures.compounds) == favourite(compounds)
