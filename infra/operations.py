"""The operations of the OpenAPI document, each from the contract of a route."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from inspect import getdoc

from infra import examples, parameters, security
from infra.schemas import JsonObject, schemas
from shared.body import JSON
from shared.idempotency import KEY_HEADER, REPLAYED_HEADER
from shared.lazy import Model
from shared.params import CURSOR
from shared.prefer import PREFERENCE_APPLIED, RESPOND_ASYNC
from shared.problems import PROBLEM_JSON, StoreUnavailable
from shared.route import NOT_MODIFIED, Route

# of API Gateway, of any route when the store is down, or for a query or header
ALWAYS = (400, 429, 500, 503)


class Operations:
    """Describes routes, and collects what their descriptions refer to."""

    def __init__(self, found: list[Route]) -> None:
        self.schemas, self.definitions = schemas(found)
        self.problems: dict[int, JsonObject] = {}
        # paths of resources with an entity tag: those whose change may be refused as stale
        self.versioned = {
            route.path for route in found if 412 in route.problems or 304 in route.responses
        }

    def components(self) -> JsonObject:
        """What the operations described so far refer to."""
        return {
            "securitySchemes": security.SCHEMES,
            "schemas": dict(sorted(self.definitions.items())),
            "responses": {
                _problem_name(status): self.problems[status] for status in sorted(self.problems)
            },
        }

    def describe(self, route: Route) -> JsonObject:
        operation: JsonObject = {
            "operationId": _name(route),
            "tags": [tag(route)],
            "summary": route.summary,
        }
        if route.function.__doc__:
            operation["description"] = getdoc(route.function)
        given = [*parameters.of(route), *self._validators(route)]
        if given:
            operation["parameters"] = given
        if content := self._request(route):
            operation["requestBody"] = {"required": True, "content": content}
        operation["security"] = security.of(route)
        operation["responses"] = self._responses(route)
        return operation

    def _request(self, route: Route) -> JsonObject:
        content: JsonObject = {}
        if route.body:
            content[JSON] = {"schema": self.schemas[route.body]}
        for media_type in route.consumes:
            content[media_type] = {"schema": _text_schema(media_type)}
        return {
            media_type: described | examples.of_request(_name(route), media_type)
            for media_type, described in content.items()
        }

    def _is_versioned(self, route: Route) -> bool:
        """Whether it is of a resource with an entity tag; a POST is of what it makes."""
        return route.path in self.versioned and route.method != "POST"

    def _validators(self, route: Route) -> Iterator[JsonObject]:
        """The request headers of a resource with an entity tag."""
        if not self._is_versioned(route):
            return
        name = "If-None-Match" if route.method == "GET" else "If-Match"
        about = "Entity tags; `304` where one of them is the state's"
        if route.method != "GET":
            about = "Entity tags; `412` unless one of them is the state's"
        yield {"name": name, "in": "header", "description": about, "schema": {"type": "string"}}
        if route.method == "PUT":
            about = "`*`: `412` if it exists"
            schema = {"type": "string", "const": "*"}
            yield {"name": "If-None-Match", "in": "header", "description": about, "schema": schema}

    def _tag_header(self, route: Route, status: int) -> JsonObject:
        """ETag: always there on a resource that has one, and on the response that makes one."""
        own = self._is_versioned(route) and status in {200, 304}
        if not (own or (status == 201 and self._makes(route))):
            return {}
        return {"ETag": {"required": own, "schema": {"type": "string"}}}

    def _makes(self, route: Route) -> bool:
        """Whether what it makes has an address below it."""
        return any(path.startswith(f"{route.path}/{{") for path in self.versioned)

    def _responses(self, route: Route) -> JsonObject:
        described = {route.status: HTTPStatus(route.status).phrase, **route.responses}
        if route.method == "GET" and route.path in self.versioned:
            described = NOT_MODIFIED | described
        responses = {
            status: self._response(route, status, description)
            for status, description in described.items()
        }
        for status in _problems(route):
            responses.setdefault(status, self._problem(status))
        return {str(status): responses[status] for status in sorted(responses)}

    def _response(self, route: Route, status: int, description: str) -> JsonObject:
        response: JsonObject = {"description": description}
        if headers := {
            **self._tag_header(route, status),
            **(_location(status) if status == 303 or self._makes(route) else {}),
            **_replayed(route, status),
            **_accepted(route, status),
            **_link(route, status),
        }:
            response["headers"] = headers
        if status not in {204, 303, 304}:
            model = (route.job if status == 202 else None) or route.response
            response["content"] = {
                kind: self._content(route, kind, model)
                | examples.of_response(_name(route), status, kind)
                for kind in route.produces
            }
        return response

    def _content(self, route: Route, media_type: str, model: Model | None) -> JsonObject:
        if media_type != JSON:
            return {"schema": {"type": "string"}}
        if model is None:
            raise ValueError(f"{route.method} {route.path} has no model of its response")
        return {"schema": self.schemas[model]}

    def _problem(self, status: int) -> JsonObject:
        if status not in self.problems:
            example = examples.of_problem(status)
            content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
            described = examples.TITLES[status]
            problem: JsonObject = {"description": described, "content": {PROBLEM_JSON: content}}
            if status == 503:
                seconds = {"schema": {"type": "string"}, "description": "Seconds"}
                problem["headers"] = dict.fromkeys(StoreUnavailable().headers, seconds)
            self.problems[status] = problem
        return {"$ref": f"#/components/responses/{_problem_name(status)}"}


def _name(route: Route) -> str:
    """The id of the operation."""
    return route.function.__name__


def _problem_name(status: int) -> str:
    return re.sub(r"\W", "", examples.TITLES[status].title())


def _problems(route: Route) -> set[int]:
    """Statuses that a route may fail with: what it declares, and what follows from its input."""
    statuses = {*ALWAYS, *route.problems}
    if security.asks_token(route):
        statuses |= {401, 403}
    if route.method == "POST":  # of Idempotency-Key
        statuses |= {409, 422}
    if route.body or route.consumes:
        statuses |= {413, 415, 422}
    return statuses


def tag(route: Route) -> str:
    return route.path.split("/")[1]


def _location(status: int) -> JsonObject:
    if status not in {201, 303}:
        return {}
    schema = {"type": "string", "format": "uri-reference"}
    return {"Location": {"required": status == 303, "schema": schema}}


def _replayed(route: Route, status: int) -> JsonObject:
    if route.method != "POST" or status not in {200, 201, 202}:
        return {}
    about = f"The first response to this `{KEY_HEADER}` again"
    schema = {"type": "string", "const": "true"}
    return {REPLAYED_HEADER: {"required": False, "schema": schema, "description": about}}


def _accepted(route: Route, status: int) -> JsonObject:
    """Of a 202 in place of the result."""
    if status != 202 or route.job is None:
        return {}
    location = {"type": "string", "format": "uri-reference"}
    return {
        "Location": {"required": True, "schema": location, "description": "The job"},
        PREFERENCE_APPLIED: {
            "required": False,
            "schema": {"type": "string", "const": RESPOND_ASYNC},
            "description": "Where the request preferred it",
        },
    }


def _link(route: Route, status: int) -> JsonObject:
    """Of pages that are no JSON: that has `next`."""
    if status != route.status or CURSOR not in route.query or route.produces == (JSON,):
        return {}
    about = 'The next page, `<?…>; rel="next"`, relative to the request; only where one follows'
    return {"Link": {"description": about, "required": False, "schema": {"type": "string"}}}


def _text_schema(media_type: str) -> JsonObject:
    if media_type != "multipart/form-data":
        return {"type": "string"}
    file = {"type": "string", "format": "binary", "description": "The file"}
    return {"type": "object", "required": ["file"], "properties": {"file": file}}
