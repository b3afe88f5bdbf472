"""Writes the OpenAPI document of all functions, from the contracts that their routes declare."""

import json
from importlib import import_module
from typing import TYPE_CHECKING

from infra import generated
from infra.operations import Operations, tag
from infra.schemas import FUNCTIONS, JsonObject
from shared.lazy import LazyModels
from shared.route import Route

if TYPE_CHECKING:
    from portal import models
else:
    models = LazyModels("portal.models")

TARGET = FUNCTIONS / "portal/openapi.json"

ABOUT = """\
The back office of a sprocket maker: data sets loaded from CSV, hiring and experiment reports,
sprockets, factories and their production, and birthdays.

Every failure is an RFC 9457 problem whose `instance` is the id of the request; invalid input is
reported with all its faults in `errors`. Lists are pages: pass the `next` of one as the `cursor`
of the following.
"""

TAGS = {
    "birthdays": "Whose birthdays are next",
    "factories": "Factories, their charts and the points of their production",
    "health": "Whether the API works",
    "hello": "Greetings, and the birthdays that they know",
    "ingestions": "Jobs that load files of any size",
    "production": "The production of all factories",
    "reports": "Figures of hires, experiments and production, as JSON, CSV or a drawing",
    "sprockets": "Sprockets, which production refers to",
    "tables": "Data sets and their rows",
}


def health() -> JsonObject:
    """Each store is asked for something small; needs no token."""
    raise NotImplementedError("the portal serves it")


HEALTH = Route(
    "portal",
    "GET",
    "/health",
    health,
    summary="Whether each store responds",
    response=models.Health,
    responses={503: "At least one store does not respond"},
)


def routes() -> list[Route]:
    """Every route that the document describes, sorted."""
    packages = sorted(path.parent.name for path in FUNCTIONS.glob("*/routes.py"))
    found = [
        route for name in packages for route in import_module(f"{name}.handler").handler.routes
    ]
    return sorted([HEALTH, *found], key=lambda route: (route.path, route.method))


def document() -> JsonObject:
    found = routes()
    operations = Operations(found)
    paths: dict[str, JsonObject] = {}
    for route in found:
        paths.setdefault(route.path, {})[route.method.lower()] = operations.describe(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sprocketworks", "version": "1.0.0", "description": ABOUT},
        # relative to this document, so that it holds behind every stage and domain
        "servers": [{"url": "."}],
        "tags": [
            {"name": name, "description": TAGS[name]}
            for name in sorted({tag(route) for route in found})
        ],
        "paths": paths,
        "components": operations.components(),
    }


def text(made: JsonObject) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    generated.write(TARGET, text(document()).encode())


if __name__ == "__main__":
    write()
