"""The reports: what is read, worked out and said."""

from datetime import UTC, datetime
from typing import Any

from reports import figures, store
from shared import cursor as cursors
from shared.params import LAST_SECOND, integer
from shared.problems import Malformed, NotFound
from shared.views import USERS_WITH_EXPERIMENTS, day_of, favourite, row_counts

Report = dict[str, Any]


def _head(report: str) -> Report:
    return {"report": report, "as_of": datetime.now(UTC).isoformat(timespec="seconds")[:19] + "Z"}


def hires_by_quarter(year: int) -> Report:
    cells = store.hires(year)
    departments = store.names("departments", (cell.department_id for cell in cells))
    jobs = store.names("jobs", (cell.job_id for cell in cells if cell.job_id is not None))
    results = figures.hires_by_quarter(cells, departments, jobs)
    return _head("hires-by-quarter") | {"year": year, "results": results}


def departments_above_mean(year: int) -> Report:
    cells = store.hires(year)
    departments = store.names("departments", (cell.department_id for cell in cells))
    return _head("departments-above-mean") | {
        "year": year,
        "mean": figures.mean_hires(cells, departments),
        "results": figures.departments_above_mean(cells, departments),
    }


def mean_hires(year: int) -> Report:
    cells = store.hires(year)
    departments = store.names("departments", (cell.department_id for cell in cells))
    mean = figures.mean_hires(cells, departments)
    return _head("mean-hires") | {"year": year, "results": [{"mean_hires": mean}]}


def production(start: int | None, end: int | None) -> Report:
    """Over the whole days from that of `start` to that of `end`, Unix seconds; all where None."""
    first = day_of(start or 0)
    last = day_of(LAST_SECOND if end is None else end)
    if first > last:
        raise Malformed("`from` is after `to`")
    made = store.production(first, last)
    names = store.factory_names([each.factory_id for each in made])
    results = [
        {
            "factory_id": each.factory_id,
            "name": names.get(each.factory_id),
            "actual": each.actual,
            "goal": each.goal,
            "attainment": each.actual / each.goal if each.goal else None,
            "points": each.points,
        }
        for each in made
    ]
    span = {"from": first.isoformat(), "to": last.isoformat()}
    return _head("production") | span | {"results": results}


LISTING = "/reports/experiments"


def experiments(limit: int, cursor: str | None) -> Report:
    """A page of users in order of id, and the average over all of them."""
    after = cursors.decode(LISTING, cursor, user_id=int)
    # one more than asked tells whether a page follows
    ids = store.user_ids(None if after is None else after["user_id"], limit + 1)
    page = ids[:limit]
    counts = row_counts("user_experiments", USERS_WITH_EXPERIMENTS)
    average = figures.average_count(counts["user_experiments"], counts[USERS_WITH_EXPERIMENTS])
    return _head("experiments") | {
        "average_experiment_count": average,
        "user_reports": _user_reports(page),
        "next": cursors.following(LISTING, ids, limit, lambda user: {"user_id": user}),
    }


def user_experiments(user_id: str) -> Report:
    """One user's row; NotFound for a user who is not known and has no experiment."""
    number = integer(user_id)
    if number is None or not store.is_listed(number):
        raise NotFound("no such user")
    return _user_reports([number])[0]


def _user_reports(ids: list[int]) -> figures.Figures:
    users = [(user, favourite(user.compounds)) for user in store.users(ids)]
    names = store.names("users", ids)
    compounds = store.names("compounds", (fav for _, fav in users if fav is not None))
    return [
        {
            "user_id": user.user_id,
            "name": names.get(user.user_id),
            "count": user.count,
            "fav_compound": None if common is None else compounds.get(common),
        }
        for user, common in users
    ]
