"""Arguments that several commands have."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sprocketworks.client import USAGE, CommandError
from sprocketworks.files import Document, parse


def second(text: str) -> int:
    """A time, as Unix seconds or in ISO 8601."""
    if text.isascii() and text.isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            f"{text!r} is no time: give Unix seconds, or like 2026-01-31T12:00:00Z"
        ) from error


def time_of(seconds: object) -> object:
    """Unix seconds as people read them, in UTC."""
    try:
        moment = datetime.fromtimestamp(float(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return seconds
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def document_in(path: Path) -> Document:
    """The JSON object in a file, or in what is piped to `-`; CommandError."""
    try:
        return parse(sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes())
    except ValueError as error:
        raise CommandError(USAGE, f"{path} cannot be sent: {error}") from error


From = Annotated[
    int | None, typer.Option("--from", parser=second, metavar="TIME", help="Unix seconds, or ISO")
]
To = Annotated[
    int | None, typer.Option("--to", parser=second, metavar="TIME", help="Unix seconds, or ISO")
]
JsonFile = Annotated[Path, typer.Argument(help="A JSON document, - for stdin", allow_dash=True)]
