"""Every event in events/ through its handler; responses are held against the OpenAPI document."""

import json
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from infra import openapi
from ingestion.large import objects
from ingestion.large.store import records
from portal.files import FILES
from shared import dynamo
from shared.datasets import DATA_SETS
from tests import events, front_door
from tests.front_door import Context, Response

pytestmark = pytest.mark.usefixtures("built")
EVENTS = events.read()
OPERATIONS = events.operation_names()
TRIGGERS = events.triggers()


@pytest.fixture
def seeded(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every data set with some rows, jobs with their file, and what `make build` makes."""
    dynamo.client.cache_clear()
    for name, rows in events.ROWS.items():
        data_set = DATA_SETS[name]
        dynamo.table(data_set.setting, data_set.key).put_many(rows)
    for job in events.JOBS.values():
        objects.client().put_object(Bucket=objects.bucket(), Key=job["key"], Body=events.FILE)
        found = objects.find(job["key"])
        assert found is not None
        ended = {"finished_at": records.now()} if job["status"] in {"failed", "succeeded"} else {}
        counts = {"rejected": 1, "bytes": found.size, "etag": found.etag, "delimiter": ","}
        records.create({**job, **ended, **counts, "chunks_total": 1})
    monkeypatch.setattr("projector.reconcile.COMPARISON_PAUSE", 0)


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


def test_every_route_and_trigger_has_an_event_and_every_event_one() -> None:
    assert set(events.SAMPLES) == set(OPERATIONS.values()), "SAMPLES of tests/events.py"
    assert set(EVENTS) == {*OPERATIONS, *TRIGGERS, *events.PAGES}, "python -m tests.events"
    pages = {path for path in FILES if not path.startswith("/static/")}
    assert pages < set(events.PAGES.values()) <= set(FILES)


def test_the_events_are_those_declared(aws: str) -> None:
    assert events.build() == EVENTS, "python -m tests.events writes them anew"


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_response_is_as_the_document_describes(name: str) -> None:
    method, path = OPERATIONS[name]
    operation = document()["paths"][path][method.lower()]
    response = replay(name)
    assert response is not None
    assert response.status < 304, response.text
    promised = operation["responses"][str(response.status)]
    declared = promised.get("headers", {})
    always = {header.lower() for header, rule in declared.items() if rule["required"]}
    sent = {"location", "etag"} & set(response.headers)
    assert always <= sent <= {header.lower() for header in declared}
    if "content" not in promised:
        assert response.text == ""
        return
    media_type = response.headers["content-type"].partition(";")[0]
    schema = promised["content"][media_type]["schema"]
    check(response.json if media_type == "application/json" else response.text, schema)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_request_is_as_the_document_asks(name: str) -> None:
    method, path = OPERATIONS[name]
    operation = document()["paths"][path][method.lower()]
    event = EVENTS[name]
    known = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
    assert set(event["queryStringParameters"] or {}) <= known
    assert (event["body"] is not None) == ("requestBody" in operation)
    if event["body"] is not None:
        media_type = event["headers"]["Content-Type"].partition(";")[0]
        schema = operation["requestBody"]["content"][media_type]["schema"]
        is_json = media_type == "application/json"
        check(json.loads(event["body"]) if is_json else event["body"], schema)


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("name", events.PAGES)
def test_a_page_is_served(name: str) -> None:
    response = replay(name)
    assert response is not None
    assert response.status == 200


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("name", TRIGGERS)
def test_a_trigger_is_handled(name: str) -> None:
    replay(name)
