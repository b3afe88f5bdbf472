"""The tables while the store fails: a 503 that may be tried again, and nothing doubled after it."""

import random

import pytest

from tests.faults.proxy import Fault, Proxy
from tests.front_door import Response, call

CSV = {"Content-Type": "text/csv"}
JSON = {"Content-Type": "application/json"}


def load(rows: int, query: str = "") -> Response:
    text = "".join(f"{n},department {n}\n" for n in range(rows))
    return call("POST", f"/tables/departments{query}", text, CSV)


def loaded(rows: int) -> dict[int, str]:
    return {n: f"department {n}" for n in range(rows)}


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"),
    [
        ("GET", "/tables", None, {}),
        ("GET", "/tables/departments", None, {}),
        ("GET", "/tables/departments/rows", None, {}),
        ("GET", "/tables/departments/rows/1", None, {}),
        ("POST", "/tables/departments", "1,Casting\n", CSV),
        ("POST", "/tables/departments/rows", '{"rows":[{"id":1,"department":"a"}]}', JSON),
    ],
)
def test_a_store_that_is_away_is_a_503(
    proxy: Proxy, method: str, path: str, body: str | None, headers: dict[str, str]
) -> None:
    proxy.plan = lambda _: "refused"
    response = call(method, path, body, headers)
    assert (response.status, response.headers["retry-after"]) == (503, "5")
    assert response.headers["content-type"] == "application/problem+json"
    for secret in ("DepartmentsTable", "DEPARTMENTS_TABLE", "InternalServerError", "127.0.0.1"):
        assert secret not in response.text
    proxy.plan = lambda _: None
    assert call(method, path, body, headers).status in {200, 201, 404}


def test_a_load_that_fails_midway_is_loaded_again_without_doubling(proxy: Proxy) -> None:
    proxy.plan = lambda n: "refused" if n > 6 else None
    assert load(1000).status == 503
    assert 0 < len(proxy.departments()) < 1000
    proxy.plan = lambda _: None
    again = load(1000).json
    assert (again["read"], again["written"], again["rejected"]) == (1000, 1000, 0)
    assert proxy.departments() == loaded(1000)


@pytest.mark.parametrize("seed", range(4))
def test_calls_refused_and_responses_lost_leave_each_row_once(proxy: Proxy, seed: int) -> None:
    chance = random.Random(seed)
    faults: list[Fault] = ["refused", "throttled", "cut", "lost", "unprocessed", *[None] * 7]
    proxy.plan = lambda _: chance.choice(faults)
    response = load(500)
    for _ in range(20):
        if response.status == 200:
            break
        assert response.status == 503
        response = load(500)
    assert response.json["written"] == 500
    assert proxy.departments() == loaded(500)


def test_rows_of_json_whose_response_is_lost_are_there_once(proxy: Proxy) -> None:
    proxy.plan = lambda _: "lost"
    rows = [{"id": n, "department": f"department {n}"} for n in range(60)]
    assert call("POST", "/tables/departments/rows", json_body={"rows": rows}).status == 503
    proxy.plan = lambda _: None
    assert call("POST", "/tables/departments/rows", json_body={"rows": rows}).status == 201
    assert proxy.departments() == loaded(60)


def test_a_keyed_request_is_done_once_whatever_responses_are_lost(proxy: Proxy) -> None:
    keyed = {**JSON, "Idempotency-Key": "a"}
    rows = '{"rows":[{"id":1,"department":"a"}]}'
    proxy.plan = lambda n: "lost" if n == 1 else None  # of the write that claims the key
    first = call("POST", "/tables/departments/rows", rows, keyed)
    assert first.status == 201
    again = call("POST", "/tables/departments/rows", rows, keyed)
    assert (again.status, again.headers["idempotent-replayed"]) == (201, "true")
    proxy.plan = lambda _: "refused"
    away = call("POST", "/tables/departments/rows", rows, {**keyed, "Idempotency-Key": "b"})
    assert (away.status, away.headers["retry-after"]) == (503, "5")


def test_what_is_not_to_be_written_does_not_reach_the_store(proxy: Proxy) -> None:
    proxy.plan = lambda _: "refused"
    assert load(100, "?dry_run=true").json["written"] == 100
    unclosed = call("POST", "/tables/departments", '1,a\n2,b\n3,"c\n', CSV)
    latin = call("POST", "/tables/departments", "1,a\n2,ß\n".encode("latin-1"), CSV)
    one_bad = {"rows": [{"id": 1, "department": "a"}, {"id": 2}]}
    json_rows = call("POST", "/tables/departments/rows", json_body=one_bad)
    assert [response.status for response in (unclosed, latin, json_rows)] == [422, 422, 422]
    assert not proxy.calls
