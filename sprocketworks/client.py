"""The API over HTTP: where it is, what is sent with each request, what is tried again."""

import json
import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx

from sprocketworks.files import Document, parse, read_object, reason

FAILED, USAGE, REJECTED, REFUSED, UNREACHABLE, INTERRUPTED = 1, 2, 3, 4, 5, 130  # exit codes
REQUEST_ATTEMPTS = 5
LONGEST_PAGE = 100
NOT_TEXT = "an argument is not text in UTF-8"
PASSING = {429, 502, 503, 504}
REQUEST_TIMEOUT = httpx.Timeout(35, connect=5)  # API Gateway gives up after 29 s


SIGN_IN = "sign in by `sprocketworks login`; on the local cloud `make up` gets a new token"


class CommandError(Exception):
    """Ends the command: its exit code, and the lines that explain it."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.code = code


class MissingError(CommandError):
    """The API has nothing of that name or id."""


@dataclass(frozen=True)
class Access:
    """Where the API is, and the headers that open it."""

    api: str
    headers: dict[str, str]


def local_cloud() -> Access | None:
    """The API of the nearest .local/cloud.json upwards."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        path = folder / ".local" / "cloud.json"
        if path.is_file():
            match read_object(path):
                case {"api": str(api), "headers": dict(headers)}:
                    return Access(api, {name: str(value) for name, value in headers.items()})
            return None
    return None


def check_address(api: str) -> None:
    """ValueError unless it is the base of an HTTP API."""
    parts = urlsplit(api)
    httpx.URL(api)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it must be like https://example.com/v1")
    if parts.port == 0 or parts.query or parts.fragment or re.search(r"[\s\x00-\x1f]", api):
        raise ValueError("it must be like https://example.com/v1, without a query")


def path_of(*segments: str) -> str:
    """A path of the API, in which each segment is only itself.

    Slashes and dots are refused, not quoted: programs between here and the API may unquote a path
    before they resolve its `..`.
    """
    for segment in segments:
        if segment in {"", ".", ".."} or re.search(r"[/\\\x00-\x1f\x7f\ud800-\udfff]", segment):
            raise CommandError(USAGE, f"{segment!r} cannot be a name or an id")
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


@contextmanager
def reaching(place: str) -> Iterator[None]:
    """Within it, a failure of the HTTP client ends the command."""
    try:
        yield
    except UnicodeError as error:
        raise CommandError(USAGE, NOT_TEXT) from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise CommandError(UNREACHABLE, f"{place} is not reachable: {reason(error)}") from error


class Client:
    """Requests to the API; CommandError for what it refuses, or where it is not there."""

    def __init__(self, access: Access) -> None:
        self.api = access.api.rstrip("/")
        with reaching(self.api):
            self._http = httpx.Client(headers=access.headers, timeout=REQUEST_TIMEOUT)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, *segments: str, **options: Any) -> httpx.Response:
        return self.request("GET", *segments, **options)

    def post(self, *segments: str, body: object) -> Document:
        # sent again, it is done once
        headers = {"Idempotency-Key": uuid4().hex}
        return self.document("POST", *segments, json=body, headers=headers)

    def listed(
        self, *segments: str, most: int | None = None, **query: object
    ) -> Iterator[Document]:
        """The items on all pages of a list, or the first `most` of them."""
        wanted = {name: value for name, value in query.items() if value is not None}
        count, cursor = 0, None
        while most is None or count < most:
            size = LONGEST_PAGE if most is None else min(LONGEST_PAGE, most - count)
            turn = {"limit": size} | ({"cursor": cursor} if cursor else {})
            page = self.document("GET", *segments, params=wanted | turn)
            yield from page["items"]
            count += len(page["items"])
            cursor = page["next"]
            if not cursor:
                return

    def change(self, *segments: str, fields: Mapping[str, object]) -> Document:
        """Change some fields of what is stored; refused if it was changed since it was read."""
        found = self.get(*segments)
        kept = {name: value for name, value in document_of(found).items() if name != "id"}
        headers = {"If-Match": found.headers.get("etag", "*")}
        return self.document("PUT", *segments, json=kept | dict(fields), headers=headers)

    def document(self, method: str, *segments: str, **options: Any) -> Document:
        """The JSON object of the response."""
        return document_of(self.request(method, *segments, **options))

    def request(self, method: str, *segments: str, **options: Any) -> httpx.Response:
        """The response, when the API has done what was asked."""
        url = self.api + path_of(*segments)
        if "json" in options:
            options["content"] = _body(options.pop("json"))
            options["headers"] = {**options.get("headers", {}), "Content-Type": "application/json"}
        for attempt in range(1, REQUEST_ATTEMPTS + 1):
            try:
                with reaching(self.api):
                    response = self._http.request(method, url, **options)
            except CommandError as error:
                if attempt == REQUEST_ATTEMPTS or not isinstance(
                    error.__cause__, httpx.TransportError
                ):
                    raise
                pause = 0.0
            else:
                if response.status_code not in PASSING or attempt == REQUEST_ATTEMPTS:
                    return _expect_success(response)
                wanted = response.headers.get("retry-after", "")
                pause = min(float(wanted), 30) if wanted.isdecimal() else 0.0
            time.sleep(max(pause, random.uniform(0, 0.2 * 2**attempt)))  # noqa: S311 - jitter
        raise AssertionError("unreachable")


def _body(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeError as error:
        raise CommandError(USAGE, NOT_TEXT) from error
    except ValueError as error:
        raise CommandError(USAGE, "a number that is not finite cannot be sent") from error


def document_of(response: httpx.Response) -> Document:
    """The JSON object in a response; CommandError where another program responds."""
    try:
        return parse(response.content)
    except ValueError as error:
        raise CommandError(
            UNREACHABLE,
            f"{response.url} responds with {response.status_code}, but {reason(error)}: "
            "is it the API of Sprocketworks?",
        ) from error


def _expect_success(response: httpx.Response) -> httpx.Response:
    if response.status_code < 400:
        return response
    code = UNREACHABLE if response.status_code >= 500 else REFUSED
    try:
        problem = parse(response.content)
    except ValueError:
        problem = Document()
    detail = problem.get("detail") or problem.get("message")
    if not detail:
        detail = f"{response.reason_phrase} from {response.url}: is it the API of Sprocketworks?"
    advice = [SIGN_IN] if response.status_code == 401 else []
    kind = MissingError if response.status_code == 404 else CommandError
    raise kind(code, f"{response.status_code} {detail}", *_faults(problem), *advice)


def _faults(problem: Document) -> Iterator[str]:
    listed = problem.get("errors")
    for fault in listed if isinstance(listed, list) else ():
        match fault:
            case {"loc": [*where], "msg": message}:
                yield f"  {'.'.join(map(str, where))}: {message}"
