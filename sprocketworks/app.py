"""The command line as a whole: its options, and what all commands share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from sprocketworks import login
from sprocketworks.client import (
    FAILED,
    INTERRUPTED,
    REFUSED,
    REJECTED,
    UNREACHABLE,
    Access,
    Client,
    local_cloud,
)

HELP = f"""Loads files into Sprocketworks and reads its reports.

Exit codes: 0 done · {FAILED} the job failed or was cancelled · 2 wrong usage ·
{REJECTED} rows were rejected (with --fail-on-rejects) · {REFUSED} the API refused ·
{UNREACHABLE} the API is not reachable or failed · {INTERRUPTED} interrupted.
"""
app = typer.Typer(help=HELP, no_args_is_help=True, pretty_exceptions_enable=False)
OutputFile = Annotated[
    Path | None, typer.Option("--output", "-o", dir_okay=False, help="Instead of stdout")
]


@dataclass(frozen=True)
class Common:
    """The options that all commands have."""

    api: str | None
    token: str | None
    json: bool

    def address(self, found: dict[str, Any]) -> str:
        api = self.api or found.get("api")
        if not api:
            raise typer.BadParameter("no API: give --api, or start the local cloud by `make up`")
        return str(api)

    def client(self) -> Client:
        found = local_cloud()
        api = self.address(found)
        token = self.token or login.kept_token(api)
        if token:
            headers = {"Authorization": f"Bearer {token}"}
        else:
            headers = found.get("headers", {}) if api == found.get("api") else {}
        return Client(Access(api, headers))


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
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False,
) -> None:
    context.obj = Common(api, token, as_json)
