"""What the routes of the tables take and answer."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from shared.models import Model

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


class Loaded(BaseModel):
    table: str
    read: int
    written: int
    duplicates: int
    rejected: int
    errors: list[RowError]
