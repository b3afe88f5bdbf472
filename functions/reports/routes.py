"""HTTP routes of the reports."""

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from reports import service
from reports.pages import Asked
from reports.representations import ALL, Drawing, represent
from shared.etags import content_tag
from shared.http import Api
from shared.params import CURSOR, FROM, LIMIT, TO, YEAR, IntParam

Answer = Response[Any]
api = Api("reports")
KNOWN = {304: "The client has this state already"}
MOST = IntParam(
    "limit",
    "How many rows at most; all that a response has room for if left out",
    ge=1,
    le=1000,
)


@api.get(
    "/reports/hires-by-quarter",
    summary="Hires per department and job in each quarter of a year",
    query=(YEAR, MOST, CURSOR),
    answer="HiresByQuarter",
    produces=ALL,
    answers=KNOWN,
    problems=(406,),
)
def hires_by_quarter(year: int, limit: int | None, cursor: str | None) -> Answer:
    report = service.hires_by_quarter(year, Asked(limit, cursor))
    quarters = ("Q1", "Q2", "Q3", "Q4")
    drawing = Drawing(f"Hires by quarter, {year}", ("department", "job"), quarters, "job", "hires")
    return represent(api, report, "results", ("department", "job", *quarters), drawing)


@api.get(
    "/reports/departments-above-mean",
    summary="Departments that hired more than the mean of a year",
    query=(YEAR, MOST, CURSOR),
    answer="DepartmentsAboveMean",
    produces=ALL,
    answers=KNOWN,
    problems=(406,),
)
def departments_above_mean(year: int, limit: int | None, cursor: str | None) -> Answer:
    report = service.departments_above_mean(year, Asked(limit, cursor))
    title = f"Departments above the mean of {report['mean']:.1f} hires, {year}"
    drawing = Drawing(title, ("department",), ("hired",), "department", "hires")
    return represent(api, report, "results", ("id", "department", "hired"), drawing)


@api.get(
    "/reports/mean-hires",
    summary="Hires per department that hired in a year",
    query=(YEAR,),
    answer="MeanHires",
    produces=ALL,
    answers=KNOWN,
    problems=(406,),
)
def mean_hires(year: int) -> Answer:
    report = service.mean_hires(year)
    drawing = Drawing(f"Mean hires, {year}", (), ("mean_hires",), "", "hires per department")
    return represent(api, report, "results", ("mean_hires",), drawing)


@api.get(
    "/reports/production",
    summary="What each factory made and was to make, over whole days of UTC",
    query=(FROM, TO, MOST, CURSOR),
    answer="Production",
    produces=ALL,
    answers=KNOWN,
    problems=(406,),
)
def production(from_: int | None, to: int | None, limit: int | None, cursor: str | None) -> Answer:
    report = service.production(from_, to, Asked(limit, cursor))
    columns = ("factory_id", "name", "actual", "goal", "attainment", "points")
    title = f"Production from {report['from']} to {report['to']}"
    drawing = Drawing(title, ("factory_id",), ("actual", "goal"), "factory", "sprockets")
    return represent(api, report, "results", columns, drawing)


@api.get(
    "/reports/experiments",
    summary="Experiments per user, in order of id, with the average of all",
    query=(LIMIT, CURSOR),
    answer="Experiments",
    produces=ALL,
    answers=KNOWN,
    problems=(406,),
)
def experiments(limit: int, cursor: str | None) -> Answer:
    report = service.experiments(limit, cursor)
    columns = ("user_id", "name", "count", "fav_compound")
    drawing = Drawing(
        "Experiments per user", ("user_id", "name"), ("count",), "user", "experiments"
    )
    return represent(api, report, "user_reports", columns, drawing)


@api.get(
    "/reports/experiments/{user_id}",
    summary="Experiments of one user",
    answer="UserReport",
    answers=KNOWN,
    problems=(404,),
)
def user_experiments(user_id: str) -> Answer:
    row = service.user_experiments(user_id)
    return api.validated(row, content_tag(row))
