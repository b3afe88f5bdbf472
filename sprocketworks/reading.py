"""Commands that ask: tables, reports, greetings."""

import re
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from sprocketworks import output
from sprocketworks.app import OutputFile, app
from sprocketworks.arguments import From, To
from sprocketworks.client import REFUSED, USAGE, Client, CommandError, document_of
from sprocketworks.files import Document

JSON = "application/json"
SUMMARY_COLUMNS = {"report": itemgetter("name"), "what it shows": itemgetter("summary")}
CSV, SVG = "text/csv", "image/svg+xml"


def _columns(table: Document) -> str:
    return ", ".join(
        f"{each['name']}{'*' if each['required'] else ''} {each['type']}"
        for each in table["columns"]
    )


TABLE_COLUMNS = {
    "table": itemgetter("name"),
    "rows": itemgetter("rows"),
    "columns (* required)": _columns,
}


@app.command()
def health(context: typer.Context) -> None:
    """Whether the API works, and each store that it needs."""
    with context.obj.client() as client:
        found = client.document("GET", "health")
    if context.obj.json:
        output.show_json(found)
    else:
        output.show_table(("store", "is"), found["checks"].items())


@app.command()
def tables(context: typer.Context) -> None:
    """The data sets, their columns and how many rows they have."""
    with context.obj.client() as client:
        found = client.document("GET", "tables")["tables"]
    context.obj.show_list(found, TABLE_COLUMNS)


@app.command()
def report(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Left out, the reports are listed")] = None,
    year: Annotated[int | None, typer.Option(min=1, max=9999)] = None,
    since: From = None,
    until: To = None,
    user: Annotated[int | None, typer.Option(help="Experiments of this user alone")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV")] = False,
    as_svg: Annotated[bool, typer.Option("--svg", help="As a drawing")] = False,
    into: OutputFile = None,
) -> None:
    """A report, or a list of the reports there are."""
    if as_csv and as_svg:
        raise typer.BadParameter("--csv or --svg")
    if user is not None and (name != "experiments" or as_csv or as_svg):
        raise typer.BadParameter("--user is of the report experiments, and has JSON only")
    wanted = {"year": year, "from": since, "to": until}
    query = {key: value for key, value in wanted.items() if value is not None}
    kind = CSV if as_csv else SVG if as_svg else JSON
    with context.obj.client() as client:
        if name is None:
            listed = [
                Document(name=each, summary=text) for each, text in _summaries(client).items()
            ]
            context.obj.show_list(listed, SUMMARY_COLUMNS)
            return
        if user is not None:
            _show(context, client.document("GET", "reports", name, str(user)), into)
            return
        try:
            pages = list(_pages(client, name, query, kind))
        except CommandError as error:
            names = _summaries(client) if error.code == REFUSED else [name]
            if name not in names:
                raise typer.BadParameter(f"{name!r} is not one of {', '.join(names)}") from error
            raise
    if kind != JSON:
        # each page of a CSV has the header line
        text = pages[0].text + "".join(page.text.partition("\n")[2] for page in pages[1:])
        output.write_text(text, into)
        return
    _show(context, _joined([document_of(page) for page in pages]), into)


def _show(context: typer.Context, found: Document, into: Path | None) -> None:
    if into is None:
        context.obj.show(found)
    else:
        output.write_text(output.as_json(found), into)


def _summaries(client: Client) -> dict[str, str]:
    """The summary of each report in the API's documentation, by its name.

    The overview is below /reports/ as well; it has no rows, and so no CSV.
    """
    paths = client.document("GET", "openapi.json")["paths"]
    return {
        path.removeprefix("/reports/"): operations["get"]["summary"]
        for path, operations in paths.items()
        if re.fullmatch(r"/reports/[^/{]+", path)
        and CSV in operations["get"]["responses"]["200"]["content"]
    }


def _pages(client: Client, name: str, query: dict[str, Any], kind: str) -> Iterator[httpx.Response]:
    """All pages of a report, of a drawing the first; JSON has a cursor of the next, CSV a Link."""
    following: dict[str, str] | None = {}
    while following is not None:
        page = client.get("reports", name, params=query | following, headers={"Accept": kind})
        if JSON in page.headers.get("content-type", "") and kind != JSON:
            raise CommandError(USAGE, f"{name} is available as JSON only")
        yield page
        if kind == JSON:
            cursor = document_of(page).get("next")
            following = {"cursor": cursor} if cursor else None
        else:
            link = page.links.get("next")
            following = dict(httpx.URL(link["url"]).params) if link else None
        if following and kind == SVG:
            output.say("the report has more rows than are drawn")
            return


def _joined(pages: list[Document]) -> Document:
    """One document with the lists of all pages."""
    whole = pages[0]
    for page in pages[1:]:
        for name, value in page.items():
            whole[name] = whole[name] + value if isinstance(value, list) else value
    return whole


@app.command()
def hello(
    context: typer.Context,
    name: str,
    born: Annotated[str | None, typer.Option(help="Save this date of birth, YYYY-MM-DD")] = None,
    zone: Annotated[str | None, typer.Option("--tz", help="IANA time zone")] = None,
) -> None:
    """Greet somebody; with --born, save the birthday first."""
    with context.obj.client() as client:
        if born is not None:
            person = {"dateOfBirth": born} | ({"timeZone": zone} if zone else {})
            client.request("PUT", "hello", name, json=person)
        greeting = client.document("GET", "hello", name, params={"tz": zone} if zone else {})
    if context.obj.json:
        output.show_json(greeting)
    else:
        output.results.print(output.plain(greeting["message"]))
