"""Routes over Powertools' resolver: their input is checked, every failure becomes a problem.

A route is declared with its contract, which the OpenAPI document is made from:

    api = Api("sprockets")

    @api.get("/sprockets/{sprocket_id}", summary="One sprocket", answer="Sprocket", problems=(404,))
    def get_sprocket(sprocket_id: str) -> JsonObject: ...

`body` and `answer` name models in `<package>.models`, which is imported with the first body that
is to be checked: pydantic would be a third of what a function's init costs.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, Response

from shared.body import JSON, header, json_bytes
from shared.etags import Expected, expected, not_modified, stale
from shared.log import log_request, logger, request_id
from shared.params import Param, read_query
from shared.problems import (
    PROBLEM_JSON,
    Fault,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    Problem,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from pydantic import TypeAdapter

JsonObject = dict[str, Any]
Event = dict[str, Any]
RouteFunction = Callable[..., JsonObject | Response[Any]]


def json_text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def answer(
    body: object, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """A JSON answer."""
    return Response(status, JSON, json_text(body), headers=dict(headers or {}))


def created(body: object, location: str, tag: str) -> Response[str]:
    """201 with where the new resource is, relative to the request's URL, and its entity tag."""
    return answer(body, HTTPStatus.CREATED, {"Location": location, "ETag": tag})


def no_content() -> Response[str]:
    return Response(HTTPStatus.NO_CONTENT, None, "")


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
    # faults of the path's parameters, told with those of a body that is not valid
    path_faults: Callable[..., list[Fault]] | None = None
    answer: str | None = None
    # status -> description, of further answers that are no problems
    answers: Mapping[int, str] = field(default_factory=dict)
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
        from pydantic import ValidationError

        raw = json_bytes(event, self.max_body)
        try:
            return self.adapter.validate_json(raw)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
        if faults[0]["type"] == "json_invalid":
            raise Malformed(f"the body is not JSON: {faults[0]['msg']}")
        told = self.path_faults(**path) if self.path_faults else []
        told += [
            {
                "loc": ["body", *fault["loc"]],
                "msg": fault["msg"].removeprefix("Value error, "),
                "type": fault["type"],
            }
            for fault in faults
        ]
        raise Invalid("the body is not valid", told)


class Api:
    """The routes of one function; called with an API Gateway event, it answers it."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.routes: list[Route] = []
        self._resolver = APIGatewayRestResolver()
        self._resolver.not_found(self._no_route)
        self._resolver.exception_handler(Problem)(self._problem)
        self._resolver.exception_handler(Exception)(self._unknown)

    @property
    def event(self) -> Event:
        """The event being answered."""
        return self._resolver.current_event.raw_event

    def header(self, name: str) -> str | None:
        """A request header, whatever the case of its name."""
        return self._resolver.current_event.headers.get(name)

    def if_match(self) -> Expected:
        """The states that the request's `If-Match` allows."""
        return expected(self.header("If-Match"))

    def expect(self, tag: str) -> None:
        """PreconditionFailed unless the request's `If-Match`, if any, allows this state."""
        if stale(self.header("If-Match"), tag):
            raise PreconditionFailed("the state has changed since")

    def validated(self, body: object, tag: str) -> Response[str]:
        """200 with an entity tag, or 304 where the client has that state."""
        return self.unless_known(tag, lambda: answer(body))

    def unless_known(self, tag: str, say: Callable[[], Response[str]]) -> Response[str]:
        """What is said, with its entity tag, or an unsaid 304 where the client has that state."""
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if not_modified(self.header("If-None-Match"), tag):
            return Response(HTTPStatus.NOT_MODIFIED, None, "", headers=headers)
        said = say()
        said.headers.update(headers)
        return said

    def route(
        self, method: str, path: str, **contract: Any
    ) -> Callable[[RouteFunction], RouteFunction]:
        """Register a function under a path such as `/sprockets/{sprocket_id}`."""

        def register(function: RouteFunction) -> RouteFunction:
            route = Route(self.package, method, path, function, **contract)
            self.routes.append(route)
            rule = re.sub(r"\{(\w+)\}", r"<\1>", path)
            self._resolver.route(rule, method=[method])(self._endpoint(route))
            return function

        return register

    def get(self, path: str, **contract: Any) -> Callable[[RouteFunction], RouteFunction]:
        return self.route("GET", path, **contract)

    def post(self, path: str, **contract: Any) -> Callable[[RouteFunction], RouteFunction]:
        return self.route("POST", path, **contract)

    def put(self, path: str, **contract: Any) -> Callable[[RouteFunction], RouteFunction]:
        return self.route("PUT", path, **contract)

    def delete(self, path: str, **contract: Any) -> Callable[[RouteFunction], RouteFunction]:
        return self.route("DELETE", path, **contract)

    def _endpoint(self, route: Route) -> Callable[..., Response[Any]]:
        def endpoint(**path: str) -> Response[Any]:
            event = self.event
            path = {name: unquote(part) for name, part in path.items()}
            arguments: dict[str, Any] = dict(path)
            if route.query:
                query = event.get("queryStringParameters") or {}
                arguments |= read_query(route.query, query)
            if route.body:
                arguments["body"] = route.read_body(event, path)
            result = route.function(**arguments)
            return result if isinstance(result, Response) else answer(result, route.status)

        return endpoint

    def __call__(self, event: Event, context: "LambdaContext") -> dict[str, Any]:
        started = time.perf_counter()
        # Powertools' patterns know no combining marks, so names travel percent-encoded to routes
        path = quote(unquote(event["path"]), safe="/")
        request = {**event, "path": path}

        def resolve() -> dict[str, Any]:
            return self._resolver.resolve(request, context)

        key = header(event, "idempotency-key") if event["httpMethod"] == "POST" else ""
        result = self._once(request, context, key, resolve) if key else resolve()
        log_request(event, result["statusCode"], started)
        return result

    def _once(
        self,
        request: Event,
        context: "LambdaContext",
        key: str,
        resolve: Callable[[], dict[str, Any]],
    ) -> dict[str, Any]:
        """The answer to a POST that is done once, however often it is sent."""
        # imported here: few requests have a key
        from shared import idempotency

        try:
            return idempotency.once(request, context, key, resolve)
        except Problem as problem:
            body = json_text(problem.body(request_id(request)))
            headers = {"Content-Type": PROBLEM_JSON, **problem.headers}
            return {
                "statusCode": int(problem.status),
                "headers": headers,
                "body": body,
                "isBase64Encoded": False,
            }

    def _problem(self, problem: Problem) -> Response[str]:
        body = json_text(problem.body(request_id(self.event)))
        return Response(int(problem.status), PROBLEM_JSON, body, headers=problem.headers)

    def _unknown(self, error: Exception) -> Response[str]:
        logger.exception("unexpected failure", exc_info=error)
        return self._problem(Problem())

    def _no_route(self, _error: Exception) -> Response[str]:
        path = self.event["path"]
        allowed = [route.method for route in self.routes if route.pattern.fullmatch(path)]
        if allowed:
            return self._problem(MethodNotAllowed(allowed))
        return self._problem(NotFound("no such route"))
