"""Replays the events of `events/`, and holds bodies against the OpenAPI document."""

from functools import cache
from importlib import import_module
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from infra import openapi
from tests import events, front_door
from tests.front_door import Context, Response

EVENTS = events.read()
OPERATIONS = events.operation_names()
TRIGGERS = events.triggers()


@cache
def document() -> dict[str, Any]:
    """The document with closed objects: a field that it does not know is a fault."""

    def close(node: Any) -> Any:
        if isinstance(node, list):
            return [close(each) for each in node]
        if not isinstance(node, dict):
            return node
        closed = {name: close(each) for name, each in node.items()}
        if "properties" in node and node.get("type") == "object":
            closed.setdefault("additionalProperties", False)
        return closed

    made = close(openapi.document())
    assert isinstance(made, dict)
    return made


def check(instance: Any, schema: dict[str, Any]) -> None:
    """Against a schema of the document."""
    whole = {**schema, "components": document()["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(instance)


def replay(name: str) -> Response | None:
    """The response to an event, after those that it needs; None of a trigger."""
    event = EVENTS[name]
    if name in TRIGGERS:
        module, _, function = TRIGGERS[name][0].rpartition(".")
        getattr(import_module(module), function)(event, Context())
        return None
    if name in OPERATIONS:
        for earlier in events.SAMPLES[OPERATIONS[name]].after:
            replay(earlier)
    return front_door.invoke(event)
