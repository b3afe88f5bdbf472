"""Failures as RFC 9457 problems, one exception for each status."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import NotRequired, TypedDict

PROBLEM_JSON = "application/problem+json"
# RFC 9110's; those of http differ between versions of Python
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
# A problem stays small whatever was sent: some hundred times a text of the client's
MOST_ERRORS = 100
LONGEST_MESSAGE = 500  # characters


class Fault(TypedDict):
    """One thing wrong with the input: where, what, and its kind."""

    loc: list[str | int]
    msg: str
    type: str


def fault_at(loc: Sequence[str | int], message: str, kind: str = "value_error") -> Fault:
    """A fault of the input: `loc` is its path, such as `("body", "rows", 3, "id")`."""
    return {"loc": list(loc), "msg": message, "type": kind}


class ProblemBody(TypedDict):
    """RFC 9457 section 3, `instance` being the request id."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    # the first MOST_ERRORS, and how many there are in all
    errors: NotRequired[list[Fault]]
    error_count: NotRequired[int]


class Problem(Exception):
    """Base of the failures that are reported to the client."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(
        self,
        detail: str = "the request failed; please report its id",
        errors: Sequence[Fault] = (),
        *,
        count: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """`count` is the number of all errors where `errors` has only some of them."""
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}
        self.errors = errors
        self.count = len(errors) if count is None else count

    def body(self, request_id: str) -> ProblemBody:
        status = int(self.status)
        problem: ProblemBody = {
            "type": "about:blank",
            "title": _TITLES.get(status) or HTTPStatus(status).phrase,
            "status": status,
            "detail": _clipped(self.detail),
            "instance": request_id,
        }
        if self.errors:
            problem["errors"] = [_bounded(fault) for fault in self.errors[:MOST_ERRORS]]
            problem["error_count"] = self.count
            if self.count > MOST_ERRORS:
                problem["detail"] += f"; the first {MOST_ERRORS} of {self.count} errors are listed"
        return problem


def _bounded(fault: Fault) -> Fault:
    loc = [_clipped(part) if isinstance(part, str) else part for part in fault["loc"]]
    return fault_at(loc, _clipped(fault["msg"]), fault["type"])


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"


class Malformed(Problem):
    """400: a request that cannot be read: broken JSON, a damaged cursor, a bad parameter."""

    status = HTTPStatus.BAD_REQUEST


class MalformedBody(Malformed):
    """400: a body that is no JSON, or no form."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, [fault_at(("body",), detail, "malformed")])


class NotFound(Problem):
    status = HTTPStatus.NOT_FOUND


class MethodNotAllowed(Problem):
    """405, with the methods that are allowed."""

    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, allowed: list[str]) -> None:
        methods = ", ".join(sorted({*allowed, "HEAD"} if "GET" in allowed else allowed))
        super().__init__(f"the methods of this resource are {methods}", headers={"Allow": methods})


class NotAcceptable(Problem):
    """406: none of the media types that the client accepts is available."""

    status = HTTPStatus.NOT_ACCEPTABLE


class Conflict(Problem):
    status = HTTPStatus.CONFLICT


class PreconditionFailed(Problem):
    """412: the state is not one of the request's `If-Match`."""

    status = HTTPStatus.PRECONDITION_FAILED


class TooLarge(Problem):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(Problem):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class Invalid(Problem):
    """422: well-formed, but not valid; `errors` names what is wrong."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class StoreUnavailable(Problem):
    """503: the store did not respond in time, or throttled; safe to try again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str = "the store is not available, try again") -> None:
        super().__init__(detail, headers={"Retry-After": "5"})


class ResponseTooLarge(Problem):
    """500: what was asked for is more than Lambda returns; the same request fails again."""

    def __init__(self) -> None:
        super().__init__(
            "the response is larger than 6 MB: ask for less, by `limit`, `from` or `to`"
        )
