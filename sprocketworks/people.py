"""Commands for people and their birthdays."""

from operator import itemgetter
from typing import Annotated

import typer

from sprocketworks import output
from sprocketworks.app import Limit, app, commands

BIRTHDAY_COLUMNS = {
    name: itemgetter(name) for name in ("username", "next_birthday", "in_days", "turns")
}
Born = Annotated[str, typer.Option("--born", metavar="YYYY-MM-DD", help="Date of birth")]
Zone = Annotated[str | None, typer.Option("--tz", help="IANA time zone")]
group = commands("Save and forget people; `hello` greets them, `birthdays` lists who is next.")
app.add_typer(group, name="people")


@group.command("save")
def save_person(context: typer.Context, name: str, born: Born, zone: Zone = None) -> None:
    """Save somebody's date of birth, or change it."""
    person = {"dateOfBirth": born} | ({"timeZone": zone} if zone else {})
    with context.obj.client() as client:
        client.request("PUT", "hello", name, json=person)
    output.say(f"{name} is saved")


@group.command("delete")
def delete_person(context: typer.Context, name: str) -> None:
    """Forget somebody."""
    with context.obj.client() as client:
        client.request("DELETE", "hello", name)
    output.say(f"{name} is deleted")


@app.command()
def birthdays(
    context: typer.Context,
    within: Annotated[int, typer.Option(min=0, max=366, help="Days ahead")] = 30,
    limit: Limit = 100,
) -> None:
    """The birthdays of the coming days, soonest first."""
    with context.obj.client() as client:
        context.obj.show_list(
            client.listed("birthdays", most=limit, within=within), BIRTHDAY_COLUMNS
        )
