"""Commands that ask: tables, reports, greetings."""

import sys
from typing import Annotated, Any
from urllib.parse import quote

import typer

from sprocketworks import output
from sprocketworks.app import OutputFile, app

REPORTS = ("hires-by-quarter", "departments-above-mean", "mean-hires", "experiments", "production")


@app.command()
def tables(context: typer.Context) -> None:
    """The data sets, their columns and how many rows they have."""
    with context.obj.client() as client:
        found = client.get("/tables").json()["tables"]
    if context.obj.json:
        output.show_json(found)
        return

    def column(each: dict[str, Any]) -> str:
        return f"{each['name']}{'*' if each['required'] else ''} {each['type']}"

    output.show_table(
        ("table", "rows", "columns (* required)"),
        [(t["name"], t["rows"], ", ".join(map(column, t["columns"]))) for t in found],
    )


@app.command()
def report(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=", ".join(REPORTS))],
    year: Annotated[int | None, typer.Option(min=1, max=9999)] = None,
    since: Annotated[int | None, typer.Option("--from", help="Unix seconds")] = None,
    until: Annotated[int | None, typer.Option("--to", help="Unix seconds")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of JSON")] = False,
    as_svg: Annotated[bool, typer.Option("--svg", help="A drawing instead of JSON")] = False,
    into: OutputFile = None,
) -> None:
    """A report, as JSON, CSV or a drawing."""
    if name not in REPORTS:
        raise typer.BadParameter(f"there are {', '.join(REPORTS)}")
    if as_csv and as_svg:
        raise typer.BadParameter("--csv or --svg")
    wanted = {"year": year, "from": since, "to": until}
    query = {key: value for key, value in wanted.items() if value is not None}
    kind = "text/csv" if as_csv else "image/svg+xml" if as_svg else "application/json"
    with context.obj.client() as client:
        path = f"/reports/{name}"
        answer = client.get(path, params=query, headers={"Accept": kind})
        text = answer.text
        while kind == "application/json" and (cursor := answer.json().get("next")):
            # the pages of a list, one document each
            answer = client.get(path, params={**query, "cursor": cursor}, headers={"Accept": kind})
            text += "\n" + answer.text
    if into is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    else:
        into.write_text(text, "utf-8")


@app.command()
def hello(
    context: typer.Context,
    name: str,
    born: Annotated[str | None, typer.Option(help="Save this date of birth, YYYY-MM-DD")] = None,
    zone: Annotated[str | None, typer.Option("--tz", help="IANA time zone")] = None,
) -> None:
    """Greet somebody; with --born, save the birthday first."""
    path = f"/hello/{quote(name, safe='')}"
    with context.obj.client() as client:
        if born is not None:
            person = {"dateOfBirth": born} | ({"timeZone": zone} if zone else {})
            client.request("PUT", path, json=person)
        said = client.get(path, params={"tz": zone} if zone else {}).json()
    if context.obj.json:
        output.show_json(said)
    else:
        output.results.print(said["message"], markup=False)
