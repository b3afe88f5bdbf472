"""Commands for sprockets."""

from operator import itemgetter
from typing import Annotated

import typer

from sprocketworks import output
from sprocketworks.app import Limit, app, commands
from sprocketworks.arguments import JsonFile, document_in

SPROCKET_FIELDS = ("id", "teeth", "pitch_diameter", "outside_diameter", "pitch")
SPROCKET_COLUMNS = {name: itemgetter(name) for name in SPROCKET_FIELDS}
Teeth = Annotated[int, typer.Option(min=1)]
group = commands("List, create, change and delete sprockets.")
app.add_typer(group, name="sprockets")


@group.command("list")
def list_sprockets(context: typer.Context, limit: Limit = 100) -> None:
    """Sprockets in order of id."""
    with context.obj.client() as client:
        context.obj.show_list(client.listed("sprockets", most=limit), SPROCKET_COLUMNS)


@group.command("show")
def show_sprocket(context: typer.Context, sprocket: str) -> None:
    """One sprocket."""
    with context.obj.client() as client:
        context.obj.show(client.document("GET", "sprockets", sprocket))


@group.command("references")
def count_references(context: typer.Context, sprocket: str) -> None:
    """How many points of production refer to a sprocket."""
    with context.obj.client() as client:
        context.obj.show(client.document("GET", "sprockets", sprocket, "references"))


@group.command("create")
def create_sprocket(
    context: typer.Context,
    teeth: Teeth,
    pitch_diameter: Annotated[float, typer.Option()],
    outside_diameter: Annotated[float, typer.Option()],
    pitch: Annotated[float, typer.Option()],
) -> None:
    """Create a sprocket."""
    body = {
        "teeth": teeth,
        "pitch_diameter": pitch_diameter,
        "outside_diameter": outside_diameter,
        "pitch": pitch,
    }
    with context.obj.client() as client:
        context.obj.show(client.post("sprockets", body=body))


@group.command("change")
def change_sprocket(
    context: typer.Context,
    sprocket: str,
    teeth: Teeth | None = None,
    pitch_diameter: float | None = None,
    outside_diameter: float | None = None,
    pitch: float | None = None,
) -> None:
    """Change some fields of a sprocket, unless somebody else changes it meanwhile."""
    chosen = {
        "teeth": teeth,
        "pitch_diameter": pitch_diameter,
        "outside_diameter": outside_diameter,
        "pitch": pitch,
    }
    fields = {name: value for name, value in chosen.items() if value is not None}
    if not fields:
        raise typer.BadParameter("give at least one field to change")
    with context.obj.client() as client:
        context.obj.show(client.change("sprockets", sprocket, fields=fields))


@group.command("delete")
def delete_sprocket(context: typer.Context, sprocket: str) -> None:
    """Delete a sprocket that no production refers to."""
    with context.obj.client() as client:
        client.request("DELETE", "sprockets", sprocket)
    output.say(f"sprocket {sprocket} is deleted")


@group.command("import")
def import_sprockets(context: typer.Context, file: JsonFile) -> None:
    """Load a document like data/sprockets.json, once."""
    document = document_in(file)
    with context.obj.client() as client:
        context.obj.show(client.post("sprockets", "import", body=document))
