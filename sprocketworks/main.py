"""The entry point of `sprocketworks`, and its sign-in."""

import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

import sprocketworks.ingestions
import sprocketworks.reading  # noqa: F401 - both register their commands
from sprocketworks import login, output
from sprocketworks.app import app
from sprocketworks.client import INTERRUPTED, CommandError, local_cloud


@app.command("login")
def log_in(
    context: typer.Context,
    client_id: Annotated[str | None, typer.Option(help="Of a program, instead of a person")] = None,
) -> None:
    """Sign in, in the browser; or as a program, with SPROCKETWORKS_CLIENT_SECRET."""
    api = context.obj.address(local_cloud())
    places = login.places_of(api)
    if client_id is None:
        token = login.in_browser(places)
    else:
        secret = os.environ.get("SPROCKETWORKS_CLIENT_SECRET") or typer.prompt(
            "Client secret", hide_input=True
        )
        token = login.by_secret(places, client_id, secret)
    login.keep(api, token)
    output.messages.print("signed in")


def main() -> None:
    """The entry point: runs a command, and ends with its exit code."""
    try:
        code = app(standalone_mode=False)
    except CommandError as error:
        output.messages.print(f"error: {error}", markup=False)
        code = error.code
    except TyperException as error:
        error.show()  # type: ignore[attr-defined]
        code = 2
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    sys.exit(code or 0)
