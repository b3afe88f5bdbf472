"""The entry point of `sprocketworks`, and its sign-in."""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import Annotated

import typer
from typer.exceptions import TyperException

import sprocketworks.factories
import sprocketworks.ingestions
import sprocketworks.people
import sprocketworks.production
import sprocketworks.reading
import sprocketworks.rows
import sprocketworks.sprockets  # noqa: F401 - all of them register their commands
from sprocketworks import login, output
from sprocketworks.app import app
from sprocketworks.client import INTERRUPTED, UNREACHABLE, USAGE, CommandError
from sprocketworks.files import MissingField, reason


@app.command("login")
def log_in(
    context: typer.Context,
    client_id: Annotated[str | None, typer.Option(help="Of a program, instead of a person")] = None,
) -> None:
    """Sign in, in the browser; or as a program, with SPROCKETWORKS_CLIENT_SECRET."""
    api = context.obj.address()
    places = login.places_of(api)
    if client_id is None:
        token = login.in_browser(places)
    else:
        secret = os.environ.get("SPROCKETWORKS_CLIENT_SECRET") or typer.prompt(
            "Client secret", hide_input=True
        )
        token = login.by_secret(places, client_id, secret)
    login.keep(api, token)
    output.say("signed in")


def main() -> None:
    """The entry point: runs a command, and ends with its exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = _run()
    except BrokenPipeError:  # `| head` has read enough
        code = 1
    with suppress(OSError):
        _flush_or_drop()
    sys.exit(code)


def formats_first(arguments: list[str]) -> list[str]:
    """Move --json and --text, which may be anywhere, to where the parser expects them."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    formats = [each for each in arguments[:end] if each in {"--json", "--text"}]
    return formats + [n for i, n in enumerate(arguments) if i >= end or n not in formats]


def _run() -> int:
    try:
        code = app(formats_first(sys.argv[1:]), standalone_mode=False) or 0
        sys.stdout.flush()
    except CommandError as error:
        output.say(f"error: {error}")
        return error.code
    except MissingField as error:
        output.say(f"error: the response is not understood: {error}")
        return UNREACHABLE
    except TyperException as error:
        error.show()  # type: ignore[attr-defined]
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        output.say("\nnothing more is done")
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        output.say(f"error: {where}{reason(error)}")
        return USAGE
    return int(code)


def _flush_or_drop() -> None:
    """Leave nothing for the interpreter to flush at exit, which would end in a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
