"""HTTP route of the overview; below `/reports/`, so that API Gateway needs no more resources."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reports.overview import service
from reports.routes import api
from shared.http import JsonObject
from shared.lazy import LazyModels

if TYPE_CHECKING:
    from reports.overview import models
else:
    models = LazyModels("reports.overview.models")


@api.get(
    "/reports/overview",
    summary="A little of everything: rows, jobs, factories and birthdays",
    response=models.Overview,
)
def overview() -> JsonObject:
    """What the first page of the console shows, in one response."""
    return service.overview(datetime.now(UTC))
