"""Uploading a file to a job, and following the job to its end."""

import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sprocketworks import parts
from sprocketworks.client import INTERRUPTED, REFUSED, USAGE, Client, CommandError, MissingError
from sprocketworks.files import Document, read_object, reason, state_folder, write_private
from sprocketworks.output import bar, say

RECENT = 1000  # jobs among which a shortened id is looked for
FIRST_POLL, LAST_POLL = 0.1, 2.0  # seconds between two looks at a job
ENDED = ("succeeded", "failed", "cancelled")


class Memory:
    """Which job a file is uploaded to, so that a command that is run again goes on with it."""

    def __init__(self, api: str, file: Path, body: dict[str, Any]) -> None:
        found = file.stat()
        of = [api, str(file.resolve()), found.st_size, found.st_mtime_ns, body]
        name = hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:32]
        self.path = state_folder() / f"{name}.json"

    def read(self) -> Document | None:
        """The job as it was made, with its addresses and the parts that are stored."""
        found = read_object(self.path)
        match found:
            case {"id": str(), "upload": {"parts": [*_]}, "expires_at": str()}:
                return found
        return None  # there is none, or one of an earlier version, which knew no parts

    def write(self, job: dict[str, Any]) -> None:
        try:
            write_private(self.path, job)  # whoever has the addresses may upload
        except OSError as error:
            say(f"an interrupted upload will start anew: {self.path}: {reason(error)}")

    def forget(self) -> None:
        with suppress(OSError):
            self.path.unlink()


def name_of(file: Path) -> str:
    """The name of a file as text, whatever its bytes."""
    return os.fsencode(file.name).decode("utf-8", "replace")[-255:]


def job_for(client: Client, file: Path, body: dict[str, Any], memory: Memory) -> Document:
    """The job of a file, whose upload is done: the one that is remembered, or a new one."""
    known = memory.read()
    job = _job_now(client, known) if known else None
    if job and job["status"] in {"planning", "running", "succeeded"}:
        say(f"going on with ingestion {job['id']}")
        return job
    if known and job and job["status"] == "awaiting_upload" and not _is_over(known):
        made = known
    else:
        made = client.post("ingestions", body=body)
    memory.write(made)
    try:
        parts.send(file, made, memory.write)
    except KeyboardInterrupt:
        raise CommandError(
            INTERRUPTED,
            f"{name_of(file)} is not sent whole: run the command again to go on with it, or "
            f"`sprocketworks cancel {made['id']}` to delete what is stored",
        ) from None
    except CommandError as error:
        if error.code == REFUSED:  # run again, it is a new upload
            memory.forget()
        raise
    return made


def _job_now(client: Client, known: Document) -> Document | None:
    """The job that is remembered, unless the API has no record of it any more."""
    try:
        return client.document("GET", "ingestions", known["id"])
    except MissingError:
        return None


def _is_over(made: dict[str, Any]) -> bool:
    return datetime.fromisoformat(made["expires_at"]) <= datetime.now(UTC)


@contextmanager
def local_file(given: Path) -> Iterator[Path]:
    """The file itself; for `-`, what is piped, as a file of its own meanwhile."""
    if str(given) != "-":
        yield given
        return
    with TemporaryDirectory() as folder:
        spooled = Path(folder) / "stdin.csv"
        with spooled.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield spooled


def full_id(client: Client, given: str) -> str:
    """The id of the recent job that begins like this, or what was given; CommandError."""
    if not re.fullmatch(r"[0-9a-f]{4,23}", given):
        return given
    jobs = client.listed("ingestions", most=RECENT)
    found = [str(job["id"]) for job in jobs if str(job["id"]).startswith(given)]
    if len(found) > 1:
        raise CommandError(USAGE, f"several ids begin with {given}: {', '.join(found[:10])}")
    return found[0] if found else given


def follow(client: Client, job_id: str) -> Document:
    """The job when it has ended; prints its progress until then."""
    pause = FIRST_POLL
    with bar("loading", 1) as progress:
        while True:
            job = client.document("GET", "ingestions", job_id)
            rows = job["rows"]
            note = f"{rows['read']:,} rows, {rows['rejected']:,} rejected"
            if job["waiting_for"]:
                note = f"waits for {job['waiting_for']}"
            progress.reach(job["progress"], note)
            if job["status"] in ENDED and job["finished_at"]:
                return job
            time.sleep(pause)
            pause = min(1.5 * pause, LAST_POLL)
