"""`Idempotency-Key` on every POST: done once, answered alike."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.openapi import document
from shared import dynamo, idempotency
from tests import events
from tests.front_door import Context, Response, call, event, invoke

SPROCKET = events.SPROCKET
POSTS = sorted(path for method, path in events.SAMPLES if method == "POST")


@pytest.fixture(autouse=True)
def fresh(tables: None) -> Iterator[None]:
    dynamo.client.cache_clear()
    yield
    dynamo.client.cache_clear()


def post(path: str, body: Any, key: str) -> Response:
    return call("POST", path, headers={"Idempotency-Key": key}, json_body=body)


def sprockets() -> int:
    return len(call("GET", "/sprockets?limit=100").json["items"])


def test_the_same_request_gets_the_first_response_again() -> None:
    first = post("/sprockets", SPROCKET, "a")
    again = post("/sprockets", SPROCKET, "a")
    assert first.status == again.status == 201
    assert again.json == first.json
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert sprockets() == 1
    assert post("/sprockets", SPROCKET, "b").json["id"] == 2


def test_another_body_is_a_422_and_does_nothing() -> None:
    post("/sprockets", SPROCKET, "a")
    other = post("/sprockets", {**SPROCKET, "teeth": 99}, "a")
    assert other.status == 422
    assert other.headers["content-type"] == "application/problem+json"
    assert other.json["errors"][0]["loc"] == ["header", "Idempotency-Key"]
    assert sprockets() == 1


def test_a_form_is_the_same_with_another_boundary() -> None:
    def load(rows: str, boundary: str, kind: str = "multipart/form-data; boundary={}") -> Response:
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="file"\r\n\r\n{rows}\r\n'
        headers = {"Content-Type": kind.format(boundary), "Idempotency-Key": "a"}
        return call("POST", "/tables/departments", f"{part}--{boundary}--\r\n", headers)

    assert load("1,A", "----x1").status == 200
    for kind in (
        "multipart/form-data; boundary={}",
        'Multipart/Form-Data;charset=utf-8; Boundary="{}"',
    ):
        again = load("1,A", "----y2", kind)
        assert again.status == 200
        assert again.headers["idempotent-replayed"] == "true"
    # RFC 2046 lets a boundary that is quoted have blanks
    assert load("1,A", "z 3", 'multipart/form-data; boundary="{}"').status == 200
    assert load("1,B", "----x1").status == 422


def test_a_key_belongs_to_its_path_query_and_caller() -> None:
    row = {"rows": [{"id": 1, "department": "a"}]}
    assert post("/tables/departments/rows", row, "a").status == 201
    assert post("/sprockets", SPROCKET, "a").status == 201
    csv = {"Content-Type": "text/csv", "Idempotency-Key": "c"}
    assert call("POST", "/tables/jobs?dry_run=true", "1,a\n", csv).status == 200
    assert "idempotent-replayed" not in call("POST", "/tables/jobs", "1,a\n", csv).headers
    request = event("POST", "/sprockets", json.dumps(SPROCKET), {"Idempotency-Key": "a"})
    request["headers"]["Content-Type"] = "application/json"
    request["requestContext"]["authorizer"] = {"claims": {"sub": "somebody else"}}
    assert "idempotent-replayed" not in invoke(request).headers
    assert sprockets() == 2


def test_a_failed_request_leaves_its_key_free() -> None:
    assert post("/sprockets", {**SPROCKET, "teeth": 0}, "a").status == 422
    assert post("/sprockets", SPROCKET, "a").status == 201
    missing = post("/factories/1/production", events.POINT, "p")
    assert missing.status == 404
    assert post("/factories", {"name": "North"}, "f").status == 201
    assert post("/factories/1/production", events.POINT, "p").status == 201


def sprocket_request() -> dict[str, Any]:
    headers = {"Idempotency-Key": "a", "Content-Type": "application/json"}
    return event("POST", "/sprockets", json.dumps(SPROCKET), headers)


def test_a_request_in_progress_is_a_409() -> None:
    inner: list[Response] = []

    def working() -> dict[str, Any]:
        inner.append(invoke(sprocket_request()))
        return {"statusCode": 201, "body": "{}"}

    assert idempotency.once(sprocket_request(), Context(), "a", working)["statusCode"] == 201
    assert inner[0].status == 409
    assert "still in progress" in inner[0].json["detail"]
    assert sprockets() == 0


class Dying(Context):
    """A function whose time is over."""

    def get_remaining_time_in_millis(self) -> int:
        return 0


def test_what_a_function_that_died_began_is_begun_again_after_its_time() -> None:
    class KilledError(BaseException):
        pass

    def die() -> dict[str, Any]:
        raise KilledError

    with pytest.raises(KilledError):
        idempotency.once(sprocket_request(), Dying(), "a", die)
    assert invoke(sprocket_request()).json["id"] == 1
    assert invoke(sprocket_request()).headers["idempotent-replayed"] == "true"


def test_keys_are_kept_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.idempotency.KEPT", -10)
    assert post("/sprockets", SPROCKET, "a").json["id"] == 1
    assert post("/sprockets", SPROCKET, "a").json["id"] == 2


@pytest.mark.parametrize("key", ["x" * 256, "ünïcode", "tab\tbed"])
def test_an_invalid_key_is_a_400(key: str) -> None:
    response = post("/sprockets", SPROCKET, key)
    assert response.status == 400
    assert "Idempotency-Key" in response.json["detail"]
    assert sprockets() == 0


@pytest.mark.parametrize("path", POSTS)
def test_every_post_documents_the_key(path: str) -> None:
    operation = document()["paths"][path]["post"]
    assert "Idempotency-Key" in {each["name"] for each in operation["parameters"]}
    assert {"400", "409", "422"} <= set(operation["responses"])
