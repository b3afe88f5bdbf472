"""The command line as a whole: its options, and what all commands share."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
import typer

from sprocketworks import login
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

HELP = f"""Loads files into Sprocketworks and reads its reports.

Exit codes: 0 done · {FAILED} the job failed or was cancelled ·
{USAGE} wrong usage, or a file that cannot be read or written ·
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

    def address(self) -> str:
        return self._access().api

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
