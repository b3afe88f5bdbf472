"""The reports by SQL over the sample files, with nothing of the project's code."""

import csv
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"
Row = dict[str, Any]


def _records(name: str, delimiter: str = ",") -> list[list[str]]:
    text = (DATA / f"{name}.csv").read_text("utf-8-sig")
    return [row for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if row]


def _number(cell: str) -> int | None:
    return int(cell) if cell else None


def _utc(cell: str) -> str | None:
    return datetime.fromisoformat(cell).astimezone(UTC).isoformat() if cell else None


class Expected:
    """The sample data in SQLite; `counts` has read, written and rejected per table."""

    def __init__(self) -> None:
        self.counts: dict[str, tuple[int, int, int]] = {}
        self._db = sqlite3.connect(":memory:")
        self._load("departments(id integer primary key, name)", _records("departments")[1:])
        self._load("jobs(id integer primary key, name)", _records("jobs"))
        self._load(
            "hired_employees(id integer primary key, name, at, department integer, job integer)",
            _records("hired_employees")[1:],
        )
        self._load("users(id integer primary key, name, email, day)", _records("users")[1:])
        self._load(
            "compounds(id integer primary key, name, structure)", _records("compounds", ";")[1:]
        )
        experiments = _records("user_experiments")[1:]
        self._load("user_experiments(id integer primary key, user integer, c, t)", experiments)
        self._db.execute("create table used(user integer, compound integer)")
        for _, user, compounds, _ in experiments:
            used = [(user, int(each)) for each in compounds.split(";")]
            self._db.executemany("insert into used values (?, ?)", used)

    def hire(self, rows: Iterable[tuple[int, str, str, int, int]]) -> None:
        """Count rows of hired_employees that are loaded beside the sample's."""
        self._db.executemany("insert into hired_employees values (?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        self._db.close()

    def _load(self, table: str, records: list[list[str]]) -> None:
        name, _, columns = table.partition("(")
        width = columns.count(",") + 1
        self._db.execute(f"create table {table}")
        rejected = 0
        for cells in records:
            try:
                row: list[Any] = [int(cells[0]), *cells[1:]]
                if name == "hired_employees":
                    row[2], row[3], row[4] = _utc(cells[2]), _number(cells[3]), _number(cells[4])
            except (ValueError, IndexError):
                row = []
            if len(row) != width:
                rejected += 1
                continue
            marks = ",".join("?" * width)
            self._db.execute(f"insert or replace into {name} values ({marks})", row)  # noqa: S608
        self.counts[name] = (len(records), len(records) - rejected, rejected)

    def hires_by_quarter(self, year: int) -> list[Row]:
        found = self._db.execute(
            """select d.name, j.name,
                      sum(q = 1), sum(q = 2), sum(q = 3), sum(q = 4)
               from (select *, (cast(substr(at, 6, 2) as integer) + 2) / 3 as q
                     from hired_employees where substr(at, 1, 4) = ?) h
               join departments d on d.id = h.department join jobs j on j.id = h.job
               group by d.name, j.name order by d.name, j.name""",
            (f"{year:04}",),
        )
        names = ("department", "job", "Q1", "Q2", "Q3", "Q4")
        return [dict(zip(names, row, strict=True)) for row in found]

    def _hired(self, year: int) -> list[tuple[int, str, int]]:
        return self._db.execute(
            """select d.id, d.name, count(*) as n from hired_employees h
               join departments d on d.id = h.department
               where substr(at, 1, 4) = ? group by d.id order by n desc, d.id""",
            (f"{year:04}",),
        ).fetchall()

    def mean_hires(self, year: int) -> float:
        hired = self._hired(year)
        return sum(n for *_, n in hired) / len(hired) if hired else 0.0

    def departments_above_mean(self, year: int) -> list[Row]:
        mean = self.mean_hires(year)
        return [
            {"id": number, "department": name, "hired": n}
            for number, name, n in self._hired(year)
            if n > mean
        ]

    def average_experiment_count(self) -> float:
        sql = "select 1.0 * count(*) / count(distinct user) from user_experiments"
        (average,) = self._db.execute(sql).fetchone()
        return float(average)

    def user_reports(self) -> list[Row]:
        found = self._db.execute(
            """select u.id, u.name,
                      (select count(*) from user_experiments e where e.user = u.id),
                      (select c.name from used s join compounds c on c.id = s.compound
                       where s.user = u.id group by c.id order by count(*) desc, c.id limit 1)
               from users u order by u.id"""
        )
        names = ("user_id", "name", "count", "fav_compound")
        return [dict(zip(names, row, strict=True)) for row in found]
