"""Writes the OpenAPI document of all functions, from the contracts that their routes declare."""

import json
import re
import sys
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from inspect import getdoc
from pathlib import Path

from infra.schemas import JsonObject, schemas

FUNCTIONS = Path(__file__).parent.parent / "functions"
if str(FUNCTIONS) not in sys.path:
    sys.path.insert(0, str(FUNCTIONS))

from shared.body import JSON  # noqa: E402 - the functions' folder is no package
from shared.http import Route  # noqa: E402
from shared.problems import PROBLEM_JSON, StoreUnavailable  # noqa: E402

TARGET = FUNCTIONS / "portal/openapi.json"

ABOUT = """\
The back office of a sprocket maker: data sets loaded from CSV, hiring and experiment reports,
sprockets, factories and their production, and birthdays.

Every failure is an RFC 9457 problem whose `instance` is the id of the request; invalid input is
answered with all its faults in `errors`. Lists are pages: pass the `next` of one as the `cursor`
of the following.
"""
PATH_PARAMETERS = {
    "table": "Name of a data set, such as `departments`",
    "id": "Key of the row",
    "sprocket_id": "Id of the sprocket",
    "factory_id": "Id of the factory",
    "point_id": "Id of the point",
    "user_id": "Id of the user",
    "username": "Letters of any script, at most 64; looked up without regard to case",
}
PROBLEM_EXAMPLE = {
    "type": "about:blank",
    "title": "",
    "status": 0,
    "detail": "What went wrong, in a sentence",
    "instance": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
}
# answered by API Gateway, or by any route when the store is down
ALWAYS = (429, 500, 503)


def health() -> JsonObject:
    raise NotImplementedError("the portal answers it")


HEALTH = Route(
    "portal",
    "GET",
    "/health",
    health,
    summary="Whether each store answers",
    answer="Health",
    answers={503: "At least one store does not answer"},
)


def routes() -> list[Route]:
    """Every route that the document describes, sorted."""
    packages = sorted(path.parent.name for path in FUNCTIONS.glob("*/routes.py"))
    found = [
        route for name in packages for route in import_module(f"{name}.handler").handler.routes
    ]
    return sorted([HEALTH, *found], key=lambda route: (route.path, route.method))


class Document:
    """One document, built from routes."""

    def __init__(self, found: list[Route]) -> None:
        self.routes = found
        self.schemas, self.definitions = schemas(found)
        self.problems: dict[int, JsonObject] = {}

    def build(self) -> JsonObject:
        paths: dict[str, JsonObject] = {}
        for route in self.routes:
            paths.setdefault(route.path, {})[route.method.lower()] = self._operation(route)
        return {
            "openapi": "3.1.0",
            "info": {"title": "Sprocketworks", "version": "1.0.0", "description": ABOUT},
            # relative to this document, so that it holds behind every stage and domain
            "servers": [{"url": "."}],
            "tags": [{"name": tag} for tag in sorted({_tag(route) for route in self.routes})],
            "paths": paths,
            "components": {
                "schemas": dict(sorted(self.definitions.items())),
                "responses": {
                    _problem_name(status): self.problems[status] for status in sorted(self.problems)
                },
            },
        }

    def _operation(self, route: Route) -> JsonObject:
        operation: JsonObject = {
            "operationId": route.function.__name__,
            "tags": [_tag(route)],
            "summary": route.summary,
        }
        if route.function.__doc__:
            operation["description"] = getdoc(route.function)
        if parameters := [*_path_parameters(route), *_query_parameters(route)]:
            operation["parameters"] = parameters
        if content := self._request(route):
            operation["requestBody"] = {"required": True, "content": content}
        operation["responses"] = self._responses(route)
        return operation

    def _request(self, route: Route) -> JsonObject:
        content: JsonObject = {}
        if route.body:
            schema = self.schemas[(route.package, route.body), "validation"]
            content[JSON] = {"schema": schema}
        for media_type in route.consumes:
            content[media_type] = {"schema": _text_schema(media_type)}
        return content

    def _responses(self, route: Route) -> JsonObject:
        answers = {route.status: HTTPStatus(route.status).phrase, **route.answers}
        responses = {
            status: self._answer(route, status, description)
            for status, description in answers.items()
        }
        for status in _problems(route):
            responses.setdefault(status, self._problem(status))
        return {str(status): responses[status] for status in sorted(responses)}

    def _answer(self, route: Route, status: int, description: str) -> JsonObject:
        answer: JsonObject = {"description": description}
        if status in {201, 303}:
            location = {"type": "string", "format": "uri-reference"}
            answer["headers"] = {"Location": {"required": status == 303, "schema": location}}
        if status not in {204, 303, 304}:
            answer["content"] = {kind: self._content(route, kind) for kind in route.produces}
        return answer

    def _content(self, route: Route, media_type: str) -> JsonObject:
        if media_type != JSON:
            return {"schema": {"type": "string"}}
        if route.answer is None:
            raise ValueError(f"{route.method} {route.path} says nothing of its answer")
        return {"schema": self.schemas[(route.package, route.answer), "serialization"]}

    def _problem(self, status: int) -> JsonObject:
        if status not in self.problems:
            title = HTTPStatus(status).phrase
            content = {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {**PROBLEM_EXAMPLE, "title": title, "status": status},
            }
            problem: JsonObject = {"description": title, "content": {PROBLEM_JSON: content}}
            if status == 503:
                seconds = {"schema": {"type": "string"}, "description": "Seconds"}
                problem["headers"] = dict.fromkeys(StoreUnavailable().headers, seconds)
            self.problems[status] = problem
        return {"$ref": f"#/components/responses/{_problem_name(status)}"}


def _problem_name(status: int) -> str:
    return re.sub(r"\W", "", HTTPStatus(status).phrase.title())


def _problems(route: Route) -> set[int]:
    """Statuses that a route may fail with: what it declares, and what follows from its input."""
    statuses = {*ALWAYS, *route.problems}
    if route.query or route.body:
        statuses.add(400)
    if route.body or route.consumes:
        statuses |= {413, 415, 422}
    return statuses


def _tag(route: Route) -> str:
    return route.path.split("/")[1]


def _path_parameters(route: Route) -> Iterator[JsonObject]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARAMETERS[name],
            "schema": {"type": "string"},
        }


def _query_parameters(route: Route) -> Iterator[JsonObject]:
    for param in route.query:
        default = {} if param.default is None else {"default": param.default}
        yield {
            "name": param.name,
            "in": "query",
            "required": False,
            "description": param.description,
            "schema": param.schema() | default,
        }


def _text_schema(media_type: str) -> JsonObject:
    if media_type != "multipart/form-data":
        return {"type": "string"}
    file = {"type": "string", "format": "binary", "description": "The file"}
    return {"type": "object", "required": ["file"], "properties": {"file": file}}


def document() -> JsonObject:
    return Document(routes()).build()


def text(made: JsonObject) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    TARGET.write_text(text(document()), "utf-8")


if __name__ == "__main__":
    write()
