"""Commands that load files, and commands for their jobs."""

from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from sprocketworks import output, parts
from sprocketworks import upload as uploads
from sprocketworks.app import Columns, Limit, OutputFile, app
from sprocketworks.client import (
    FAILED,
    INTERRUPTED,
    REJECTED,
    UNREACHABLE,
    USAGE,
    Client,
    CommandError,
    reaching,
)
from sprocketworks.files import Document

JOB_COLUMNS: Columns = {
    "id": itemgetter("id"),
    "table": itemgetter("table"),
    "status": itemgetter("status"),
    "progress": lambda job: f"{100 * job['progress']:.0f} %",
    "read": lambda job: job["rows"]["read"],
    "rejected": lambda job: job["rows"]["rejected"],
    "created": itemgetter("created_at"),
}


@app.command()
def upload(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="CSV; - for stdin")],
    table: Annotated[str, typer.Option("--table", "-t", help="Where their rows go")],
    dedupe: Annotated[bool, typer.Option(help="Skip rows of the same content")] = False,
    strict: Annotated[bool, typer.Option(help="Reject rows with a blank field")] = False,
    dry_run: Annotated[bool, typer.Option(help="Check everything, write nothing")] = False,
    first: Annotated[
        int | None, typer.Option("--rows", min=1, max=1000, help="The first records only")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Follow the jobs to their end")] = True,
    fail_on_rejects: Annotated[bool, typer.Option(help="Exit code 3 for rejected rows")] = False,
) -> None:
    """Load CSVs of any size, one after the other; run again after an interruption, it goes on."""
    chosen = {"dedupe": dedupe, "strict": strict, "dry_run": dry_run, "rows": first}
    body = {"table": table, "options": {name: value for name, value in chosen.items() if value}}
    if sum(str(file) == "-" for file in files) > 1:
        raise typer.BadParameter("what is piped can be loaded once: give one -")
    for file in files:
        if str(file) != "-":
            _expect_file(file)
    jobs: list[Document] = []
    try:
        with context.obj.client() as client:
            for file in files:
                with uploads.local_file(file) as local:
                    jobs.append(_loaded(client, local, body, wait=wait))
    finally:
        _print_jobs(context, jobs, several=len(files) > 1)
    if wait:
        _end(*jobs, fail_on_rejects=fail_on_rejects)
        return
    for job in jobs:
        output.say(f"follow it by `sprocketworks status {job['id']} --follow`")


def _expect_file(path: Path) -> None:
    if not path.exists():
        raise typer.BadParameter(f"{str(path)!r} does not exist")
    if path.is_dir():
        raise typer.BadParameter(f"{str(path)!r} is a directory")
    if not path.is_file():
        raise typer.BadParameter(f"{str(path)!r} is not a regular file: save it to one first")


def _loaded(client: Client, file: Path, body: dict[str, Any], *, wait: bool) -> Document:
    """The job of a file: ended, or as it is after the upload."""
    size = file.stat().st_size
    if not size:
        raise CommandError(USAGE, f"{file.name}: the file is empty")
    body = body | {"filename": uploads.name_of(file), "bytes": size}
    memory = uploads.Memory(client.api, file, body)
    job = uploads.job_for(client, file, body, memory)
    if wait:
        job = _followed(client, job["id"])
    memory.forget()  # given again, the file is loaded again
    return job if wait else client.document("GET", "ingestions", job["id"])


def _print_jobs(context: typer.Context, jobs: list[Document], *, several: bool) -> None:
    """One JSON document, or a table for each job."""
    if several and context.obj.json:
        output.show_json(jobs)
        return
    for job in jobs:
        _print_job(context, job)


def _followed(client: Client, job_id: str) -> Document:
    try:
        return uploads.follow(client, job_id)
    except KeyboardInterrupt:
        raise CommandError(
            INTERRUPTED,
            f"the ingestion goes on; follow it by `sprocketworks status {job_id} --follow`, "
            f"stop it by `sprocketworks cancel {job_id}`",
        ) from None


def _print_job(context: typer.Context, job: dict[str, Any]) -> None:
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


def _end(*jobs: Document, fail_on_rejects: bool = False) -> None:
    """End with the exit code of the worst job."""
    if any(job["status"] in {"failed", "cancelled"} for job in jobs):
        raise typer.Exit(FAILED)
    if fail_on_rejects and any(job["rows"]["rejected"] for job in jobs):
        raise typer.Exit(REJECTED)


@app.command()
def landing(context: typer.Context) -> None:
    """Load the files that wait in the bucket below landing/<table>/, as many as start at once."""
    with context.obj.client() as client:
        found = client.post("ingestions", body={"source": "landing"})
    context.obj.show_list(found["ingestions"], JOB_COLUMNS)
    if found["more"]:
        output.say("more files may wait: run it again when these are loaded")


@app.command()
def status(
    context: typer.Context,
    ingestion: Annotated[str | None, typer.Argument(help="Id; else the newest are listed")] = None,
    follow: Annotated[bool, typer.Option(help="Wait for its end")] = False,
    table: Annotated[str | None, typer.Option(help="Of this table")] = None,
    state: Annotated[str | None, typer.Option("--status", help="In this status")] = None,
    limit: Limit = 20,
) -> None:
    """The state of an ingestion, or the newest ones."""
    with context.obj.client() as client:
        if ingestion is not None:
            ingestion = uploads.full_id(client, ingestion)
            if follow:
                job = _followed(client, ingestion)
            else:
                job = client.document("GET", "ingestions", ingestion)
            _print_job(context, job)
            _end(job)
            return
        jobs = client.listed("ingestions", most=limit, table=table, status=state)
        context.obj.show_list(jobs, JOB_COLUMNS)


@app.command()
def cancel(context: typer.Context, ingestion: str) -> None:
    """Stop an ingestion; rows that are written stay."""
    with context.obj.client() as client:
        job = client.document("DELETE", "ingestions", uploads.full_id(client, ingestion))
    _print_job(context, job)


@app.command()
def retry(
    context: typer.Context,
    ingestion: str,
    wait: Annotated[bool, typer.Option(help="Follow it to its end")] = True,
) -> None:
    """Start a failed ingestion again; what is loaded is skipped."""
    with context.obj.client() as client:
        ingestion = uploads.full_id(client, ingestion)
        job = client.post("ingestions", ingestion, "retry", body={})
        if wait:
            job = _followed(client, ingestion)
    _print_job(context, job)
    _end(job)


@app.command()
def rejects(context: typer.Context, ingestion: str, into: OutputFile = None) -> None:
    """The rejected rows of an ingestion as CSV, each with its line and reason."""
    with context.obj.client() as client:
        ingestion = uploads.full_id(client, ingestion)
        url = client.get("ingestions", ingestion, "rejects").headers.get("location", "")
    # the URL is signed: the token stays with the API
    with (
        reaching("the bucket"),
        httpx.stream("GET", url, timeout=parts.UPLOAD_TIMEOUT) as response,
    ):
        if response.status_code != 200:
            raise CommandError(UNREACHABLE, f"the bucket responds with {response.status_code}")
        with output.writing(into) as file:
            for piece in response.iter_bytes():
                file.write(piece)
