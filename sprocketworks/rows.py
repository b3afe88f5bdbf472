"""Commands for the rows of a table."""

import csv
import sys
from collections.abc import Iterator
from io import StringIO
from operator import itemgetter
from typing import Any

import typer

from sprocketworks import output
from sprocketworks.app import Limit, OutputFile, app, commands
from sprocketworks.arguments import JsonFile, document_in
from sprocketworks.client import USAGE, Client, CommandError
from sprocketworks.files import Document

group = commands("Find, list and add rows of a table; `export` writes them all.")
app.add_typer(group, name="rows")


def data_set(client: Client, table: str) -> Document:
    """The name, the columns and the count of rows of a table; CommandError."""
    found: list[Document] = client.document("GET", "tables")["tables"]
    for each in found:
        if each["name"] == table:
            return each
    names = ", ".join(str(each["name"]) for each in found)
    raise CommandError(USAGE, f"there is no table {table!r}, but {names}")


def names_of(table: Document) -> list[str]:
    return [column["name"] for column in table["columns"]]


@group.command("list")
def list_rows(context: typer.Context, table: str, limit: Limit = 20) -> None:
    """Some rows, in no order that is promised."""
    with context.obj.client() as client:
        columns = {name: itemgetter(name) for name in names_of(data_set(client, table))}
        context.obj.show_list(client.listed("tables", table, "rows", most=limit), columns)


@group.command("show")
def show_row(context: typer.Context, table: str, row: str) -> None:
    """One row, by its key."""
    with context.obj.client() as client:
        context.obj.show(client.document("GET", "tables", table, "rows", row))


@group.command("add")
def add_rows(context: typer.Context, table: str, file: JsonFile) -> None:
    """Write up to 1,000 rows of a document {"rows": [...]}, all or none."""
    document = document_in(file)
    with context.obj.client() as client:
        context.obj.show(client.post("tables", table, "rows", body=document))


@app.command()
def export(context: typer.Context, table: str, into: OutputFile = None) -> None:
    """Write all rows of a table as a CSV that `upload` loads again."""
    with context.obj.client() as client:
        found = data_set(client, table)
        names = names_of(found)
        with output.writing(into) as file:
            file.write(line_of(names))
            rows = client.listed("tables", table, "rows")
            # a bar would be between the rows
            seen = into is None and sys.stdout.isatty()
            for row in rows if seen else counted(rows, found):
                file.write(line_of([text_of(row[name]) for name in names]))


def counted(rows: Iterator[Document], table: Document) -> Iterator[Document]:
    """The rows, with the progress of reading them."""
    with output.bar(f"export {table['name']}", max(table["rows"], 1)) as progress:
        for number, row in enumerate(rows, 1):
            if number % 1000 == 0:
                progress.reach(number, f"{number:,} rows")
            yield row
        progress.reach(max(table["rows"], 1))


def line_of(cells: list[Any]) -> bytes:
    line = StringIO()
    # with this line end a \r in a text is quoted: alone it ends a line, too
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return output.encoded(line.getvalue().removesuffix("\r\n") + "\n")


def text_of(value: Any) -> Any:
    """A value as the CSV of its table has it."""
    return ";".join(map(str, value)) if isinstance(value, list) else value
