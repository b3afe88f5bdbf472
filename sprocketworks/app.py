"""The command line as a whole: its options, and what all commands share."""

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from typing import Annotated

import httpx
import typer

from sprocketworks import login, output
from sprocketworks.client import (
    FAILED,
    INTERRUPTED,
    REFUSED,
    REJECTED,
    UNREACHABLE,
    USAGE,
    Access,
    Client,
    check_address,
    local_cloud,
)
from sprocketworks.files import Document, MissingField

HELP = f"""The back office of Sprocketworks: loads files, reads and changes what is stored.

Results are tables on a terminal, and one JSON document when they are piped or with --json.
Exit codes: 0 done · {FAILED} the job failed or was cancelled ·
{USAGE} wrong usage, or a file that cannot be read or written ·
{REJECTED} rows were rejected (with --fail-on-rejects) · {REFUSED} the API refused ·
{UNREACHABLE} the API is not reachable or failed · {INTERRUPTED} interrupted.
"""


def commands(about: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(
        help=about,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


app = commands(HELP)
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many")]
OutputFile = Annotated[
    Path | None, typer.Option("--output", "-o", dir_okay=False, help="Instead of stdout")
]


Columns = dict[str, Callable[[Document], object]]


@dataclass(frozen=True)
class Common:
    """The options that all commands have."""

    api: str | None
    token: str | None
    json: bool

    def address(self) -> str:
        return self._access().api

    def show(self, found: Document) -> None:
        """Print an object, or JSON: a line per field, and its lists of objects as tables."""
        if self.json:
            output.show_json(found)
            return
        lists = {name: value for name, value in found.items() if _has_objects(value)}
        fields = ((n, output.cell(value)) for n, value in found.items() if n not in lists)
        output.show_table(("field", "value"), fields)
        for rows in lists.values():
            output.results.print()
            self.show_list(rows, {name: itemgetter(name) for name in rows[0]})

    def show_list(self, found: Iterable[Document], columns: Columns) -> None:
        """Print objects: a table with a column for each of the functions, or JSON."""
        listed = list(found)
        if not all(isinstance(each, Document) for each in listed):
            raise MissingField("a list has what is not an object")
        if self.json:
            output.show_json(listed)
        else:
            rows = ([output.cell(value(each)) for value in columns.values()] for each in listed)
            output.show_table(tuple(columns), rows)

    def client(self) -> Client:
        access = self._access()
        token = self.token or login.kept_token(access.api)
        if token:
            if not re.fullmatch(r"[!-~]+", token):
                raise typer.BadParameter("the token has characters that no token has")
            access = Access(access.api, {"Authorization": f"Bearer {token}"})
        return Client(access)

    def _access(self) -> Access:
        found = local_cloud()
        if not found and not self.api:
            raise typer.BadParameter("no API: give --api, or start the local cloud by `make up`")
        # the headers of the local cloud are for its own address only
        access = (
            found if found and self.api in {None, "", found.api} else Access(self.api or "", {})
        )
        try:
            check_address(access.api)
        except (ValueError, httpx.InvalidURL) as error:
            raise typer.BadParameter(f"{access.api!r} is no address of an API: {error}") from error
        return access


def _has_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(n, Document) for n in value)


def print_version(wanted: bool) -> None:
    if wanted:
        output.results.print(f"sprocketworks {version('sprocketworks')}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    api: Annotated[
        str | None,
        typer.Option(envvar="SPROCKETWORKS_API", help="Base URL; else that of .local/cloud.json"),
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="SPROCKETWORKS_TOKEN", help="Access token")
    ] = None,
    as_json: Annotated[
        bool | None,
        typer.Option("--json/--text", help="JSON or tables, wherever it is in the command"),
    ] = None,
    _: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="Print the version"),
    ] = False,
) -> None:
    context.obj = Common(api, token, not sys.stdout.isatty() if as_json is None else as_json)
