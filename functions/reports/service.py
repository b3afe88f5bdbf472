"""The reports: what is read, worked out and said."""

from datetime import UTC, datetime
from typing import Any

from reports import figures, pages, store
from reports.pages import WHOLE, Asked, Row
from shared import cursor as cursors
from shared.params import LAST_SECOND, integer
from shared.problems import Malformed, NotFound
from shared.views import USERS_WITH_EXPERIMENTS, day_of, favourite, row_counts

Report = dict[str, Any]


def _head(report: str) -> Report:
    return {"report": report, "as_of": datetime.now(UTC).isoformat(timespec="seconds")[:19] + "Z"}


def hires_by_quarter(year: int, asked: Asked = WHOLE) -> Report:
    listing = cursors.listing_of("/reports/hires-by-quarter", year=year)
    after = cursors.decode(listing, asked.cursor, department_id=int, job_id=int)
    cells = store.hires(year)
    last = [after["department_id"], after["job_id"]] if after else []
    departments = store.names("departments", [*(cell.department_id for cell in cells), *last[:1]])
    used = (cell.job_id for cell in cells if cell.job_id is not None)
    jobs = store.names("jobs", [*used, *last[1:]])
    rows = figures.hires_by_quarter(cells, departments, jobs)
    if last:
        place = departments.get(last[0]), jobs.get(last[1])
        if None in place:
            raise Malformed("the cursor ends at a name that is gone: start again without it")
        rows = [row for row in rows if (row["department"], row["job"]) > place]

    def place_of(row: Row) -> cursors.Place:
        return {
            "department_id": figures.of_name(row["department"], departments),
            "job_id": figures.of_name(row["job"], jobs),
        }

    head = _head("hires-by-quarter") | {"year": year}
    return head | pages.page(listing, rows, asked, place_of)


def departments_above_mean(year: int, asked: Asked = WHOLE) -> Report:
    listing = cursors.listing_of("/reports/departments-above-mean", year=year)
    after = cursors.decode(listing, asked.cursor, hired=int, id=int)
    cells = store.hires(year)
    departments = store.names("departments", (cell.department_id for cell in cells))
    rows = figures.departments_above_mean(cells, departments)
    if after:
        place = (-after["hired"], after["id"])
        rows = [row for row in rows if (-row["hired"], row["id"]) > place]
    head = _head("departments-above-mean") | {
        "year": year,
        "mean": figures.mean_hires(cells, departments),
    }
    return head | pages.page(listing, rows, asked, lambda row: _part(row, "hired", "id"))


def _part(row: Row, *names: str) -> cursors.Place:
    return {name: row[name] for name in names}


def mean_hires(year: int) -> Report:
    cells = store.hires(year)
    departments = store.names("departments", (cell.department_id for cell in cells))
    mean = figures.mean_hires(cells, departments)
    return _head("mean-hires") | {"year": year, "results": [{"mean_hires": mean}]}


def production(start: int | None, end: int | None, asked: Asked) -> Report:
    """Over the whole days from that of `start` to that of `end`, Unix seconds; all where None."""
    first = day_of(start or 0)
    last = day_of(LAST_SECOND if end is None else end)
    if first > last:
        raise Malformed("`from` is after `to`")
    listing = cursors.listing_of("/reports/production", first=first, last=last)
    after = cursors.decode(listing, asked.cursor, factory_id=int)
    made = [
        each
        for each in store.production(first, last)
        if after is None or each.factory_id > after["factory_id"]
    ]
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
    found = pages.page(listing, results, asked, lambda row: _part(row, "factory_id"))
    return _head("production") | span | found


LISTING = "/reports/experiments"


def experiments(limit: int, cursor: str | None) -> Report:
    """A page of users in order of id, and the average over all of them."""
    after = cursors.decode(LISTING, cursor, user_id=int)
    # one more than asked tells whether a page follows
    ids = store.user_ids(None if after is None else after["user_id"], limit + 1)
    reports = _user_reports(ids[:limit])
    fitting = pages.fitting(reports)
    counts = row_counts("user_experiments", USERS_WITH_EXPERIMENTS)
    average = figures.average_count(counts["user_experiments"], counts[USERS_WITH_EXPERIMENTS])
    return _head("experiments") | {
        "average_experiment_count": average,
        "user_reports": reports[:fitting],
        "next": cursors.following(
            LISTING, ids, min(limit, fitting), lambda user: {"user_id": user}
        ),
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
