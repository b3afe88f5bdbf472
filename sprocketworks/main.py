"""The commands of `sprocketworks`."""

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer
from typer.exceptions import TyperException

from sprocketworks import login, output
from sprocketworks import upload as uploads
from sprocketworks.client import (
    FAILED,
    INTERRUPTED,
    REFUSED,
    REJECTED,
    UNREACHABLE,
    Access,
    Client,
    CommandError,
    local_cloud,
)

HELP = f"""Loads files into Sprocketworks and reads its reports.

Exit codes: 0 done · {FAILED} the job failed or was cancelled · 2 wrong usage ·
{REJECTED} rows were rejected (with --fail-on-rejects) · {REFUSED} the API refused ·
{UNREACHABLE} the API is not reachable or failed · {INTERRUPTED} interrupted.
"""
app = typer.Typer(help=HELP, no_args_is_help=True, pretty_exceptions_enable=False)
REPORTS = ("hires-by-quarter", "departments-above-mean", "mean-hires", "experiments", "production")


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


@app.command()
def upload(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    table: Annotated[str, typer.Option("--table", "-t", help="Where its rows go")],
    dedupe: Annotated[bool, typer.Option(help="Skip rows of the same content")] = False,
    strict: Annotated[bool, typer.Option(help="Reject rows with a blank field")] = False,
    dry_run: Annotated[bool, typer.Option(help="Check everything, write nothing")] = False,
    wait: Annotated[bool, typer.Option(help="Follow the job to its end")] = True,
    fail_on_rejects: Annotated[bool, typer.Option(help="Exit code 3 for rejected rows")] = False,
) -> None:
    """Load a CSV of any size; run again after an interruption, it goes on."""
    if not file.stat().st_size:
        raise typer.BadParameter("the file is empty")
    chosen = {"dedupe": dedupe, "strict": strict, "dry_run": dry_run}
    options = {name: value for name, value in chosen.items() if value}
    body = {"table": table, "filename": file.name[-255:], "options": options}
    with context.obj.client() as client:
        memory = uploads.Memory(client.api, file, body)
        job = uploads.job_for(client, file, body, memory)
        if wait:
            job = _followed(client, job["id"])
            memory.forget()
    _tell(context, job)
    if not wait:
        output.messages.print(f"follow it by `sprocketworks status {job['id']} --follow`")
        return
    _end(job, fail_on_rejects=fail_on_rejects)


def _followed(client: Client, job_id: str) -> dict[str, Any]:
    try:
        return uploads.follow(client, job_id)
    except KeyboardInterrupt:
        raise CommandError(
            INTERRUPTED,
            f"the ingestion goes on; follow it by `sprocketworks status {job_id} --follow`, "
            f"stop it by `sprocketworks cancel {job_id}`",
        ) from None


def _tell(context: typer.Context, job: dict[str, Any]) -> None:
    if context.obj.json:
        output.show_json(job)
        return
    told = output.rows_of(job)
    if job["started_at"] and job["finished_at"]:
        started, finished = (
            datetime.fromisoformat(job[name]) for name in ("started_at", "finished_at")
        )
        seconds = max((finished - started).total_seconds(), 0.001)
        told += [("seconds", f"{seconds:.1f}"), ("rows/s", f"{job['rows']['read'] / seconds:,.0f}")]
    output.show_table(("ingestion", ""), told)
    if job["rows"]["rejected"] and job["finished_at"]:
        output.messages.print(f"the rejected rows: `sprocketworks rejects {job['id']}`")


def _end(job: dict[str, Any], *, fail_on_rejects: bool = False) -> None:
    if job["status"] in {"failed", "cancelled"}:
        raise typer.Exit(FAILED)
    if fail_on_rejects and job["rows"]["rejected"]:
        raise typer.Exit(REJECTED)


@app.command()
def status(
    context: typer.Context,
    ingestion: Annotated[str | None, typer.Argument(help="Id; else the newest are listed")] = None,
    follow: Annotated[bool, typer.Option(help="Wait for its end")] = False,
    table: Annotated[str | None, typer.Option(help="Of this table")] = None,
    state: Annotated[str | None, typer.Option("--status", help="In this status")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
) -> None:
    """Say how an ingestion is, or list the newest."""
    with context.obj.client() as client:
        if ingestion is not None:
            path = f"/ingestions/{ingestion}"
            job = _followed(client, ingestion) if follow else client.get(path).json()
            _tell(context, job)
            _end(job)
            return
        wanted = {"table": table, "status": state, "limit": limit}
        query = {name: value for name, value in wanted.items() if value is not None}
        jobs = client.get("/ingestions", params=query).json()["items"]
    if context.obj.json:
        output.show_json(jobs)
        return
    output.show_table(
        ("id", "table", "status", "progress", "read", "rejected", "created"),
        [
            (
                job["id"],
                job["table"],
                job["status"],
                f"{100 * job['progress']:.0f} %",
                job["rows"]["read"],
                job["rows"]["rejected"],
                job["created_at"],
            )
            for job in jobs
        ],
    )


@app.command()
def cancel(context: typer.Context, ingestion: str) -> None:
    """Stop an ingestion; rows that are written stay."""
    with context.obj.client() as client:
        job = client.request("DELETE", f"/ingestions/{ingestion}").json()
    _tell(context, job)


@app.command()
def retry(context: typer.Context, ingestion: str) -> None:
    """Start a failed ingestion again; what is loaded is skipped."""
    with context.obj.client() as client:
        client.post(f"/ingestions/{ingestion}/retry", {})
        job = _followed(client, ingestion)
    _tell(context, job)
    _end(job)


OutputFile = Annotated[
    Path | None, typer.Option("--output", "-o", dir_okay=False, help="Instead of stdout")
]


@app.command()
def rejects(context: typer.Context, ingestion: str, into: OutputFile = None) -> None:
    """The rejected rows of an ingestion as CSV, each with its line and reason."""
    with context.obj.client() as client:
        url = client.get(f"/ingestions/{ingestion}/rejects").headers["location"]
    # the URL is signed: the token stays with the API
    with httpx.stream("GET", url, timeout=uploads.TIMEOUT) as answer:
        if answer.status_code != 200:
            raise CommandError(UNREACHABLE, f"the bucket answered {answer.status_code}")
        if into is None:
            for piece in answer.iter_bytes():
                sys.stdout.buffer.write(piece)
            sys.stdout.flush()
            return
        with into.open("wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)


@app.command()
def tables(context: typer.Context) -> None:
    """The data sets, their columns and how many rows they have."""
    with context.obj.client() as client:
        found = client.get("/tables").json()["tables"]
    if context.obj.json:
        output.show_json(found)
        return

    def column(each: dict[str, Any]) -> str:
        return f"{each['name']}{'*' if each['required'] else ''} {each['type']}"

    output.show_table(
        ("table", "rows", "columns (* required)"),
        [(t["name"], t["rows"], ", ".join(map(column, t["columns"]))) for t in found],
    )


@app.command()
def report(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=", ".join(REPORTS))],
    year: Annotated[int | None, typer.Option(min=1, max=9999)] = None,
    since: Annotated[int | None, typer.Option("--from", help="Unix seconds")] = None,
    until: Annotated[int | None, typer.Option("--to", help="Unix seconds")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of JSON")] = False,
    as_svg: Annotated[bool, typer.Option("--svg", help="A drawing instead of JSON")] = False,
    into: OutputFile = None,
) -> None:
    """A report, as JSON, CSV or a drawing."""
    if name not in REPORTS:
        raise typer.BadParameter(f"there are {', '.join(REPORTS)}")
    if as_csv and as_svg:
        raise typer.BadParameter("--csv or --svg")
    wanted = {"year": year, "from": since, "to": until}
    query = {key: value for key, value in wanted.items() if value is not None}
    kind = "text/csv" if as_csv else "image/svg+xml" if as_svg else "application/json"
    with context.obj.client() as client:
        path = f"/reports/{name}"
        answer = client.get(path, params=query, headers={"Accept": kind})
        text = answer.text
        while kind == "application/json" and (cursor := answer.json().get("next")):
            # the pages of a list, one document each
            answer = client.get(path, params={**query, "cursor": cursor}, headers={"Accept": kind})
            text += "\n" + answer.text
    if into is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    else:
        into.write_text(text, "utf-8")


@app.command()
def hello(
    context: typer.Context,
    name: str,
    born: Annotated[str | None, typer.Option(help="Save this date of birth, YYYY-MM-DD")] = None,
    zone: Annotated[str | None, typer.Option("--tz", help="IANA time zone")] = None,
) -> None:
    """Greet somebody; with --born, save the birthday first."""
    path = f"/hello/{quote(name, safe='')}"
    with context.obj.client() as client:
        if born is not None:
            person = {"dateOfBirth": born} | ({"timeZone": zone} if zone else {})
            client.request("PUT", path, json=person)
        said = client.get(path, params={"tz": zone} if zone else {}).json()
    if context.obj.json:
        output.show_json(said)
    else:
        output.results.print(said["message"], markup=False)


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
