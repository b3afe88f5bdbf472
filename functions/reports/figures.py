"""The figures of the reports, from counters and names. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from shared.views import HireCell

Figures = list[dict[str, Any]]
Cells = Mapping[HireCell, int]
Names = Mapping[int, str]


def hires_by_quarter(cells: Cells, departments: Names, jobs: Names) -> Figures:
    """Hires per known department and job in each quarter, sorted by department, then job."""
    rows: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for cell, hired in cells.items():
        department = departments.get(cell.department_id)
        job = None if cell.job_id is None else jobs.get(cell.job_id)
        if hired and department is not None and job is not None:
            rows[department, job][cell.quarter] += hired
    return [
        {"department": department, "job": job, **{f"Q{q}": quarters[q] for q in (1, 2, 3, 4)}}
        for (department, job), quarters in sorted(rows.items())
    ]


def of_name(name: str, names: Names) -> int:
    """The lowest id that has a name."""
    return min(number for number, each in names.items() if each == name)


def _hired(cells: Cells, departments: Names) -> dict[int, int]:
    """Hires per known department that hired."""
    totals: Counter[int] = Counter()
    for cell, hired in cells.items():
        if cell.department_id in departments:
            totals[cell.department_id] += hired
    return {department: hired for department, hired in totals.items() if hired}


def mean_hires(cells: Cells, departments: Names) -> float:
    """Hires per known department that hired in the year, 0 when none did."""
    hired = _hired(cells, departments)
    return sum(hired.values()) / len(hired) if hired else 0.0


def departments_above_mean(cells: Cells, departments: Names) -> Figures:
    """Known departments that hired more than the mean, most first, then by id."""
    hired = _hired(cells, departments)
    mean = mean_hires(cells, departments)
    above = sorted((-count, department) for department, count in hired.items() if count > mean)
    return [
        {"id": department, "department": departments[department], "hired": -count}
        for count, department in above
    ]


def average_count(experiments: int, users_with_experiments: int) -> float:
    """Experiments per user that has one, 0 when none has."""
    return experiments / users_with_experiments if users_with_experiments else 0.0
