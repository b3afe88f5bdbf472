"""Commands for factories."""

from operator import itemgetter
from pathlib import Path
from typing import Annotated

import typer

from sprocketworks import output
from sprocketworks.app import Limit, OutputFile, app, commands
from sprocketworks.arguments import From, JsonFile, To, document_in, time_of
from sprocketworks.files import Document

ChartFile = Annotated[
    Path, typer.Option("--chart", help="JSON: a chart_data document", allow_dash=True)
]
group = commands("List, create, rename and delete factories; draw their charts.")
app.add_typer(group, name="factories")


def times(factory: Document) -> list[int]:
    found: list[int] = factory["chart_data"]["time"]
    return found


FACTORY_COLUMNS = {
    "id": itemgetter("id"),
    "name": itemgetter("name"),
    "points in the chart": lambda factory: len(times(factory)),
    "from": lambda factory: time_of(times(factory)[0]) if times(factory) else None,
    "to": lambda factory: time_of(times(factory)[-1]) if times(factory) else None,
}


@group.command("list")
def list_factories(
    context: typer.Context, since: From = None, until: To = None, limit: Limit = 100
) -> None:
    """Factories in order of id, with charts of at most 100 points."""
    query = {"from": since, "to": until}
    with context.obj.client() as client:
        context.obj.show_list(client.listed("factories", most=limit, **query), FACTORY_COLUMNS)


@group.command("show")
def show_factory(
    context: typer.Context, factory: str, since: From = None, until: To = None
) -> None:
    """One factory, with a chart of at most 1,000 points."""
    chosen = {"from": since, "to": until}
    query = {name: value for name, value in chosen.items() if value is not None}
    with context.obj.client() as client:
        context.obj.show(client.document("GET", "factories", factory, params=query))


@group.command("create")
def create_factory(
    context: typer.Context,
    name: str,
    chart: ChartFile | None = None,
) -> None:
    """Create a factory."""
    body = {"name": name} | ({"chart_data": document_in(chart)} if chart else {})
    with context.obj.client() as client:
        context.obj.show(client.post("factories", body=body))


@group.command("rename")
def rename_factory(context: typer.Context, factory: str, name: str) -> None:
    """Give a factory another name."""
    with context.obj.client() as client:
        context.obj.show(client.document("PUT", "factories", factory, json={"name": name}))


@group.command("change")
def change_factory(context: typer.Context, factory: str, chart: ChartFile) -> None:
    """Replace the chart of a factory, all its points."""
    document = document_in(chart)
    with context.obj.client() as client:
        changed = client.document("PUT", "factories", factory, json={"chart_data": document})
    context.obj.show(changed)


@group.command("delete")
def delete_factory(
    context: typer.Context,
    factory: str,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
) -> None:
    """Delete a factory with all its production."""
    with context.obj.client() as client:
        found = client.get("factories", factory)
        if not yes:
            typer.confirm(
                f"Delete factory {factory} with all its production?", abort=True, err=True
            )
        tag = found.headers.get("etag", "*")
        client.request("DELETE", "factories", factory, headers={"If-Match": tag})
    output.say(f"factory {factory} is deleted")


@group.command("chart")
def draw_chart(
    context: typer.Context,
    factory: str,
    since: From = None,
    until: To = None,
    into: OutputFile = None,
) -> None:
    """Actual production against its goal, as an SVG."""
    chosen = {"from": since, "to": until}
    query = {name: value for name, value in chosen.items() if value is not None}
    with context.obj.client() as client:
        drawn = client.get("factories", factory, "chart", params=query).text
    output.write_text(drawn, into)


@group.command("import")
def import_factories(context: typer.Context, file: JsonFile) -> None:
    """Load a document like data/factories.json, once."""
    document = document_in(file)
    with context.obj.client() as client:
        context.obj.show(client.post("factories", "import", body=document))
