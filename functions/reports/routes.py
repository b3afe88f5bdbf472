"""HTTP routes of the reports."""

from reports import service
from shared.http import Api, JsonObject
from shared.params import CURSOR, LIMIT, YEAR

api = Api("reports")


@api.get(
    "/reports/hires-by-quarter",
    summary="Hires per department and job in each quarter of a year",
    query=(YEAR,),
    answer="HiresByQuarter",
)
def hires_by_quarter(year: int) -> JsonObject:
    return service.hires_by_quarter(year)


@api.get(
    "/reports/departments-above-mean",
    summary="Departments that hired more than the mean of a year",
    query=(YEAR,),
    answer="DepartmentsAboveMean",
)
def departments_above_mean(year: int) -> JsonObject:
    return service.departments_above_mean(year)


@api.get(
    "/reports/mean-hires",
    summary="Hires per department that hired in a year",
    query=(YEAR,),
    answer="MeanHires",
)
def mean_hires(year: int) -> JsonObject:
    return service.mean_hires(year)


@api.get(
    "/reports/experiments",
    summary="Experiments per user, in order of id, with the average of all",
    query=(LIMIT, CURSOR),
    answer="Experiments",
)
def experiments(limit: int, cursor: str | None) -> JsonObject:
    return service.experiments(limit, cursor)


@api.get(
    "/reports/experiments/{user_id}",
    summary="Experiments of one user",
    answer="UserReport",
    problems=(404,),
)
def user_experiments(user_id: str) -> JsonObject:
    return service.user_experiments(user_id)
