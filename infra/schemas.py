"""The schemas of the OpenAPI document: those of the functions' models, and that of a problem."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

if TYPE_CHECKING:
    from shared.lazy import Model
    from shared.route import Route

FUNCTIONS = Path(__file__).parent.parent / "functions"
# the functions' code root, which is no package
if str(FUNCTIONS) not in sys.path:
    sys.path.insert(0, str(FUNCTIONS))

JsonObject = dict[str, Any]


def problem_schemas() -> JsonObject:
    """Of shared.problems.ProblemBody and Fault."""
    from shared.problems import MOST_ERRORS

    return {
        "Fault": {
            "type": "object",
            "description": "One thing wrong with the input: where, what, and its kind",
            "required": ["loc", "msg", "type"],
            "properties": {
                "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                "msg": {"type": "string"},
                "type": {"type": "string"},
            },
        },
        "Problem": {
            "type": "object",
            "description": "RFC 9457 problem",
            "required": ["type", "title", "status", "detail", "instance"],
            "properties": {
                "type": {"type": "string", "format": "uri-reference"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "instance": {"type": "string", "description": "Id of the request"},
                "errors": {
                    "type": "array",
                    "maxItems": MOST_ERRORS,
                    "items": {"$ref": "#/components/schemas/Fault"},
                },
                "error_count": {
                    "type": "integer",
                    "description": "The number of all errors; `errors` has the first of them",
                },
            },
        },
    }


class _Schema(GenerateJsonSchema):
    """Without the titles that repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def _models(found: Iterable["Route"]) -> Iterator["Model"]:
    for route in found:
        yield from (model for model in (route.body, route.response, route.job) if model)


def schemas(found: Iterable["Route"]) -> tuple[dict[Any, JsonObject], JsonObject]:
    """The schema of each model that a route names, and what these refer to."""
    from shared.lazy import load

    # responses too by validation: there a field with a default is one that may be left out
    inputs: list[tuple[Any, JsonSchemaMode, TypeAdapter[Any]]] = [
        (model, "validation", TypeAdapter(load(model))) for model in dict.fromkeys(_models(found))
    ]
    found_schemas, definitions = TypeAdapter.json_schemas(
        inputs, ref_template="#/components/schemas/{model}", schema_generator=_Schema
    )
    if clash := problem_schemas().keys() & definitions["$defs"].keys():
        raise ValueError(f"models are called like the schemas of problems: {clash}")
    return (
        {key: dict(schema) for (key, _), schema in found_schemas.items()},
        {**definitions["$defs"], **problem_schemas()},
    )
