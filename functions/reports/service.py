"""The reports: what is read from the views, and computed from it."""

from reports import figures, pages, store
from reports.pages import Row
from reports.report import JsonObject
from shared import cursor as cursors
from shared.params import LAST_SECOND, integer
from shared.problems import NotFound
from shared.views import day_of, favourite


def hires_by_quarter(year: int, limit: int | None = None, cursor: str | None = None) -> JsonObject:
    listing = cursors.listing_of("/reports/hires-by-quarter", year=year)
    after = cursors.decode(listing, cursor, department_id=int, job_id=int)
    cells = store.hires(year)
    last = [after["department_id"], after["job_id"]] if after else []
    departments = store.names("departments", [*(cell.department_id for cell in cells), *last[:1]])
    used = (cell.job_id for cell in cells if cell.job_id is not None)
    jobs = store.names("jobs", [*used, *last[1:]])
    rows = figures.hires_by_quarter(cells, departments, jobs)
    if last:
        place = departments.get(last[0]), jobs.get(last[1])
        if None in place:
            raise cursors.refused("the cursor ends at a name that is gone: start again without it")
        rows = [row for row in rows if (row["department"], row["job"]) > place]

    def place_of(row: Row) -> cursors.Place:
        return {
            "department_id": figures.of_name(row["department"], departments),
            "job_id": figures.of_name(row["job"], jobs),
        }

    return {"year": year, **pages.page(listing, rows, limit, cursor, place_of)}


def departments_above_mean(
    year: int, limit: int | None = None, cursor: str | None = None
) -> JsonObject:
    listing = cursors.listing_of("/reports/departments-above-mean", year=year)
    after = cursors.decode(listing, cursor, hired=int, id=int)
    cells = store.hires(year)
    departments = store.names("departments", (cell.department_id for cell in cells))
    rows = figures.departments_above_mean(cells, departments)
    if after:
        place = (-after["hired"], after["id"])
        rows = [row for row in rows if (-row["hired"], row["id"]) > place]
    return {
        "year": year,
        "mean": figures.mean_hires(cells, departments),
        **pages.page(listing, rows, limit, cursor, lambda row: _part(row, "hired", "id")),
    }


def _part(row: Row, *names: str) -> cursors.Place:
    return {name: row[name] for name in names}


def mean_hires(year: int) -> JsonObject:
    cells = store.hires(year)
    departments = store.names("departments", (cell.department_id for cell in cells))
    mean = figures.mean_hires(cells, departments)
    return {"year": year, "results": [{"mean_hires": mean}]}


def production(
    from_: int | None, to: int | None, limit: int | None, cursor: str | None
) -> JsonObject:
    """Over the whole days from that of `from_` to that of `to`, Unix seconds; all where None."""
    first = day_of(from_ or 0)
    last = day_of(LAST_SECOND if to is None else to)
    listing = cursors.listing_of("/reports/production", first=first, last=last)
    after = cursors.decode(listing, cursor, factory_id=int)
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
    return span | pages.page(listing, results, limit, cursor, lambda row: _part(row, "factory_id"))


LISTING = "/reports/experiments"


def experiments(limit: int, cursor: str | None) -> JsonObject:
    """A page of users in order of id, and the average over all of them."""
    after = cursors.decode(LISTING, cursor, user_id=int)
    # if there is one more than asked for, a page follows
    ids = store.user_ids(None if after is None else after["user_id"], limit + 1)
    reports = _user_reports(ids[:limit])
    fitting = pages.fitting(reports)
    average = figures.average_count(*store.experiments_and_their_users())
    return {
        "average_experiment_count": average,
        "user_reports": reports[:fitting],
        "next": cursors.following(
            LISTING, ids, min(limit, fitting), lambda user: {"user_id": user}
        ),
    }


def user_experiments(user_id: str) -> JsonObject:
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
