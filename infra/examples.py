"""The examples of the OpenAPI document: requests and responses from `events/`, and problems."""

import json
from pathlib import Path
from typing import Any

from infra.schemas import JsonObject
from shared.body import FORM, JSON
from shared.charts import SVG
from shared.problems import (
    Conflict,
    Invalid,
    Malformed,
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    Problem,
    StoreUnavailable,
    TooLarge,
    UnsupportedMediaType,
    fault_at,
)

EVENTS = Path(__file__).parent.parent / "events"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600"></svg>'
REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
_PROBLEMS: list[Problem] = [
    Malformed(
        "invalid query parameter: limit",
        [fault_at(("query", "limit"), "must be an integer from 1 to 100")],
    ),
    NotFound("there is no such resource"),
    NotAcceptable("this is available as application/json, text/csv"),
    Conflict("it is being written by other requests"),
    PreconditionFailed("it has changed since: read it again"),
    TooLarge("the body has 1000001 bytes, more than 1000000"),
    UnsupportedMediaType("the body must be application/json; its content type is text/plain"),
    Invalid("the body is not valid", [fault_at(("body", "name"), "Field required", "missing")]),
    Problem(),
    StoreUnavailable(),
]
# of API Gateway
_REFUSALS = {
    401: ("Unauthorized", "an access token with the scope sprocketworks/read is needed"),
    403: ("Forbidden", "the access token does not allow this"),
    429: ("Too Many Requests", "slow down and try again"),
}
_EXAMPLES: dict[int, JsonObject] = {
    int(problem.status): dict(problem.body(REQUEST_ID)) for problem in _PROBLEMS
} | {
    status: {**Problem(detail).body(REQUEST_ID), "title": title, "status": status}
    for status, (title, detail) in _REFUSALS.items()
}
TITLES: dict[int, str] = {status: example["title"] for status, example in _EXAMPLES.items()}


def of_problem(status: int) -> JsonObject:
    return _EXAMPLES[status]


def response_file(operation: str) -> Path:
    """Responses of an operation, by status and media type; tests write and check them."""
    return EVENTS / "responses" / f"{operation.replace('_', '-')}.json"


def of_request(operation: str, media_type: str) -> JsonObject:
    """The body of the operation's event as `example`; a test names operations without one."""
    event = _read(EVENTS / f"{operation.replace('_', '-')}.json")
    body = event and event["body"]
    if body is None:
        return {}
    if media_type == FORM:
        return {"example": {"file": body}}
    return {"example": json.loads(body) if media_type == JSON else body}


def of_response(operation: str, status: int, media_type: str) -> JsonObject:
    """What the operation responded in a test as `example`."""
    if media_type == SVG:
        return {"example": DRAWING}
    known = (_read(response_file(operation)) or {}).get(str(status), {})
    return {"example": known[media_type]} if media_type in known else {}


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else None
