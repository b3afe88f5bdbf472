"""HTTP routes of the tables."""

from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.api_gateway import Response

from ingestion import service
from shared import cursor as cursors
from shared.accept import negotiate
from shared.body import JSON, raw_body
from shared.csv_out import CSV
from shared.etags import content_tag
from shared.http import NOT_MODIFIED, Api, JsonObject, json_response
from shared.lazy import LazyModels
from shared.params import CURSOR, LIMIT, FlagParam, IntParam, read_query
from shared.prefer import PREFERENCE_APPLIED, RESPOND_ASYNC, prefers_async
from shared.request import request_id

if TYPE_CHECKING:
    from ingestion import models
else:
    models = LazyModels("ingestion.models")

# a call may take 5 s more, and the function has 28
api = Api("ingestion", seconds=22)
LARGEST_ROWS = 5_000_000  # bytes of a document of rows


@dataclass(frozen=True)
class RowsLimit(IntParam):
    """Of CSV; read before it is known what is asked for."""

    def parse(self, text: str) -> int:
        try:
            return super().parse(text)
        except ValueError as error:
            raise ValueError(f"{error} as CSV, to {LIMIT.le} as JSON") from error


ROWS_LIMIT = RowsLimit(
    "limit",
    "How many rows at most: as JSON up to 100, 10 if left out; as CSV up to 1000, 1000 if left out",
    ge=1,
    le=1000,
)
ROWS = IntParam("rows", "Load the first so many records only", default=None, ge=1, le=1000)
STRICT = FlagParam("strict", "Reject records with any blank field")
DRY_RUN = FlagParam("dry_run", "Check everything, write nothing")
DEDUPE = FlagParam("dedupe", "Skip a row that equals one read or stored in all columns but the key")


@api.get(
    "/tables", summary="The data sets, with their columns and live counts", response=models.Tables
)
def list_tables() -> JsonObject:
    """Each data set with its columns, the key first, and how many rows it has now.

    The order of the columns is that of a CSV without a header.
    """
    return service.tables()


@api.get(
    "/tables/{table}",
    summary="A data set and some of its rows",
    query=(LIMIT,),
    response=models.TableSample,
    responses=NOT_MODIFIED,
    problems=(404,),
)
def get_table(table: str, limit: int) -> Response[str]:
    """The columns of a data set, and some of its rows as a sample."""
    found = service.sample(service.data_set_of(table), limit)
    return api.with_etag(content_tag(found), found)


@api.get(
    "/tables/{table}/rows",
    summary="Rows, in no order that is promised",
    query=(ROWS_LIMIT, CURSOR),
    response=models.RowPage,
    produces=(JSON, CSV),
    problems=(404, 406),
)
def list_rows(table: str, limit: int | None, cursor: str | None) -> Response[str]:
    """All rows of a table, page after page, each once. As CSV a page has up to 1,000 rows.

    The CSV is for spreadsheets: a cell that would run as a formula begins with an apostrophe.
    """
    data_set = service.data_set_of(table)
    query = api.event.get("queryStringParameters") or {}
    headers = {"Vary": "Accept"}
    if negotiate(api.header("Accept"), (JSON, CSV)) == JSON:
        limit = read_query((LIMIT, CURSOR), query)["limit"]
        return json_response(
            service.row_page(data_set, limit or LIMIT.default, cursor), headers=headers
        )
    page = service.row_page(data_set, limit or ROWS_LIMIT.le, cursor)
    if page["next"]:
        headers["Link"] = cursors.link(query, page["next"])
    text = service.rows_as_csv(data_set, page["items"])
    return Response(HTTPStatus.OK, CSV, text, headers=headers)


@api.get(
    "/tables/{table}/rows/{id}",
    summary="One row",
    response=models.Row,
    responses=NOT_MODIFIED,
    problems=(404,),
)
def get_row(table: str, id: str) -> Response[str]:  # noqa: A002 - the path's name
    """The row with this key; columns that are blank are null."""
    row = service.one_row(service.data_set_of(table), id)
    return api.with_etag(content_tag(row), row)


@api.post(
    "/tables/{table}",
    summary="Load a CSV of at most 5 MB",
    query=(ROWS, STRICT, DRY_RUN, DEDUPE),
    consumes=("text/csv", "multipart/form-data"),
    response=models.Loaded,
    responses={202: "The load goes on as a job, because it takes long or the request prefers so"},
    job=models.Ingestion,
    problems=(404, 413, 415, 422),
)
def load_csv(
    table: str, rows: int | None, strict: bool, dry_run: bool, dedupe: bool
) -> JsonObject | Response[str]:
    """Load a CSV, as the body or as the field `file` of a form; valid rows are written.

    A header, the delimiter (`,` `;` tab or `|`), quotes and a byte-order mark are recognised. A row
    with the key of a stored one replaces it. The first 100 rejected records are listed with line,
    column and reason. What takes more than 20 s goes on as a job: 202 and its address. Files of any
    size go through `POST /ingestions`.
    """
    # imported here: only loading needs the parser and pydantic's core
    from ingestion import loading, upload

    data_set = service.data_set_of(table)
    options = loading.Options(rows=rows, strict=strict, dedupe=dedupe, dry_run=dry_run)
    raw = upload.uploaded_file(api.event)
    preference = prefers_async(api.header("Prefer"))
    duplicates = None
    if not preference:
        try:
            return loading.load_csv(data_set, raw, options)
        except loading.UnfinishedError as unfinished:
            duplicates = unfinished.duplicates
    from ingestion.large import service as ingestions

    given = {name: value for name, value in asdict(options).items() if value}
    job = ingestions.new(table, None, given, request_id(api.event))
    job = ingestions.accept(job, raw, duplicates)
    headers = {"Location": f"../ingestions/{job['id']}"}
    if preference:
        headers[PREFERENCE_APPLIED] = RESPOND_ASYNC
    return json_response(job, HTTPStatus.ACCEPTED, headers)


@api.post(
    "/tables/{table}/rows",
    summary="Write 1 to 1000 rows, all or none",
    status=201,
    max_body=LARGEST_ROWS,
    response=models.RowsWritten,
    problems=(404, 413, 415, 422),
)
def write_rows(table: str, body: models.RowsIn) -> JsonObject:
    """Write rows; a row with the key of a stored one replaces it.

    If any row is not valid nothing is written, and each bad one is named.
    """
    from ingestion import json_rows, loading

    data_set = service.data_set_of(table)
    json_rows.keep_digits(data_set, body.rows, raw_body(api.event, LARGEST_ROWS))
    return {"table": data_set.name, "written": loading.write_rows(data_set, body.rows)}
