"""Routes over Powertools' resolver: their input is checked, every failure becomes a problem.

A route is declared with its contract, which the OpenAPI document is made from:

    api = Api("sprockets")

    @api.put(
        "/sprockets/{sprocket_id}",
        summary="Replace a sprocket",
        response=models.Sprocket,
        problems=(404,),
    )
    def put_sprocket(sprocket_id: str, body: models.SprocketIn) -> JsonObject: ...

The models are imported with the first body that is to be checked (see shared.lazy): pydantic would
be a third of what a function's init costs.
"""

import json
import math
import re
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Unpack
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, Response

from shared.body import JSON
from shared.deadline import calls_within
from shared.etags import Expected, expected, not_modified, stale
from shared.log import log_failure, log_request
from shared.params import read_query
from shared.problems import (
    PROBLEM_JSON,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    Problem,
    ResponseTooLarge,
)
from shared.request import Event, header, path_of, request_id
from shared.route import NOT_MODIFIED, Contract, JsonObject, Route, RouteFunction

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

__all__ = ["NOT_MODIFIED", "Api", "JsonObject", "created", "json_response", "no_content"]

Result = dict[str, Any]
Decorator = Callable[[RouteFunction], RouteFunction]
# What Lambda returns at most, the whole result as JSON with all but ASCII escaped
LARGEST_RESULT = 6 * 1024 * 1024  # bytes
LONGEST_RESULT_ESCAPE = 12  # bytes for one character
# json.dumps would make an encoder for each call
json_text = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def json_response(
    body: object, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response[str]:
    return Response(status, JSON, json_text(body), headers=dict(headers or {}))


def created(body: object, location: str, tag: str) -> Response[str]:
    """201 with where the new resource is, relative to the request's URL, and its entity tag."""
    return json_response(body, HTTPStatus.CREATED, {"Location": location, "ETag": tag})


def no_content() -> Response[str]:
    return Response(HTTPStatus.NO_CONTENT, None, "")


class Api:
    """The routes of one function; called with an API Gateway event, it returns the response.

    After so many `seconds` a request's calls of the store fail, so that it responds in time.
    """

    def __init__(self, package: str, seconds: float = math.inf) -> None:
        self.package = package
        self.seconds = seconds
        self.routes: list[Route] = []
        self._resolver = APIGatewayRestResolver()
        self._resolver.not_found(self._no_route)
        self._resolver.exception_handler(Problem)(self._problem)
        self._resolver.exception_handler(Exception)(self._unknown)

    @property
    def event(self) -> Event:
        """The event of the request."""
        return self._resolver.current_event.raw_event

    def header(self, name: str) -> str | None:
        """A request header, whatever the case of its name."""
        return header(self.event, name)

    def expected(self) -> Expected:
        """The states that the request's `If-Match` and `If-None-Match` allow."""
        return expected(self.header("If-Match"), self.header("If-None-Match"))

    def check_if_match(self, tag: str) -> None:
        """PreconditionFailed unless the request's conditions, if any, allow this state."""
        if self.expected().absent or stale(self.header("If-Match"), tag):
            raise PreconditionFailed("the state has changed since")

    def with_etag(self, tag: str, body: object) -> Response[str]:
        """200 with an entity tag, or 304 where the client has that state."""
        return self.with_etag_of(tag, lambda: json_response(body))

    def with_etag_of(self, tag: str, render: Callable[[], Response[str]]) -> Response[str]:
        """What is rendered, with its entity tag, or 304 where the client has that state."""
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if not_modified(self.header("If-None-Match"), tag):
            return Response(HTTPStatus.NOT_MODIFIED, None, "", headers=headers)
        response = render()
        response.headers.update(headers)
        return response

    def route(self, method: str, path: str, **contract: Unpack[Contract]) -> Decorator:
        """Register a function under a path such as `/sprockets/{sprocket_id}`."""

        def register(function: RouteFunction) -> RouteFunction:
            route = Route(self.package, method, path, function, **contract)
            self.routes.append(route)
            rule = re.sub(r"\{(\w+)\}", r"<\1>", path)
            self._resolver.route(rule, method=[method])(self._endpoint(route))
            return function

        return register

    def get(self, path: str, **contract: Unpack[Contract]) -> Decorator:
        return self.route("GET", path, **contract)

    def post(self, path: str, **contract: Unpack[Contract]) -> Decorator:
        return self.route("POST", path, **contract)

    def put(self, path: str, **contract: Unpack[Contract]) -> Decorator:
        return self.route("PUT", path, **contract)

    def delete(self, path: str, **contract: Unpack[Contract]) -> Decorator:
        return self.route("DELETE", path, **contract)

    def _endpoint(self, route: Route) -> Callable[..., Response[Any]]:
        def endpoint(**path: str) -> Response[Any]:
            event = self.event
            path = {name: unquote(part) for name, part in path.items()}
            arguments: dict[str, Any] = dict(path)
            query = event.get("queryStringParameters") or {}
            if route.query or query:
                repeated = event.get("multiValueQueryStringParameters")
                arguments |= read_query(route.query, query, repeated)
            if route.body:
                arguments["body"] = route.read_body(event, path)
            result = route.function(**arguments)
            return result if isinstance(result, Response) else json_response(result, route.status)

        return endpoint

    def __call__(self, event: Event, context: "LambdaContext") -> Result:
        started = time.perf_counter()
        method = event["httpMethod"]
        # Powertools' patterns know no combining marks, so names travel percent-encoded to routes
        request = {
            **event,
            "path": path_of(event),
            "httpMethod": "GET" if method == "HEAD" else method,
        }
        with calls_within(self.seconds):
            result = self._result(request, context)
        if not _fits(result):
            result = _rendered(request, ResponseTooLarge())
        if method == "HEAD":
            result["body"] = ""
        log_request(event, result["statusCode"], started)
        return result

    def _result(self, request: Event, context: "LambdaContext") -> Result:
        def resolve() -> Result:
            return self._resolver.resolve(request, context)

        is_post = request["httpMethod"] == "POST"
        key = header(request, "idempotency-key") if is_post else None
        if key is None or "POST" not in self._methods(request["path"]):
            return resolve()
        # imported here: few requests have a key
        from shared import idempotency

        try:
            return idempotency.once(request, context, key, resolve)
        except Problem as problem:
            return _rendered(request, problem)

    def _methods(self, path: str) -> list[str]:
        """The methods of the routes that a path has."""
        return [route.method for route in self.routes if route.pattern.fullmatch(path)]

    def _problem(self, problem: Problem) -> Response[str]:
        rendered = _rendered(self.event, problem)
        headers = problem.headers
        return Response(int(problem.status), PROBLEM_JSON, rendered["body"], headers=headers)

    def _unknown(self, error: Exception) -> Response[str]:
        problem = Problem()
        problem.__cause__ = error
        return self._problem(problem)

    def _no_route(self, _error: Exception) -> Response[str]:
        allowed = self._methods(self.event["path"])
        return self._problem(MethodNotAllowed(allowed) if allowed else NotFound("no such route"))


def _rendered(request: Event, problem: Problem) -> Result:
    """A problem as the result of the function; one that is ours is logged."""
    number = request_id(request)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log_failure(problem, number)
    return {
        "statusCode": int(problem.status),
        "headers": {"Content-Type": PROBLEM_JSON, **problem.headers},
        "body": json_text(problem.body(number)),
        "isBase64Encoded": False,
    }


def _fits(result: Result) -> bool:
    """Whether Lambda can return it."""
    longest = len(result["body"] or "") * LONGEST_RESULT_ESCAPE
    return longest < LARGEST_RESULT // 2 or len(json.dumps(result)) <= LARGEST_RESULT
