"""The parameters of an operation of the OpenAPI document: of its path, its query, its headers."""

import re
from collections.abc import Iterator

from infra.schemas import JsonObject
from shared.idempotency import KEY_HEADER, LONGEST_KEY
from shared.prefer import RESPOND_ASYNC
from shared.route import Route

PATH_PARAMETERS = {
    "table": "Name of a data set, such as `departments`",
    "id": "Key of the row",
    "ingestion_id": "Id of the job",
    "sprocket_id": "Id of the sprocket",
    "factory_id": "Id of the factory",
    "point_id": "Id of the point",
    "user_id": "Id of the user",
    "username": "Letters of any script, at most 64; looked up without regard to case",
}


def of(route: Route) -> Iterator[JsonObject]:
    """But for those of entity tags, which depend on the other routes."""
    yield from _of_path(route)
    yield from _of_query(route)
    yield from _once(route)
    yield from _preference(route)


def _of_path(route: Route) -> Iterator[JsonObject]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        if name not in PATH_PARAMETERS:
            raise ValueError(f"{route.path}: describe {name!r} in PATH_PARAMETERS of {__name__}")
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARAMETERS[name],
            "schema": {"type": "string"},
        }


def _of_query(route: Route) -> Iterator[JsonObject]:
    for param in route.query:
        default = {} if param.default is None else {"default": param.default}
        schema = param.schema()
        yield {
            "name": param.name,
            "in": "query",
            "required": False,
            "description": param.description,
            "schema": schema | default,
        }


def _once(route: Route) -> Iterator[JsonObject]:
    """The request header by which a POST is done once."""
    if route.method == "POST":
        yield {
            "name": KEY_HEADER,
            "in": "header",
            "description": "The same key and body get the first response again, for a day",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        }


def _preference(route: Route) -> Iterator[JsonObject]:
    """The request header that asks for a 202 at once."""
    if route.job is not None:
        yield {
            "name": "Prefer",
            "in": "header",
            "description": f"`{RESPOND_ASYNC}`: do not wait for the result (RFC 7240)",
            "schema": {"type": "string"},
        }
