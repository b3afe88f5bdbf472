"""Every event in events/ through its handler; responses are held against the OpenAPI document."""

import json
from collections.abc import Iterator

import pytest

from portal.files import FILES
from tests import events
from tests.permissions import Call, denied, noted
from tests.replay import EVENTS, OPERATIONS, TRIGGERS, check, document, replay

pytestmark = pytest.mark.usefixtures("built")


@pytest.fixture
def calls() -> Iterator[set[Call]]:
    """What the handlers ask of AWS, all of it allowed."""
    with noted() as found:
        yield found
    assert denied(found) == []


def test_every_route_and_trigger_has_an_event_and_every_event_one() -> None:
    assert set(events.SAMPLES) == set(OPERATIONS.values()), "SAMPLES of tests/events.py"
    assert set(EVENTS) == {*OPERATIONS, *TRIGGERS, *events.PAGES}, "python -m tests.events"
    pages = {path for path in FILES if not path.startswith("/static/")}
    assert pages < set(events.PAGES.values()) <= set(FILES)


def test_the_events_are_those_declared(aws: str) -> None:
    assert events.build() == EVENTS, "python -m tests.events writes them anew"


@pytest.mark.usefixtures("seeded", "calls")
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


@pytest.mark.usefixtures("seeded", "calls")
@pytest.mark.parametrize("name", events.PAGES)
def test_a_page_is_served(name: str) -> None:
    response = replay(name)
    assert response is not None
    assert response.status == 200


@pytest.mark.usefixtures("seeded", "calls")
@pytest.mark.parametrize("name", TRIGGERS)
def test_a_trigger_is_handled(name: str) -> None:
    replay(name)


@pytest.mark.usefixtures("seeded")
def test_a_call_that_no_policy_allows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with noted() as calls:
        replay("worker-task")
    written = Call("WorkerFunction", "dynamodb:BatchWriteItem", "{DepartmentsTable.Arn}")
    assert {each.resource for each in calls} > {written.resource, "{IngestionsTable.Arn}"}
    assert denied(calls | {written._replace(action="dynamodb:Scan")}) == [
        written._replace(action="dynamodb:Scan")
    ]
