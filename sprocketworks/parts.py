"""Sending a file to S3 in parts, each to its own address; what is stored is not sent again."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from sprocketworks.client import REFUSED, UNREACHABLE, CommandError
from sprocketworks.files import reason
from sprocketworks.output import bar

# S3 may take long to join the parts
UPLOAD_TIMEOUT = httpx.Timeout(300, connect=5)
ATTEMPTS = 5  # of each request
PIECE = 65_536  # bytes
PASSING = {408, 429}  # and those from 500
Reach = Callable[[float], None]


class _UploadEndedError(Exception):
    """S3 takes no more of the file: the job was cancelled, or a response was lost."""


def send(file: Path, made: dict[str, Any], remember: Callable[[dict[str, Any]], None]) -> None:
    """Send what is not stored of a job's file, and have S3 join it; CommandError.

    `remember` is called with the job after each part that is stored. The status of the job is the
    outcome.
    """
    upload = made["upload"]
    stored = made.setdefault("stored", {})  # entity tags by the number of the part
    start, before = 0, _version(file)
    with (
        bar("upload", file.stat().st_size, sizes=True) as progress,
        httpx.Client(timeout=UPLOAD_TIMEOUT) as bucket,
    ):
        try:
            for part in upload["parts"]:
                if str(part["number"]) not in stored:
                    stored[str(part["number"])] = _put(bucket, file, part, start, progress.reach)
                    remember(made)
                start += part["bytes"]
                progress.reach(start)
            if _version(file) != before:
                raise CommandError(REFUSED, f"{file.name} has changed while it was sent: run again")
            _complete(bucket, upload, stored)
        except _UploadEndedError:
            return


def _version(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns


def _put(bucket: httpx.Client, file: Path, part: dict[str, Any], start: int, reach: Reach) -> str:
    """The entity tag of a part that is stored."""
    length = {"Content-Length": str(part["bytes"])}
    response = _persistently(
        lambda: bucket.put(
            part["url"], content=_pieces(file, start, part["bytes"], reach), headers=length
        )
    )
    return str(response.headers.get("etag", ""))


def _pieces(file: Path, start: int, size: int, reach: Reach) -> Iterator[bytes]:
    with file.open("rb") as opened:
        opened.seek(start)
        end = start + size
        while piece := opened.read(min(PIECE, end - start)):
            yield piece
            start += len(piece)
            reach(start)


def _complete(bucket: httpx.Client, upload: dict[str, Any], stored: dict[str, str]) -> None:
    listed = "".join(
        f"<Part><PartNumber>{part['number']}</PartNumber>"
        f"<ETag>{stored[str(part['number'])]}</ETag></Part>"
        for part in upload["parts"]
    )
    document = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>"
    _persistently(lambda: bucket.post(upload["complete_url"], content=document))


def _persistently(request: Callable[[], httpx.Response]) -> httpx.Response:
    """The response of a request that S3 has done; CommandError."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(2.0 ** (attempt - 1))
        try:
            response = request()
        except httpx.TransportError as error:
            why = reason(error)
            continue
        except httpx.InvalidURL as error:
            raise CommandError(UNREACHABLE, f"the upload has no address: {error}") from error
        found = re.search(r"<Error>.*?<Code>(\w+)</Code>", response.text, re.DOTALL)
        code = found[1] if found else ""
        why = f"{response.status_code} {code}".rstrip()
        if response.is_success and not code:
            return response
        if code == "NoSuchUpload":
            raise _UploadEndedError
        # S3 responds with a 200 before it has joined the parts
        passing = response.is_success or response.is_server_error
        if not passing and response.status_code not in PASSING and code != "RequestTimeout":
            raise CommandError(REFUSED, f"the upload was refused: {why}", response.text[:500])
    raise CommandError(UNREACHABLE, f"the upload broke off: {why}; run the command again")
