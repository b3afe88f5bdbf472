"""The reports, and their HTTP routes."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from reports import service
from reports.report import Drawing, Report
from reports.representations import ALL, represent
from shared.etags import content_tag
from shared.http import NOT_MODIFIED, Api
from shared.lazy import LazyModels
from shared.metrics import measure
from shared.moments import rfc3339
from shared.params import CURSOR, FROM, LIMIT, TO, YEAR, IntParam

if TYPE_CHECKING:
    from reports import models
else:
    models = LazyModels("reports.models")

api = Api("reports")
ROW_LIMIT = IntParam(
    "limit",
    "How many rows at most; all that a response has room for if left out",
    ge=1,
    le=1000,
)
QUARTERS = ("Q1", "Q2", "Q3", "Q4")

REPORTS = (
    Report(
        name="hires-by-quarter",
        summary="Hires per department and job in each quarter of a year",
        description="Hires of a known department and job, sorted by department, then by job.",
        read=service.hires_by_quarter,
        query=(YEAR, ROW_LIMIT, CURSOR),
        model=models.HiresByQuarter,
        columns=("department", "job", *QUARTERS),
        drawing=Drawing(
            "Hires by quarter, {year}", ("department", "job"), QUARTERS, "job", "hires"
        ),
    ),
    Report(
        name="departments-above-mean",
        summary="Departments that hired more than the mean of a year",
        description="Known departments that hired more than the mean over those that hired.",
        read=service.departments_above_mean,
        query=(YEAR, ROW_LIMIT, CURSOR),
        model=models.DepartmentsAboveMean,
        columns=("id", "department", "hired"),
        drawing=Drawing(
            "Departments above the mean of {mean:.1f} hires, {year}",
            ("department",),
            ("hired",),
            "department",
            "hires",
        ),
    ),
    Report(
        name="mean-hires",
        summary="Hires per department that hired in a year",
        description="The mean over the known departments that hired; a job is not needed.",
        read=service.mean_hires,
        query=(YEAR,),
        model=models.MeanHires,
        columns=("mean_hires",),
        drawing=Drawing("Mean hires, {year}", (), ("mean_hires",), "", "hires per department"),
    ),
    Report(
        name="production",
        summary="Production of each factory against its goal, over whole days of UTC",
        description="Sums of the points of all days from `from` to `to`.",
        read=service.production,
        query=(FROM, TO, ROW_LIMIT, CURSOR),
        model=models.Production,
        columns=("factory_id", "name", "actual", "goal", "attainment", "points"),
        drawing=Drawing(
            "Production from {from} to {to}",
            ("factory_id",),
            ("actual", "goal"),
            "factory",
            "sprockets",
        ),
    ),
    Report(
        name="experiments",
        summary="Experiments per user, in order of id, with the average of all",
        description="The average is over users who have an experiment.",
        read=service.experiments,
        query=(LIMIT, CURSOR),
        model=models.Experiments,
        columns=("user_id", "name", "count", "fav_compound"),
        drawing=Drawing(
            "Experiments per user", ("user_id", "name"), ("count",), "user", "experiments"
        ),
        rows="user_reports",
    ),
)


def publish(report: Report) -> None:
    """Register the report's route."""

    def respond(**query: Any) -> Response[str]:
        measure({"ReportReads": 1}, report=report.name)
        as_of = rfc3339(datetime.now(UTC), "seconds")
        document = {"report": report.name, "as_of": as_of, **report.read(**query)}
        return represent(api, report, document)

    respond.__name__ = report.name.replace("-", "_")  # the operation's id
    respond.__doc__ = report.description
    api.get(
        f"/reports/{report.name}",
        summary=report.summary,
        query=report.query,
        response=report.model,
        produces=ALL,
        responses=NOT_MODIFIED,
        problems=(406,),
    )(respond)


for each in REPORTS:
    publish(each)


@api.get(
    "/reports/experiments/{user_id}",
    summary="Experiments of one user",
    response=models.UserReport,
    responses=NOT_MODIFIED,
    problems=(404,),
)
def user_experiments(user_id: str) -> Response[Any]:
    """How many experiments a user has, and the compound that is most often in them."""
    measure({"ReportReads": 1}, report="user-experiments")
    row = service.user_experiments(user_id)
    return api.with_etag(content_tag(row), row)
