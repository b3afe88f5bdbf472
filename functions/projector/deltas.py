"""From a row's old and new state to what it changes in the views. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.datasets import DATA_SETS
from shared.factory_keys import POINTS
from shared.views import HireCell, ViewKey, production_keys

Row = dict[str, Any]
# What the stream of the factory table is called here; the others go by their data sets' names
PRODUCTION = "production"
# What a row raises whose attributes are missing or of other types
SENSELESS = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)


@dataclass(frozen=True)
class Change:
    """One stream record: the row before (None: inserted) and after (None: removed)."""

    event_id: str
    table: str
    old: Row | None
    new: Row | None

    @property
    def row(self) -> tuple[Any, ...]:
        """Which row changed: its table and key."""
        row = self.new or self.old or {}
        key = ("pk", "sk") if self.table == PRODUCTION else (DATA_SETS[self.table].key,)
        return (self.table, *(row[name] for name in key))


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
        """Count a row in (+1) or out (-1); one of SENSELESS for a row that cannot be counted."""
        if row is None:
            return
        if table == PRODUCTION:
            self._add_point(row, sign)
            return
        if table == "hired_employees":
            hired = hire(row)
            if hired is not None:
                self.hires[hired] += sign
        elif table == "user_experiments":
            user, compounds = _whole(row["user_id"]), [*map(_whole, row["experiment_compound_ids"])]
            self.experiments[user] += sign
            for compound in compounds:
                self.compounds[user, compound] += sign
        elif table == "users":
            self.known[_whole(row["user_id"])] += sign
        self.rows[table] += sign

    def _add_point(self, row: Row, sign: int) -> None:
        if not row["pk"].startswith(POINTS):
            return
        actual, goal = _whole(row["actual"]), _whole(row["goal"])
        for key in production_keys(_whole(row["factory_id"]), _whole(row["time"])):
            self.production[key, "actual"] += sign * actual
            self.production[key, "goal"] += sign * goal
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
    day = date.fromisoformat(when[:10])
    job = row.get("job_id")
    job = None if job is None else _whole(job)
    return day.year, HireCell(_whole(department), job, (day.month + 2) // 3)


def _whole(value: Any) -> int:
    """The whole number that a value is; TypeError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} instead of a whole number")
    return value


def fold(changes: Iterable[Change]) -> Deltas:
    """The deltas of all the changes together."""
    deltas = Deltas()
    for change in changes:
        deltas.apply(change)
    return deltas


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Changes of the same counters side by side, so that one transaction folds more of them.

    Those of one row stay together as they came: a count never falls before it has risen.
    """
    places: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    return sorted(changes, key=lambda change: places.setdefault(change.row, _place(change)))


def _place(change: Change) -> tuple[Any, ...]:
    row = change.new or change.old or {}
    if change.table == "hired_employees":
        hired = hire(row)
        if hired is not None:
            year, cell = hired
            return (year, cell.department_id, cell.job_id or 0)
        return ()
    return (row.get("user_id", row.get("factory_id", 0)), row.get("time", 0))
