"""The examples of the OpenAPI document: one for each body, as the API takes and makes them."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from infra.examples import response_file
from ingestion.large import objects
from portal.health import Latest
from shared.charts import SVG
from tests import events
from tests.front_door import Response, invoke
from tests.replay import EVENTS, OPERATIONS, check, document, replay

pytestmark = pytest.mark.usefixtures("built")
JSON = "application/json"
# Of the form of an upload: what names this machine, or is made of its address
BUCKET = "https://landing.s3.eu-central-1.amazonaws.com/"
OF_THIS_MACHINE = {"url": BUCKET, "complete_url": BUCKET, "policy": "eyJ…"}
Recorded = dict[str, dict[str, Any]]


def described(name: str) -> dict[str, Any]:
    method, path = OPERATIONS[name]
    operation: dict[str, Any] = document()["paths"][path][method.lower()]
    return operation


def contents(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Status, media type and description of each body that is no problem."""
    for status, response in described(name)["responses"].items():
        for media_type, content in response.get("content", {}).items():
            yield status, media_type, content


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_body_has_an_example_as_its_schema_is(
    name: str, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("record"):
        pytest.skip("the document is older than what is recorded")
    content = described(name).get("requestBody", {}).get("content", {})
    bodies = [("request", media_type, each) for media_type, each in content.items()]
    for status, media_type, body in [*bodies, *contents(name)]:
        assert "example" in body, (status, media_type, "pytest … --record")
        check(body["example"], body["schema"])


def test_every_problem_has_an_example_as_its_schema_is() -> None:
    for problem in document()["components"]["responses"].values():
        (content,) = problem["content"].values()
        check(content["example"], content["schema"])
        assert content["example"]["detail"]


def media_type_of(response: Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0]


def further(name: str, first: Response, monkeypatch: pytest.MonkeyPatch) -> Iterator[Response]:
    """The responses to the event with which the operation responds otherwise."""
    event = deepcopy(EVENTS[name])
    if name.startswith("import-"):
        yield invoke(event)
    if name == "load-csv":
        yield invoke({**event, "headers": {**event["headers"], "Prefer": "respond-async"}})
    if name == "create-ingestion":
        key = "landing/jobs/jobs.csv"
        objects.client().put_object(Bucket=objects.bucket(), Key=key, Body=b"1,Machinist\n")
        yield invoke({**event, "body": json.dumps({"source": "landing"})})
    if name == "health":
        monkeypatch.setattr("portal.health.HEALTH_SECONDS", 0)
        monkeypatch.setattr("portal.health.latest", Latest())
        yield invoke(event)
    offered = {media_type for _, media_type, _ in contents(name)}
    for media_type in sorted(offered - {media_type_of(first), SVG}):
        yield invoke({**event, "headers": {"Accept": media_type}})


def settled(value: Any) -> Any:
    """Without what is signed, or of this machine."""
    if isinstance(value, list):
        return [settled(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {key: OF_THIS_MACHINE.get(key) or settled(each) for key, each in value.items()}
    return {key: "…" if key.startswith("x-amz") else each for key, each in plain.items()}


def form(value: Any) -> Any:
    """What a body consists of, whatever its values are."""
    if isinstance(value, dict):
        return {key: form(each) for key, each in value.items()}
    if isinstance(value, list):
        return [form(each) for each in value[:1]]
    if isinstance(value, str):
        return value.splitlines()[0] if "," in value and "\n" in value else str
    return type(value)


def recorded(name: str, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    found: Recorded = {}
    first = replay(name)
    assert first is not None
    for response in (first, *further(name, first, monkeypatch)):
        media_type = media_type_of(response)
        if media_type and media_type != SVG and response.text:
            body = settled(response.json) if media_type == JSON else response.text
            found.setdefault(str(response.status), {})[media_type] = body
    return found


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_examples_of_responses_are_as_the_api_responds(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, file = recorded(name, monkeypatch), response_file(name)
    if request.config.getoption("record") and made:
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    kept = json.loads(file.read_text("utf-8")) if file.exists() else {}
    assert form(kept) == form(made)


def test_every_example_is_of_an_operation() -> None:
    names = {response_file(name).name for name in OPERATIONS}
    assert {path.name for path in (response_file("x").parent).glob("*")} <= names
    assert set(events.SAMPLES) == set(OPERATIONS.values())
