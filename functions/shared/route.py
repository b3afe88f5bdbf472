"""One route and its contract: what it takes, what it answers, how its body is read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from shared.body import JSON, json_bytes
from shared.params import Param
from shared.problems import MOST_ERRORS, Fault, Invalid, Malformed, fault_at
from shared.request import Event

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

JsonObject = dict[str, Any]
RouteFunction = Callable[..., JsonObject | Response[Any]]


@dataclass(frozen=True)
class Route:
    """One operation and its contract; `body` and `answer` are names of models in the package."""

    package: str
    method: str
    path: str
    function: RouteFunction
    summary: str
    status: int = HTTPStatus.OK
    query: tuple[Param, ...] = ()
    body: str | None = None
    max_body: int = 1_000_000
    # faults of the path's parameters, reported with those of a body that is not valid
    path_faults: Callable[..., list[Fault]] | None = None
    answer: str | None = None
    # status -> description, of further answers that are no problems
    answers: Mapping[int, str] = field(default_factory=dict)
    # the model of the job as which the work may go on: 202, also by `Prefer: respond-async`
    goes_on: str | None = None
    problems: tuple[int, ...] = ()
    # request media types beside JSON, for bodies that the route reads itself
    consumes: tuple[str, ...] = ()
    # answer media types, the default first
    produces: tuple[str, ...] = (JSON,)

    @cached_property
    def adapter(self) -> "TypeAdapter[Any]":
        """Checks the body; imports pydantic and the package's models."""
        from pydantic import TypeAdapter

        if self.body is None:
            raise TypeError(f"{self.method} {self.path} takes no body")
        models = import_module(f"{self.package}.models")
        return TypeAdapter(getattr(models, self.body))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", "[^/]+", self.path) + "/*")

    def read_body(self, event: Event, path: Mapping[str, str]) -> Any:
        """The body as its model; Malformed for what is no JSON, Invalid."""
        from pydantic import ValidationError
        from pydantic_core import from_json

        raw = json_bytes(event, self.max_body)
        if b"NaN" in raw or b"Infinity" in raw:
            # pydantic takes them for numbers; RFC 8259 has no such
            try:
                from_json(raw, allow_inf_nan=False)
            except ValueError as error:
                raise Malformed(f"the body is not JSON: {error}") from error
        try:
            return self.adapter.validate_json(raw)
        except ValidationError as invalid:
            errors, count = _first_errors(invalid), invalid.error_count()
        if errors[0]["type"] == "json_invalid":
            raise Malformed(f"the body is not JSON: {errors[0]['msg']}")
        faults = self.path_faults(**path) if self.path_faults else []
        count += len(faults)
        faults += [
            fault_at(
                ("body", *error["loc"]), error["msg"].removeprefix("Value error, "), error["type"]
            )
            for error in errors
        ]
        raise Invalid("the body is not valid", faults, count=count)


def _first_errors(invalid: "ValidationError") -> list[Fault]:
    """The errors that a problem has room for.

    A hostile body has half a million: `errors()` would make objects of all of them.
    """
    text = invalid.json(include_url=False, include_context=False, include_input=False)
    decode = json.JSONDecoder().raw_decode
    found: list[Fault] = []
    end = 0
    for _ in range(min(invalid.error_count(), MOST_ERRORS)):
        fault, end = decode(text, end + 1)  # behind a bracket or a comma
        found.append(fault)
    return found
