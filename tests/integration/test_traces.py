"""A trace leads from the request for a job to the execution that loads it."""

from collections.abc import Iterator
from typing import Any

import pytest

from ingestion.large import arrivals, executions, objects
from shared import dynamo
from tests.front_door import Context, call
from tests.large_files import arrival

REQUEST = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1"
EVENT = "Root=1-77777777-abcdef012345678912345678;Parent=11111c3f42cd8ad8;Sampled=1"


@pytest.fixture
def started(tables: None) -> Iterator[list[dict[str, Any]]]:
    """What the executions are started with."""
    dynamo.client.cache_clear()
    objects.client.cache_clear()
    calls: list[dict[str, Any]] = []
    name = "provide-client-params.stepfunctions.StartExecution"
    events = executions.client().meta.events

    def record(params: dict[str, Any], **_: Any) -> None:
        calls.append(dict(params))

    events.register(name, record)
    yield calls
    events.unregister(name, record)
    objects.client.cache_clear()


def put(key: str) -> None:
    objects.client().put_object(Bucket=objects.bucket(), Key=key, Body=b"1,Tooling\n")


def test_an_execution_belongs_to_the_trace_of_the_request(
    started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", REQUEST)
    made = call("POST", "/ingestions", json_body={"table": "departments", "filename": "a.csv"})
    assert made.status == 201
    key = made.json["upload"]["fields"]["key"]
    put(key)
    # S3's event is a trace of its own
    monkeypatch.setenv("_X_AMZN_TRACE_ID", EVENT)
    arrivals.handler(arrival(key), Context())
    assert [each["traceHeader"] for each in started] == [REQUEST]


def test_a_file_that_was_just_put_has_the_trace_of_its_event(
    started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", EVENT)
    put("landing/departments/a.csv")
    arrivals.handler(arrival("landing/departments/a.csv"), Context())
    assert [each["traceHeader"] for each in started] == [EVENT]


def test_without_traces_an_execution_starts_too(started: list[dict[str, Any]]) -> None:
    put("landing/departments/a.csv")
    arrivals.handler(arrival("landing/departments/a.csv"), Context())
    assert len(started) == 1
    assert "traceHeader" not in started[0]
