"""Uploading a file by the form of a job, and following the job to its end."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from sprocketworks.client import REFUSED, UNREACHABLE, Client, CommandError, state_folder
from sprocketworks.output import bar, messages

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

    def read(self) -> dict[str, Any] | None:
        """The job as it was made, with its form."""
        try:
            return dict(json.loads(self.path.read_text()))
        except (FileNotFoundError, ValueError):
            return None

    def write(self, job: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self.path.with_suffix(".new")
        new.touch(mode=0o600)  # the form lets anybody upload
        new.write_text(json.dumps(job))
        new.replace(self.path)

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)


def job_for(client: Client, file: Path, body: dict[str, Any], memory: Memory) -> dict[str, Any]:
    """The job of a file, whose upload is done: the one that is remembered, or a new one."""
    known = memory.read()
    if known:
        job = dict(client.get(f"/ingestions/{known['id']}").json())
        if job["status"] in {"planning", "running", "succeeded"}:
            messages.print(f"going on with ingestion {job['id']}")
            return job
        if job["status"] != "awaiting_upload" or _is_over(known):
            known = None
    made = known or dict(client.post("/ingestions", body).json())
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
            except httpx.TransportError as error:
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


def follow(client: Client, job_id: str) -> dict[str, Any]:
    """The job when it has ended, its progress being shown until then."""
    pause = FIRST_POLL
    with bar("loading", 1) as shown:
        while True:
            job = dict(client.get(f"/ingestions/{job_id}").json())
            rows = job["rows"]
            note = f"{rows['read']:,} rows, {rows['rejected']:,} rejected"
            if job["waiting_for"]:
                note = f"waits for {job['waiting_for']}"
            shown.reach(job["progress"], note)
            if job["status"] in ENDED and job["finished_at"]:
                return job
            time.sleep(pause)
            pause = min(1.5 * pause, LAST_POLL)
