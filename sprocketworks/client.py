"""The API over HTTP: where it is, what is sent with each request, what is tried again."""

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

FAILED, REJECTED, REFUSED, UNREACHABLE, INTERRUPTED = 1, 3, 4, 5, 130  # exit codes
ATTEMPTS = 5
PASSING = {429, 502, 503, 504}
TIMEOUT = httpx.Timeout(35, connect=5)  # API Gateway gives up after 29 s


class CommandError(Exception):
    """Ends the command: what to say, a line each, and its exit code."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.code = code


@dataclass(frozen=True)
class Access:
    """Where the API is, and the headers that open it."""

    api: str
    headers: dict[str, str]


def local_cloud() -> dict[str, Any]:
    """What the nearest .local/cloud.json upwards says, nothing where there is none."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        path = folder / ".local" / "cloud.json"
        if path.is_file():
            found = json.loads(path.read_text())
            return dict(found)
    return {}


def state_folder() -> Path:
    """Where the client keeps what it must remember (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "sprocketworks"


class Client:
    """Requests to the API; CommandError for what it refuses, or where it is not there."""

    def __init__(self, access: Access) -> None:
        self.api = access.api.rstrip("/")
        self._http = httpx.Client(headers=access.headers, timeout=TIMEOUT)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, body: object) -> httpx.Response:
        # sent again, it is done once
        headers = {"Idempotency-Key": uuid4().hex}
        return self.request("POST", path, json=body, headers=headers)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer, when the API has done what was asked."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._http.request(method, self.api + path, **options)
            except httpx.TransportError as error:
                if attempt == ATTEMPTS:
                    raise CommandError(
                        UNREACHABLE, f"{self.api} is not reachable: {error}"
                    ) from error
                pause = 0.0
            else:
                if answer.status_code not in PASSING or attempt == ATTEMPTS:
                    return _expect_success(answer)
                told = answer.headers.get("retry-after", "")
                pause = min(float(told), 30) if told.isdecimal() else 0.0
            time.sleep(max(pause, random.uniform(0, 0.2 * 2**attempt)))  # noqa: S311 - jitter
        raise AssertionError("unreachable")

    def items(self, path: str, name: str = "items", **query: Any) -> Iterator[dict[str, Any]]:
        """All items of a list, page after page."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, params=query | cursor).json()
            yield from page[name]
            if not page.get("next"):
                return
            cursor = {"cursor": page["next"]}


def _expect_success(answer: httpx.Response) -> httpx.Response:
    if answer.status_code < 400:
        return answer
    code = UNREACHABLE if answer.status_code >= 500 else REFUSED
    try:
        problem = answer.json()
    except ValueError:
        raise CommandError(code, f"{answer.status_code} {answer.reason_phrase}") from None
    detail = problem.get("detail") or problem.get("message") or answer.reason_phrase
    faults = [
        f"  {'.'.join(map(str, fault['loc']))}: {fault['msg']}"
        for fault in problem.get("errors", [])
    ]
    raise CommandError(code, f"{answer.status_code} {detail}", *faults)
