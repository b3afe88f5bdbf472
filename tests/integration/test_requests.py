"""What every route has in common: bounded errors, strict bodies, parameters, HEAD, base paths."""

import gzip
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from greetings import service as greetings
from infra.openapi import routes
from shared import dynamo, retries
from shared.params import FROM, IdsParam
from shared.problems import LONGEST_MESSAGE, MOST_ERRORS, StoreUnavailable
from tests import events
from tests.front_door import Response, call, event, invoke
from tests.replay import OPERATIONS, replay
from tests.template import template

JSON = {"Content-Type": "application/json"}
ROUTES = sorted(events.SAMPLES)
LONG = "x" * 1000


@pytest.fixture(autouse=True)
def fresh(aws: str) -> Iterator[None]:
    dynamo.client.cache_clear()
    yield
    dynamo.client.cache_clear()


def send(key: tuple[str, str], url: str | None = None, **more: Any) -> Response:
    """The sample request of a route, to another URL."""
    sample = events.SAMPLES[key]
    body, headers = sample.body, {**sample.headers, **more}
    if body is not None and not isinstance(body, str):
        body, headers = json.dumps(body), {**JSON, **headers}
    return call(key[0], url or sample.url, body, headers)


def members(count: int) -> str:
    return ",".join(f'"{n}":1' for n in range(count))


BAD = [(1, 2, 3), ("", "")]
HOSTILE = {
    "unknown members": ("/sprockets/import", "{" + members(300_000) + "}"),
    "empty rows": ("/tables/jobs/rows", '{"rows":[' + ",".join(["{}"] * 1000) + "]}"),
    "unknown columns": (
        "/tables/jobs/rows",
        '{"rows":[' + ",".join(["{" + members(300) + "}"] * 1000) + "]}",
    ),
    "sprockets without anything": (
        "/sprockets/import",
        '{"sprockets":[' + ",".join(["{}"] * 10_000) + "]}",
    ),
    "charts of texts": (
        "/factories/import",
        '{"factories":['
        + ",".join(['{"factory":{"chart_data":{"time":[' + ",".join(['""'] * 9_000) + "]}}}"] * 5)
        + "]}",
    ),
    "names given twice": (
        "/factories/import",
        '{"factories":[{' + members(50_000) + "," + members(50_000) + "}]}",
    ),
    "a long name": ("/sprockets", '{"' + "x" * 900_000 + '":1}'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_problem_has_the_first_hundred_errors_and_the_number_of_all(
    tables: None, name: str
) -> None:
    url, body = HOSTILE[name]
    response = call("POST", url, body, JSON)
    assert response.status == 422
    assert len(response.text) < 150_000
    errors, count = response.json["errors"], response.json["error_count"]
    assert len(errors) == min(count, MOST_ERRORS)
    if count > MOST_ERRORS:
        assert f"the first {MOST_ERRORS} of {count} errors" in response.json["detail"]
    assert count >= {
        "unknown members": 300_000,
        "unknown columns": 300_000,
        "names given twice": 50_000,
    }.get(name, 1)
    for error in errors:
        assert error["loc"][0] == "body"
        assert all(len(str(part)) <= LONGEST_MESSAGE for part in error["loc"])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("place", ['{"teeth":%s}', '{"x":[%s]}', "%s", '{"name":"NaN","x":%s}'])
def test_a_body_with_a_number_that_json_does_not_know_is_a_400(
    tables: None, number: str, place: str
) -> None:
    for url in ("/sprockets", "/tables/jobs/rows", "/factories"):
        response = call("POST", url, place % number, JSON)
        assert response.status == 400
        assert "not JSON" in response.json["detail"]


def test_those_numbers_may_be_in_texts(tables: None) -> None:
    assert call("POST", "/factories", '{"name":"NaN and -Infinity"}', JSON).status == 201


def test_a_number_beyond_the_doubles_is_json_and_invalid(tables: None) -> None:
    sprocket = {**events.SPROCKET, "pitch": 0}
    body = json.dumps(sprocket).replace('"pitch": 0', '"pitch": 1e400')
    assert call("POST", "/sprockets", body, JSON).status == 422


WITH_BODY = [key for key in ROUTES if events.SAMPLES[key].body is not None]


@pytest.mark.parametrize("key", WITH_BODY, ids=" ".join)
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip", "x"])
def test_a_compressed_body_is_a_415(tables: None, key: tuple[str, str], coding: str) -> None:
    method, _ = key
    sample = events.SAMPLES[key]
    kind = sample.headers.get("Content-Type", JSON["Content-Type"])
    headers = {"Content-Type": kind, "Content-Encoding": coding}
    packed = gzip.compress(b"anything")
    response = call(method, sample.url, packed, headers)
    assert response.status == 415
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("kind", ["text/plain", ""])
def test_a_body_of_another_type_or_of_none_is_a_415_that_names_both(
    tables: None, kind: str
) -> None:
    for url, known in (("/sprockets", "application/json"), ("/tables/jobs", "text/csv or ")):
        response = call("POST", url, "1,a", {"Content-Type": kind} if kind else {})
        assert response.status == 415
        assert f"the body must be {known}" in response.json["detail"]
        assert response.json["detail"].endswith(f"; its content type is {kind or 'missing'}")


def test_the_content_coding_identity_is_accepted(tables: None) -> None:
    assert send(("POST", "/sprockets"), **{"Content-Encoding": "Identity"}).status == 201


def test_a_csv_that_escaping_makes_too_large_is_a_413_that_names_ingestions(tables: None) -> None:
    csv = {"Content-Type": "text/csv"}
    rows = '"1","x"\n' * 550_000  # 4.4 MB, and 6.6 MB with its quotes escaped
    response = call("POST", "/tables/jobs?dry_run=true&rows=1", rows, csv)
    assert response.status == 413
    assert "/ingestions" in response.json["detail"]
    fitting = call("POST", "/tables/jobs?dry_run=true&rows=1", rows[: len(rows) // 8 * 7], csv)
    assert fitting.status == 200


@pytest.mark.parametrize("name", ["REQUEST_TOO_LARGE", "INTEGRATION_FAILURE"])
def test_so_does_what_api_gateway_refuses_itself(name: str) -> None:
    api = template()["Resources"]["Api"]["Properties"]
    text = api["GatewayResponses"][name]["ResponseTemplates"]["application/json"]
    assert "POST /ingestions" in json.loads(text)["detail"]


WITH_ID = [key for key in ROUTES if "{" in key[1]]


@pytest.mark.parametrize("key", WITH_ID, ids=" ".join)
@pytest.mark.parametrize("text", [LONG, "9" * 1000, "-" + "9" * 1000, "%00" * 300, "é" * 1000])
def test_an_id_of_a_thousand_characters_is_a_404(
    tables: None, key: tuple[str, str], text: str
) -> None:
    parts = [text if part.startswith("{") else part for part in key[1].split("/")]
    response = send(key, "/".join(parts))
    # a name that PUT creates is not one that can be saved
    creates = key[0] == "PUT" and ("POST", key[1].rpartition("/")[0]) not in ROUTES
    assert response.status == (422 if creates else 404), response.text


@pytest.mark.parametrize("key", ROUTES, ids=" ".join)
def test_an_unknown_query_parameter_is_a_400_that_names_it(
    tables: None, key: tuple[str, str]
) -> None:
    path = urlsplit(events.SAMPLES[key].url).path
    response = send(key, f"{path}?limits=1&{'x' * 2000}=&limit=0")
    assert response.status == 400
    named = [error["loc"][1] for error in response.json["errors"]]
    assert named[0] == "limits"
    assert {"limit" if name == "limit" else name[0] for name in named} == {
        "limits"[0],
        "x",
        "limit",
    }
    assert len(response.text) < 3000


def test_a_parameter_that_is_given_twice_is_a_400_that_names_it(tables: None) -> None:
    for route in routes():
        sample = events.SAMPLES.get((route.method, route.path))
        for param in route.query if sample else ():
            path = urlsplit(sample.url).path if sample else ""
            response = send((route.method, route.path), f"{path}?{param.name}=1&{param.name}=2")
            if isinstance(param, IdsParam):
                assert response.status == 422, "no such factory"
                continue
            assert response.status == 400
            (error,) = response.json["errors"]
            assert error["loc"] == ["query", param.name]
            assert error["msg"] == "is given 2 times: give it once"
    assert call("GET", "/health?x=1&x=2").status == 400


def test_a_span_that_ends_before_it_begins_is_a_400_that_names_it(tables: None) -> None:
    for path in sorted(route.path for route in routes() if FROM in route.query):
        response = call("GET", f"{path.replace('{factory_id}', '1')}?from=20&to=10&limits=1")
        assert response.status == 400
        assert {error["loc"][1] for error in response.json["errors"]} == {"from", "limits"}


@pytest.mark.parametrize(
    "key", [k for k in WITH_BODY if k != ("POST", "/tables/{table}")], ids=" ".join
)
def test_a_json_body_that_is_not_utf8_is_a_400_that_says_where(
    tables: None, key: tuple[str, str]
) -> None:
    body = '{"name": "caf\u00e9"}'.encode("latin-1")
    response = call(key[0], events.SAMPLES[key].url, body, JSON)
    assert response.status == 400
    assert "is not UTF-8 at byte 13 (from 0)" in response.json["detail"]
    assert call(key[0], events.SAMPLES[key].url, '{"x": "\\ufffd"}', JSON).status == 422


def test_a_body_that_is_not_json_is_a_fault_of_the_body(tables: None) -> None:
    problem = call("POST", "/sprockets", "{'teeth': 1}", JSON).json
    assert problem["detail"] == "the body is not JSON: key must be a string at line 1 column 2"
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    for url, body, headers in (
        ("/sprockets", "{'teeth': 1}", JSON),
        ("/sprockets", "", JSON),
        ("/sprockets", '{"pitch": NaN}', JSON),
        ("/tables/jobs", "--y", form),
    ):
        problem = call("POST", url, body, headers).json
        assert problem["status"] == 400
        (error,) = problem["errors"]
        assert (error["loc"], error["msg"]) == (["body"], problem["detail"])


def test_several_lines_of_a_header_are_one_list(tables: None) -> None:
    tag = send(("POST", "/sprockets")).headers["etag"]
    request = event("GET", "/sprockets/1", headers={"if-none-match": '"other"'})
    request["multiValueHeaders"] = {"if-none-match": [tag, '"other"']}
    assert invoke(request).status == 304


GETS = sorted(path for method, path in ROUTES if method == "GET")


@pytest.mark.parametrize("path", GETS)
def test_head_responds_like_get_without_a_body(tables: None, built: None, path: str) -> None:
    url = events.SAMPLES["GET", path].url
    got, head = call("GET", url), call("HEAD", url)
    assert (head.status, head.text) == (got.status, "")
    assert head.headers == got.headers
    bad = call("HEAD", f"{url.partition('?')[0]}?nonsense=1")
    assert (bad.status, bad.text) == (400, "")


@pytest.mark.parametrize("path", events.PAGES.values())
def test_head_of_a_page(aws: str, built: None, path: str) -> None:
    got, head = call("GET", path), call("HEAD", path)
    assert (head.status, head.text) == (200, "")
    assert head.headers == got.headers


def test_an_encoded_slash_is_part_of_a_name(tables: None) -> None:
    call("POST", "/sprockets", json_body=events.SPROCKET)
    for url in ("/sprockets/1%2F", "/tables/jobs%2Frows", "/tables/jobs/rows%2f1"):
        assert call("GET", url).status == 404
    # as any other name that cannot be saved
    for name in ("a%2Fb", "%2F", "%2541da", "%2E%2E", "%FF"):
        saved = call("PUT", f"/hello/{name}", json_body={"dateOfBirth": "1990-01-01"})
        assert saved.status == 422, name
        assert call("GET", f"/hello/{name}").json["detail"] == "no such person"
        assert call("DELETE", f"/hello/{name}").json["detail"] == "no such person"


def test_methods_name_head_beside_get(aws: str) -> None:
    for path, methods in (("/sprockets", "GET, HEAD, POST"), ("/docs", "GET, HEAD")):
        assert call("PATCH", path).headers["allow"] == methods
    assert call("HEAD", "/tables/jobs/none").status == 404
    assert call("HEAD", "/ingestions/1/retry").status == 405


def behind(base: str, method: str, url: str, **more: Any) -> Response:
    """A request to a custom domain with a base path, as API Gateway hands it over."""
    request = event(method, url, **more)
    request["path"] = f"{base}{request['path']}"
    request["requestContext"]["path"] = f"{base}{request['requestContext']['path']}"
    return invoke(request)


@pytest.mark.parametrize("base", ["/shop", "/a/b", "/sprockets"])
def test_routes_work_behind_a_base_path(tables: None, built: None, base: str) -> None:
    body = json.dumps(events.SPROCKET)
    made = behind(base, "POST", "/sprockets", body=body, headers=JSON)
    assert (made.status, made.headers["location"]) == (201, "./sprockets/1")
    assert behind(base, "GET", "/sprockets/1").json["id"] == 1
    assert behind(base, "GET", "/sprockets?limit=1").status == 200
    assert behind(base, "GET", "/sprockets/1/").status == behind("", "GET", "/sprockets/1/").status
    assert behind(base, "GET", "/sprockets/2").status == 404
    assert behind(base, "DELETE", "/sprockets").status == 405
    birthday = '{"dateOfBirth":"2000-01-01"}'
    assert behind(base, "PUT", "/hello/Zo%C3%AB", body=birthday, headers=JSON).status == 204
    assert "Zoë" in behind(base, "GET", "/hello/Zo%C3%AB").json["message"]
    for page in ("/", "/docs", "/health", "/static/console.js"):
        assert behind(base, "GET", page).status == 200
    assert behind(base, "GET", "/docs/").headers["location"] == "../docs"


def test_a_key_where_nothing_is_posted_is_a_405_without_a_store(aws: str) -> None:
    for url in ("/birthdays", "/hello/Ada", "/reports/mean-hires", "/sprockets/1"):
        assert call("POST", url, "{}", {"Idempotency-Key": "a"}).status == 405
    assert call("POST", "/reports/none", "{}", {"Idempotency-Key": "a"}).status == 404


@pytest.mark.parametrize("key", ["", " ", "x" * 256])
def test_an_invalid_key_is_a_400(tables: None, key: str) -> None:
    response = send(("POST", "/sprockets"), **{"Idempotency-Key": key})
    assert response.status == 400
    assert response.json["errors"][0]["loc"] == ["header", "Idempotency-Key"]
    assert call("GET", "/sprockets").json["items"] == []


@pytest.mark.parametrize("letter", ["x", "é", "𝒳", "\n"])
def test_a_response_larger_than_lambda_returns_is_a_500(
    tables: None, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    escaped = len(json.dumps(json.dumps(letter, ensure_ascii=False))) - 6
    for size, status in ((5_900_000, 200), (6_400_000, 500)):
        text = letter * (size // escaped)
        monkeypatch.setattr(greetings, "greet", lambda *_, text=text: (text, '"v1"'))
        for method in ("GET", "HEAD"):
            response = call(method, "/hello/Ada")
            assert response.status == status
        if status == 500:
            assert "6 MB" in call("GET", "/hello/Ada").json["detail"]


def test_a_failure_is_logged_with_its_cause_and_the_id_of_its_problem(
    aws: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(retries, "STORE_ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    for key in ({}, {"Idempotency-Key": "a"}):
        caplog.clear()
        response = call("POST", "/sprockets", json.dumps(events.SPROCKET), {**JSON, **key})
        assert response.status == 503
        (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert vars(line)["request_id"] == response.json["instance"]
        assert line.exc_info is not None
        chain, error = [], line.exc_info[1]
        while error is not None:
            chain.append(type(error))
            error = error.__cause__
        assert chain[0] is StoreUnavailable
        assert chain[-1].__module__.startswith("pydynox")
        assert line.exc_info[2] is not None


def test_an_unknown_failure_is_logged_with_its_traceback(
    aws: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("why")

    monkeypatch.setattr(greetings, "greet", broken)
    response = call("GET", "/hello/Ada")
    assert response.status == 500
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert vars(line)["request_id"] == response.json["instance"]
    assert line.exc_info is not None
    assert line.exc_info[1] is not None
    cause = line.exc_info[1].__cause__
    assert isinstance(cause, RuntimeError)
    assert cause.__traceback__ is not None


def test_refusals_are_no_failures(tables: None, caplog: pytest.LogCaptureFixture) -> None:
    assert call("GET", "/sprockets/7").status == 404
    assert caplog.records == []


# a list, what changes with the moment, and an address that is signed anew each time
WITHOUT_TAG = {"/tables", "/health", "/reports/overview", "/ingestions/{ingestion_id}/rejects"}


def test_a_single_resource_has_a_validator(seeded: None, built: None) -> None:
    without = set()
    for name, (method, path) in OPERATIONS.items():
        response = replay(name) if method == "GET" else None
        if response is None or '"items"' in response.text[:10]:
            continue
        tag = {"If-None-Match": response.headers.get("etag", "none")}
        if call("GET", events.SAMPLES[method, path].url, headers=tag).status != 304:
            without.add(path)
    assert without == WITHOUT_TAG
