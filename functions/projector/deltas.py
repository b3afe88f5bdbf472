"""From a row's old and new state to what it changes in the views. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from shared.factory_keys import POINTS
from shared.views import HireCell, ViewKey, production_keys

Row = dict[str, Any]
# What the stream of the factory table is called here; the others go by their data sets' names
PRODUCTION = "production"


@dataclass(frozen=True)
class Change:
    """One stream record: the row before (None: inserted) and after (None: removed)."""

    event_id: str
    table: str
    old: Row | None
    new: Row | None


@dataclass
class Deltas:
    """What to add to the views; sums, so deltas of many changes fold into one."""

    rows: Counter[str] = field(default_factory=Counter)
    hires: Counter[tuple[int, HireCell]] = field(default_factory=Counter)  # by year and cell
    experiments: Counter[int] = field(default_factory=Counter)  # by user
    known: Counter[int] = field(default_factory=Counter)  # by user: rows in the users table
    compounds: Counter[tuple[int, int]] = field(default_factory=Counter)  # by user and compound
    production: Counter[tuple[ViewKey, str]] = field(default_factory=Counter)  # by attribute

    def add(self, table: str, row: Row | None, sign: int) -> None:
        """Count a row in (+1) or out (-1)."""
        if row is None:
            return
        if table == PRODUCTION:
            self._add_point(row, sign)
            return
        self.rows[table] += sign
        if table == "hired_employees":
            hired = hire(row)
            if hired is not None:
                self.hires[hired] += sign
        elif table == "user_experiments":
            user = row["user_id"]
            self.experiments[user] += sign
            for compound in row["experiment_compound_ids"]:
                self.compounds[user, compound] += sign
        elif table == "users":
            self.known[row["user_id"]] += sign

    def _add_point(self, row: Row, sign: int) -> None:
        if not row["pk"].startswith(POINTS):
            return
        for key in production_keys(row["factory_id"], row["time"]):
            self.production[key, "actual"] += sign * row["actual"]
            self.production[key, "goal"] += sign * row["goal"]
            self.production[key, "points"] += sign

    def apply(self, change: Change) -> None:
        self.add(change.table, change.old, -1)
        self.add(change.table, change.new, +1)

    def users(self) -> set[int]:
        """Users any of whose figures change."""
        touched = {user for user, by in self.experiments.items() if by}
        touched |= {user for user, by in self.known.items() if by}
        return touched | {user for (user, _), by in self.compounds.items() if by}

    def __bool__(self) -> bool:
        counters = (
            self.rows,
            self.hires,
            self.experiments,
            self.known,
            self.compounds,
            self.production,
        )
        return any(by for counter in counters for by in counter.values())


def hire(row: Row) -> tuple[int, HireCell] | None:
    """Year and cell that an employee counts in; None without a date or a department."""
    when, department = row.get("datetime"), row.get("department_id")
    if when is None or department is None:
        return None
    # RFC 3339 in UTC, as the tables keep it
    year, quarter = int(when[:4]), (int(when[5:7]) + 2) // 3
    return year, HireCell(department, row.get("job_id"), quarter)


def fold(changes: Iterable[Change]) -> Deltas:
    """The deltas of all the changes together."""
    deltas = Deltas()
    for change in changes:
        deltas.apply(change)
    return deltas


def affinity(change: Change) -> tuple[Any, ...]:
    """Sorts changes of the same counters together, so that one transaction folds more of them."""
    row = change.new or change.old or {}
    if change.table == "hired_employees":
        hired = hire(row)
        if hired is not None:
            year, cell = hired
            return (year, cell.department_id, cell.job_id or 0)
        return ()
    return (row.get("user_id", row.get("factory_id", 0)), row.get("time", 0))
