"""The bodies of requests and responses of the tables and of large files."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from ingestion.large.objects import LARGEST_UPLOAD
from shared.datasets import DATA_SETS
from shared.models import JobStatus, Model

Row = dict[str, Any]


class RowsIn(Model):
    """Rows with the columns of their table; each is checked as a record of a CSV would be."""

    rows: Annotated[list[Row], Field(min_length=1, max_length=1000)]


class RowsWritten(BaseModel):
    table: str
    written: int


class ColumnInfo(BaseModel):
    name: str
    type: str
    required: bool


class TableInfo(BaseModel):
    name: str
    columns: list[ColumnInfo]
    rows: int


class Tables(BaseModel):
    tables: list[TableInfo]


class TableSample(BaseModel):
    table: str
    columns: list[ColumnInfo]
    sample: list[Row]


class RowPage(BaseModel):
    items: list[Row]
    next: str | None


class RowError(BaseModel):
    line: int
    column: str | None
    value: str
    reason: str


# `file` where the stack has no index of contents: rows are not compared with stored ones
DedupeScope = Literal["file"]


class Loaded(BaseModel):
    """With `dry_run` nothing was written, and `written` is what would have been."""

    table: str
    read: int
    written: int
    duplicates: int
    rejected: int
    errors: list[RowError]
    dry_run: bool = False
    dedupe_scope: DedupeScope | None = None


class IngestionOptions(Model):
    """As the query options of a small CSV."""

    rows: Annotated[int, Field(ge=1, le=1000)] | None = None
    strict: bool = False
    dedupe: bool = False
    dry_run: bool = False


if TYPE_CHECKING:
    Table = str
else:
    Table = Literal[tuple(DATA_SETS)]


class IngestionIn(Model):
    """A table whose file will be uploaded; or `{"source": "landing"}`: all that waits there."""

    table: Table | None = None
    filename: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    options: IngestionOptions | None = None
    bytes: Annotated[int, Field(ge=1, le=LARGEST_UPLOAD)] | None = None
    source: Literal["landing"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.table is None) == (self.source is None):
            raise ValueError('name either a table or {"source": "landing"}')
        if self.source and (self.filename or self.options or self.bytes):
            raise ValueError("filename, options and bytes go with a table")
        return self


class Chunks(BaseModel):
    total: int | None
    done: int


class RowCounts(BaseModel):
    read: int
    written: int
    duplicates: int
    rejected: int


class Ingestion(BaseModel):
    """A job; `waiting_for` is the job that has the table, or comes first."""

    id: str
    table: str
    status: JobStatus
    source: Literal["upload", "landing"]
    filename: str | None
    options: IngestionOptions
    bytes: int | None
    chunks: Chunks
    rows: RowCounts
    progress: Annotated[float, Field(ge=0, le=1)]
    waiting_for: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    error: str | None
    dedupe_scope: DedupeScope | None = None


class UploadPart(BaseModel):
    """What to PUT there: so many bytes of the file, in the order of the parts."""

    number: int
    bytes: int
    url: str


class Upload(BaseModel):
    """An S3 presigned POST: a form with these fields and, last, `file`.

    If the request had `bytes`, also the parts of an S3 multipart upload. When each is stored, POST
    their numbers and `ETag` headers to `complete_url`, as the XML of CompleteMultipartUpload.
    """

    url: str
    fields: dict[str, str]
    parts: list[UploadPart] | None = None
    complete_url: str | None = None


class IngestionCreated(Ingestion):
    upload: Upload
    expires_at: str


class Landed(BaseModel):
    """Jobs that were started; `more` files may wait, for a call when these have ended."""

    ingestions: list[Ingestion]
    more: bool


IngestionStarted = IngestionCreated | Landed


class IngestionPage(BaseModel):
    items: list[Ingestion]
    next: str | None
