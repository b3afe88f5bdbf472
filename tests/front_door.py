"""A request in, an HTTP response out: API Gateway's side of a handler."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.template import resources

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_requests = count(1)


@dataclass(frozen=True)
class Context:
    """The part of Lambda's context that is read."""

    function_name: str = "test"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:test"
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> int:
        return 28_000


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@cache
def _routes() -> dict[tuple[str, str], str]:
    """(method, resource) -> the package that template.yaml sends it to."""
    return {
        (event["Properties"]["Method"].upper(), event["Properties"]["Path"]): properties[
            "Handler"
        ].partition(".")[0]
        for _, properties in resources("AWS::Serverless::Function")
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Api"
    }


def route(method: str, path: str) -> tuple[str, str]:
    """The package and resource that API Gateway chooses: an exact path, else the longest proxy."""
    if (method, path) in _routes():
        return _routes()[method, path], path
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, -1, -1):
        resource = "/" + "/".join([*parts[:length], "{proxy+}"])
        if (method, resource) in _routes():
            return _routes()[method, resource], resource
    raise LookupError(f"template.yaml has no {method} {path}")


def event(
    method: str,
    url: str,
    body: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """API Gateway's REST proxy event, payload format 1.0, with the path as it was sent."""
    parts = urlsplit(url)
    _, resource = route(method, parts.path)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = dict(pairs)
    repeated = {name: [value for each, value in pairs if each == name] for name in query}
    prefix, proxied, _ = resource.partition("{proxy+}")
    request_id = f"request-{next(_requests)}"
    return {
        "resource": resource,
        "path": parts.path,
        "httpMethod": method,
        "headers": dict(headers or {}),
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": repeated or None,
        "pathParameters": {"proxy": parts.path[len(prefix) :]} if proxied else None,
        "stageVariables": None,
        "requestContext": {
            "requestId": request_id,
            "stage": "v1",
            "path": f"/v1{parts.path}",
            "httpMethod": method,
            "resourcePath": resource,
            "identity": {"sourceIp": "127.0.0.1"},
        },
        # what is no UTF-8 arrives with replacement characters
        "body": body.decode("utf-8", "replace") if isinstance(body, bytes) else body,
        "isBase64Encoded": False,
    }


def invoke(request: dict[str, Any]) -> Response:
    """The response of the function that the template sends the event to."""
    package = _routes()[request["httpMethod"], request["resource"]]
    handler: Handler = import_module(f"{package}.handler").handler
    result = handler(request, Context())
    headers = {name.lower(): value for name, value in (result.get("headers") or {}).items()}
    for name, values in (result.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = ", ".join(values)
    return Response(result["statusCode"], headers, result.get("body") or "")


def call(
    method: str,
    url: str,
    body: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    json_body: Any = None,
) -> Response:
    """One request through the front door; `json_body` is sent as application/json."""
    if json_body is not None:
        body = json.dumps(json_body)
        headers = {"Content-Type": "application/json", **(headers or {})}
    return invoke(event(method, url, body, headers))
