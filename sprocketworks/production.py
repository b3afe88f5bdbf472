"""Commands for the production of factories."""

from operator import itemgetter
from typing import Annotated

import typer

from sprocketworks import output
from sprocketworks.app import Limit, app, commands
from sprocketworks.arguments import From, JsonFile, To, document_in, second, time_of

POINT_COLUMNS = {
    "id": itemgetter("id"),
    "time": lambda point: time_of(point["time"]),
    "actual": itemgetter("actual"),
    "goal": itemgetter("goal"),
    "sprockets": lambda point: ", ".join(map(str, point["sprocket_types"])),
}
Time = Annotated[
    int, typer.Option("--time", parser=second, metavar="TIME", help="Unix seconds, or ISO")
]
Count = Annotated[int, typer.Option(min=0)]
Types = Annotated[list[int] | None, typer.Option("--sprocket", help="Id; may be repeated")]
group = commands("List, add, change and delete the points of the factories' production.")
app.add_typer(group, name="production")


@group.command("list")
def list_points(
    context: typer.Context,
    factory: Annotated[list[int] | None, typer.Argument(help="All if left out")] = None,
    since: From = None,
    until: To = None,
    limit: Limit = 100,
) -> None:
    """Points of factories in order of time."""
    wanted = ",".join(map(str, factory or ())) or None
    query = {"from": since, "to": until, "factory": wanted}
    columns = {"factory": itemgetter("factory_id"), **POINT_COLUMNS}
    with context.obj.client() as client:
        context.obj.show_list(client.listed("production", most=limit, **query), columns)


@group.command("show")
def show_point(context: typer.Context, factory: str, point: str) -> None:
    """One point."""
    with context.obj.client() as client:
        context.obj.show(client.document("GET", "factories", factory, "production", point))


@group.command("add")
def add_point(
    context: typer.Context,
    factory: str,
    time: Time,
    actual: Count,
    goal: Count,
    types: Types = None,
) -> None:
    """Add a point."""
    point = {"time": time, "actual": actual, "goal": goal, "sprocket_types": types or []}
    with context.obj.client() as client:
        context.obj.show(client.post("factories", factory, "production", body=point))


@group.command("import")
def import_points(context: typer.Context, factory: str, file: JsonFile) -> None:
    """Add up to 1,000 points of a document {"points": [...]}, all or none."""
    document = document_in(file)
    with context.obj.client() as client:
        made = client.post("factories", factory, "production", body=document)["items"]
    context.obj.show_list(made, POINT_COLUMNS)


@group.command("change")
def change_point(
    context: typer.Context,
    factory: str,
    point: str,
    time: Time | None = None,
    actual: Count | None = None,
    goal: Count | None = None,
    types: Types = None,
) -> None:
    """Change some fields of a point, unless somebody else changes it meanwhile."""
    chosen = {"time": time, "actual": actual, "goal": goal, "sprocket_types": types}
    fields = {name: value for name, value in chosen.items() if value is not None}
    if not fields:
        raise typer.BadParameter("give at least one field to change")
    with context.obj.client() as client:
        context.obj.show(client.change("factories", factory, "production", point, fields=fields))


@group.command("delete")
def delete_point(context: typer.Context, factory: str, point: str) -> None:
    """Delete a point."""
    with context.obj.client() as client:
        client.request("DELETE", "factories", factory, "production", point)
    output.say(f"point {point} is deleted")
