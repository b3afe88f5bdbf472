"""Commands that load files, and that tell of it."""

import sys
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from sprocketworks import output
from sprocketworks import upload as uploads
from sprocketworks.app import OutputFile, app
from sprocketworks.client import (
    FAILED,
    INTERRUPTED,
    REJECTED,
    UNREACHABLE,
    Client,
    CommandError,
    reaching,
)
from sprocketworks.files import Document


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
    if not file.is_file():
        raise typer.BadParameter(f"{str(file)!r} is not a regular file: save it to one first")
    if not file.stat().st_size:
        raise typer.BadParameter("the file is empty")
    chosen = {"dedupe": dedupe, "strict": strict, "dry_run": dry_run}
    options = {name: value for name, value in chosen.items() if value}
    body = {"table": table, "filename": uploads.name_of(file), "options": options}
    with context.obj.client() as client:
        memory = uploads.Memory(client.api, file, body)
        job = uploads.job_for(client, file, body, memory)
        if wait:
            job = _followed(client, job["id"])
            memory.forget()
    _tell(context, job)
    if not wait:
        output.say(f"follow it by `sprocketworks status {job['id']} --follow`")
        return
    _end(job, fail_on_rejects=fail_on_rejects)


def _followed(client: Client, job_id: str) -> Document:
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
    described = output.rows_of(job)
    if job["started_at"] and job["finished_at"]:
        started, finished = (
            datetime.fromisoformat(job[name]) for name in ("started_at", "finished_at")
        )
        seconds = max((finished - started).total_seconds(), 0.001)
        speed = f"{job['rows']['read'] / seconds:,.0f}"
        described += [("seconds", f"{seconds:.1f}"), ("rows/s", speed)]
    output.show_table(("ingestion", ""), described)
    if job["rows"]["rejected"] and job["finished_at"]:
        output.say(f"the rejected rows: `sprocketworks rejects {job['id']}`")


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
            if follow:
                job = _followed(client, ingestion)
            else:
                job = client.document("GET", "ingestions", ingestion)
            _tell(context, job)
            _end(job)
            return
        wanted = {"table": table, "status": state, "limit": limit}
        query = {name: value for name, value in wanted.items() if value is not None}
        jobs = client.document("GET", "ingestions", params=query)["items"]
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
        job = client.document("DELETE", "ingestions", ingestion)
    _tell(context, job)


@app.command()
def retry(context: typer.Context, ingestion: str) -> None:
    """Start a failed ingestion again; what is loaded is skipped."""
    with context.obj.client() as client:
        client.post("ingestions", ingestion, "retry", body={})
        job = _followed(client, ingestion)
    _tell(context, job)
    _end(job)


@app.command()
def rejects(context: typer.Context, ingestion: str, into: OutputFile = None) -> None:
    """The rejected rows of an ingestion as CSV, each with its line and reason."""
    with context.obj.client() as client:
        url = client.get("ingestions", ingestion, "rejects").headers.get("location", "")
    # the URL is signed: the token stays with the API
    with reaching("the bucket"), httpx.stream("GET", url, timeout=uploads.TIMEOUT) as response:
        if response.status_code != 200:
            raise CommandError(UNREACHABLE, f"the bucket answers {response.status_code}")
        with into.open("wb") if into else nullcontext(sys.stdout.buffer) as file:
            for piece in response.iter_bytes():
                file.write(piece)
