"""Uploading a file by the form of a job, and following the job to its end."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from sprocketworks.client import REFUSED, UNREACHABLE, Client, CommandError
from sprocketworks.files import Document, read_object, reason, state_folder, write_private
from sprocketworks.output import bar, say

PIECE = 1_048_576  # bytes
FIRST_POLL, LAST_POLL = 0.1, 2.0  # seconds between two looks at a job
ENDED = ("succeeded", "failed", "cancelled")
# S3 may take long to answer the end of a large upload
TIMEOUT = httpx.Timeout(300, connect=5)
UPLOAD_ATTEMPTS = 3


class Memory:
    """Which job a file is uploaded to, so that a command that is run again goes on with it."""

    def __init__(self, api: str, file: Path, body: dict[str, Any]) -> None:
        found = file.stat()
        of = [api, str(file.resolve()), found.st_size, found.st_mtime_ns, body]
        name = hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:32]
        self.path = state_folder() / f"{name}.json"

    def read(self) -> Document | None:
        """The job as it was made, with its form."""
        found = read_object(self.path)
        return found if {"id", "upload", "expires_at"} <= found.keys() else None

    def write(self, job: dict[str, Any]) -> None:
        try:
            write_private(self.path, job)  # the form lets anybody upload
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
    if known:
        job = client.document("GET", "ingestions", known["id"])
        if job["status"] in {"planning", "running", "succeeded"}:
            say(f"going on with ingestion {job['id']}")
            return job
        if job["status"] != "awaiting_upload" or _is_over(known):
            known = None
    made = known or client.post("ingestions", body=body)
    memory.write(made)
    _send(file, made["upload"])
    return made


def _is_over(made: dict[str, Any]) -> bool:
    return datetime.fromisoformat(made["expires_at"]) <= datetime.now(UTC)


def _send(file: Path, form: dict[str, Any]) -> None:
    """POST the file by the form; S3 wants its length beforehand, so the body is made here."""
    boundary = uuid4().hex
    head = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form["fields"].items()
    )
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    size = file.stat().st_size
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(head) + size + len(tail)),
    }
    with bar("upload", size, sizes=True) as shown:
        for attempt in range(1, UPLOAD_ATTEMPTS + 1):
            body = _body(file, head, tail, shown.reach)
            try:
                answer = httpx.post(form["url"], content=body, headers=headers, timeout=TIMEOUT)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                if attempt == UPLOAD_ATTEMPTS:
                    raise CommandError(
                        UNREACHABLE, f"the upload broke off: {error}; run the command again"
                    ) from error
            else:
                if answer.status_code < 300:
                    return
                if answer.status_code < 500 or attempt == UPLOAD_ATTEMPTS:
                    code = UNREACHABLE if answer.status_code >= 500 else REFUSED
                    raise CommandError(
                        code, f"the upload was refused: {answer.status_code}", answer.text[:500]
                    )
            time.sleep(attempt)


def _body(file: Path, head: bytes, tail: bytes, reach: Callable[[float], None]) -> Iterator[bytes]:
    yield head
    done = 0
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece
            done += len(piece)
            reach(done)
    yield tail


def follow(client: Client, job_id: str) -> Document:
    """The job when it has ended, its progress being shown until then."""
    pause = FIRST_POLL
    with bar("loading", 1) as shown:
        while True:
            job = client.document("GET", "ingestions", job_id)
            rows = job["rows"]
            note = f"{rows['read']:,} rows, {rows['rejected']:,} rejected"
            if job["waiting_for"]:
                note = f"waits for {job['waiting_for']}"
            shown.reach(job["progress"], note)
            if job["status"] in ENDED and job["finished_at"]:
                return job
            time.sleep(pause)
            pause = min(1.5 * pause, LAST_POLL)
