"""Failures that have an answer of their own: RFC 9457 problems, one exception for each status."""

from http import HTTPStatus
from typing import NotRequired, TypedDict

PROBLEM_JSON = "application/problem+json"
# RFC 9110's; those of http differ between versions of Python
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}


class Fault(TypedDict):
    """One thing wrong with the input: where, what, and its kind."""

    loc: list[str | int]
    msg: str
    type: str


class ProblemBody(TypedDict):
    """RFC 9457 section 3, `instance` being the request id."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[Fault]]


class Problem(Exception):
    """Base of the failures that a client is told about."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(
        self,
        detail: str = "the request failed; its id tells us why",
        *,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}
        self.errors: list[Fault] = []

    def body(self, request_id: str) -> ProblemBody:
        status = int(self.status)
        problem: ProblemBody = {
            "type": "about:blank",
            "title": _TITLES.get(status) or HTTPStatus(status).phrase,
            "status": status,
            "detail": self.detail,
            "instance": request_id,
        }
        if self.errors:
            problem["errors"] = self.errors
        return problem


class Malformed(Problem):
    """400: what came can't be read: broken JSON, a damaged cursor, a parameter out of bounds."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, detail: str, errors: list[Fault] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or []


class NotFound(Problem):
    status = HTTPStatus.NOT_FOUND


class MethodNotAllowed(Problem):
    """405 with the methods that there are."""

    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, allowed: list[str]) -> None:
        methods = ", ".join(sorted(allowed))
        super().__init__(f"this resource knows {methods}", headers={"Allow": methods})


class NotAcceptable(Problem):
    """406: none of the media types that the client accepts is to be had."""

    status = HTTPStatus.NOT_ACCEPTABLE


class Conflict(Problem):
    status = HTTPStatus.CONFLICT


class PreconditionFailed(Problem):
    """412: the `If-Match` of the request is not the state any more."""

    status = HTTPStatus.PRECONDITION_FAILED


class TooLarge(Problem):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(Problem):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class Invalid(Problem):
    """422: well-formed, but not valid; `errors` names every fault."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, detail: str, errors: list[Fault] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or []


class StoreUnavailable(Problem):
    """503: the store did not answer in time, or throttled; safe to try again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str = "the store is not available, try again") -> None:
        super().__init__(detail, headers={"Retry-After": "5"})
