"""HTTP routes of ingestion jobs."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.api_gateway import Response

from ingestion.large import jobs, service
from ingestion.routes import api
from shared.datasets import DATA_SETS
from shared.etags import content_tag
from shared.http import NOT_MODIFIED, JsonObject, json_response
from shared.lazy import LazyModels
from shared.params import CURSOR, LIMIT, ChoiceParam
from shared.request import request_id

if TYPE_CHECKING:
    from ingestion import models
else:
    models = LazyModels("ingestion.models")

STATUS = ChoiceParam("status", "Jobs in this status only", choices=jobs.STATUSES)
TABLE = ChoiceParam("table", "Jobs of this table only", choices=tuple(DATA_SETS))


@api.post(
    "/ingestions",
    summary="Load a large file, or all that waits in the bucket",
    status=201,
    response=models.IngestionStarted,
    responses={202: "The files that wait are being ingested"},
    problems=(409, 413, 415, 422),
)
def create_ingestion(body: models.IngestionIn) -> Response[str]:
    """Begin the load of a large file, or of all files that wait in the bucket.

    With `table` the response has a form, by which the file is then uploaded to S3; the upload
    starts the job. With `bytes`, its size, it also has the parts of a multipart upload: a part that
    breaks is sent again without the others. With `source` `landing` all files below
    `landing/<table>/` become jobs, those of a table after those that it refers to.
    """
    if body.table is None:
        from ingestion.large import landing

        return json_response(landing.ingest(request_id(api.event)), HTTPStatus.ACCEPTED)
    options = body.options.model_dump(exclude_defaults=True) if body.options else {}
    made = service.create(body.table, body.filename, options, request_id(api.event), body.bytes)
    return json_response(made, HTTPStatus.CREATED, {"Location": f"./ingestions/{made['id']}"})


@api.get(
    "/ingestions",
    summary="Ingestion jobs, the newest first",
    query=(LIMIT, CURSOR, STATUS, TABLE),
    response=models.IngestionPage,
)
def list_ingestions(
    limit: int, cursor: str | None, status: str | None, table: str | None
) -> JsonObject:
    """Jobs of one status or table, or of all, the newest first."""
    return service.page(limit, cursor, status, table)


@api.get(
    "/ingestions/{ingestion_id}",
    summary="An ingestion job",
    response=models.Ingestion,
    responses=NOT_MODIFIED,
    problems=(404,),
)
def get_ingestion(ingestion_id: str) -> Response[str]:
    """The status of a job, its progress from 0 to 1, and its counts, exact at any time."""
    job = service.as_dict(ingestion_id)
    return api.with_etag(content_tag(job), job)


@api.delete(
    "/ingestions/{ingestion_id}",
    summary="Cancel a job; rows that are written stay",
    status=202,
    response=models.Ingestion,
    problems=(404, 409, 412),
)
def cancel_ingestion(ingestion_id: str) -> JsonObject:
    """Stop a job. What is written stays, and the counts say how much it is."""
    # a job that has died is cancelled, not failed
    job = service.as_dict(ingestion_id, api.expected(), notice=False)
    api.check_if_match(content_tag(job))
    return service.cancel(ingestion_id)


@api.post(
    "/ingestions/{ingestion_id}/retry",
    summary="Start a failed job again; what is loaded is skipped",
    status=202,
    response=models.Ingestion,
    problems=(404, 409),
)
def retry_ingestion(ingestion_id: str) -> JsonObject:
    """Start a failed job again from where it ended. The body is not read."""
    return service.retry(ingestion_id)


@api.get(
    "/ingestions/{ingestion_id}/rejects",
    summary="The rejected records, as CSV",
    status=303,
    problems=(404,),
)
def get_rejects(ingestion_id: str) -> Response[str]:
    """Where the rejected records are, as CSV: line, column, value, reason and the record itself.

    The address is signed and of use for some minutes.
    """
    url = service.rejects_url(ingestion_id)
    return Response(HTTPStatus.SEE_OTHER, None, "", headers={"Location": url})
