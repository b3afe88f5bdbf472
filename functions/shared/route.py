"""One route and its contract: what it takes and responds, and how its body is read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Required, TypedDict, cast

from aws_lambda_powertools.event_handler.api_gateway import Response

from shared.body import JSON, json_bytes
from shared.lazy import Model, load
from shared.names import repeated_names
from shared.params import Param
from shared.problems import MOST_ERRORS, Fault, Invalid, MalformedBody, fault_at
from shared.request import Event

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

JsonObject = dict[str, Any]
RouteFunction = Callable[..., JsonObject | Response[Any]]


NOT_MODIFIED = {int(HTTPStatus.NOT_MODIFIED): "Not modified"}


class Contract(TypedDict, total=False):
    """What a route declares of itself; its body is the annotation of its parameter `body`."""

    summary: Required[str]
    status: int
    query: tuple[Param, ...]
    max_body: int
    # faults of the path's parameters, reported with those of a body that is not valid
    path_faults: Callable[..., list[Fault]]
    # the model of the response
    response: Model
    # status -> description, of further responses that are no problems
    responses: Mapping[int, str]
    # the model of the job in which the work may continue: 202, also by `Prefer: respond-async`
    job: Model
    # statuses of the problems that the route has beside those of all routes
    problems: tuple[int, ...]
    # request media types beside JSON, for bodies that the route reads itself
    consumes: tuple[str, ...]
    # response media types, the default first
    produces: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """One operation and its contract."""

    package: str
    method: str
    path: str
    function: RouteFunction
    summary: str
    status: int = HTTPStatus.OK
    query: tuple[Param, ...] = ()
    max_body: int = 1_000_000
    path_faults: Callable[..., list[Fault]] | None = None
    response: Model | None = None
    responses: Mapping[int, str] = field(default_factory=dict)
    job: Model | None = None
    problems: tuple[int, ...] = ()
    consumes: tuple[str, ...] = ()
    produces: tuple[str, ...] = (JSON,)

    @cached_property
    def body(self) -> Model | None:
        """The model of the request's body."""
        return cast("Model | None", self.function.__annotations__.get("body"))

    @cached_property
    def adapter(self) -> "TypeAdapter[Any]":
        """Checks the body; imports pydantic and the models."""
        from pydantic import TypeAdapter

        if self.body is None:
            raise TypeError(f"{self.method} {self.path} takes no body")
        return TypeAdapter(load(self.body))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", "[^/]+", self.path) + "/*")

    def read_body(self, event: Event, path: Mapping[str, str]) -> Any:
        """The body as its model; Malformed if it is not JSON, Invalid."""
        from pydantic import ValidationError

        raw = json_bytes(event, self.max_body)
        _expect_numbers(raw)
        body, errors, count = None, list[Fault](), 0
        try:
            body = self.adapter.validate_json(raw)
        except ValidationError as invalid:
            errors, count = _first_errors(invalid), invalid.error_count()
        repeated, repeated_count = repeated_names(raw)
        if not errors and not repeated:
            return body
        of_path = self.path_faults(**path) if self.path_faults else []
        count += len(of_path) + repeated_count
        raise Invalid("the body is not valid", [*of_path, *repeated, *errors], count=count)


def _expect_numbers(document: bytes) -> None:
    """Malformed for numbers that pydantic knows and RFC 8259 does not."""
    if b"NaN" not in document and b"Infinity" not in document:
        return
    from pydantic_core import from_json

    try:
        from_json(document, allow_inf_nan=False)
    except ValueError as error:
        raise MalformedBody(f"the body is not JSON: {error}") from error


def _first_errors(invalid: "ValidationError") -> list[Fault]:
    """The errors that a problem has room for; Malformed where the body is not JSON.

    A hostile body has half a million: `errors()` would make objects of all of them.
    """
    text = invalid.json(include_url=False, include_context=False, include_input=False)
    decode = json.JSONDecoder().raw_decode
    found: list[Fault] = []
    end = 0
    for _ in range(min(invalid.error_count(), MOST_ERRORS)):
        error, end = decode(text, end + 1)  # behind a bracket or a comma
        if error["type"] == "json_invalid":
            reason = error["msg"].removeprefix("Invalid JSON: ")
            raise MalformedBody(f"the body is not JSON: {reason}")
        message = error["msg"].removeprefix("Value error, ")
        found.append(fault_at(("body", *error["loc"]), message, error["type"]))
    return found
