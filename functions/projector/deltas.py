"""From a row's old and new state to what it changes in the views. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from shared.datasets import DATA_SETS
from shared.factory_keys import POINTS
from shared.views import NAMED, HireCell, ViewKey, production_keys, stored_name

Row = dict[str, Any]
# The stream of the factory table is called this here; the others have their data sets' names
PRODUCTION = "production"
# Raised for a row whose attributes are missing or of other types
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)


@dataclass
class Deltas:
    """What to add to the views; sums, so deltas of many changes fold into one.

    Each field is a kind of counter, by its name within the kind.
    """

    rows: Counter[str] = field(default_factory=Counter)
    hires: Counter[tuple[int, HireCell]] = field(default_factory=Counter)  # by year and cell
    experiments: Counter[int] = field(default_factory=Counter)  # by user
    known: Counter[int] = field(default_factory=Counter)  # by user: rows in the users table
    compounds: Counter[tuple[int, int]] = field(default_factory=Counter)  # by user and compound
    production: Counter[tuple[ViewKey, str]] = field(default_factory=Counter)  # by attribute
    # by table, id and name: +1 for a row's name, -1 for the one it had
    names: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    def kinds(self) -> Iterator[tuple[str, Counter[Any]]]:
        """Each kind of counter, with its name."""
        for each in fields(self):
            yield each.name, getattr(self, each.name)

    def add(self, table: str, row: Row | None, sign: int) -> None:
        """Count a row in (+1) or out (-1); one of UNREADABLE for a row that cannot be counted."""
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
        elif table in NAMED:
            key, name = (column.name for column in DATA_SETS[table].columns)
            self.names[table, _whole(row[key]), stored_name(row[name])] += sign
        self.rows[table] += sign

    def _add_point(self, row: Row, sign: int) -> None:
        if not row["pk"].startswith(POINTS):
            return
        actual, goal = _whole(row["actual"]), _whole(row["goal"])
        for key in production_keys(_whole(row["factory_id"]), _whole(row["time"])):
            self.production[key, "actual"] += sign * actual
            self.production[key, "goal"] += sign * goal
            self.production[key, "points"] += sign

    def merge(self, other: "Deltas") -> None:
        """Add other deltas to these."""
        for kind, counter in other.kinds():
            getattr(self, kind).update(counter)

    def users(self) -> set[int]:
        """Users any of whose figures change."""
        touched = {user for user, by in self.experiments.items() if by}
        touched |= {user for user, by in self.known.items() if by}
        return touched | {user for (user, _), by in self.compounds.items() if by}

    def years_left(self) -> set[int]:
        """Years in which a count of hires falls."""
        return {year for (year, _), by in self.hires.items() if by < 0}

    def __bool__(self) -> bool:
        return any(by for _, counter in self.kinds() for by in counter.values())


@dataclass(frozen=True)
class Change:
    """What one stream record changes in the views."""

    sequence: int  # the record's place in its shard
    deltas: Deltas


def change(sequence: int, table: str, old: Row | None, new: Row | None) -> Change:
    """Of a row before (None: inserted) and after (None: removed); one of UNREADABLE."""
    deltas = Deltas()
    deltas.add(table, old, -1)
    deltas.add(table, new, +1)
    return Change(sequence, deltas)


def fold(changes: Iterable[Change]) -> Deltas:
    """The deltas of all the changes together."""
    deltas = Deltas()
    for each in changes:
        deltas.merge(each.deltas)
    return deltas


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
