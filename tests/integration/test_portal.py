"""The portal: health, the console, the docs, and every path that is nowhere else."""

import gzip
import json
import logging
import math
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, cast

import boto3
import pytest

from portal import health
from portal.files import FILES
from shared import dynamo, retries
from shared.settings import setting
from tests.front_door import Context, Response, call, event, invoke
from tests.template import environment

pytestmark = pytest.mark.usefixtures("built")


@pytest.fixture(autouse=True)
def fresh_clients(aws: str) -> Iterator[None]:
    dynamo.client.cache_clear()
    health._s3.cache_clear()
    forget_health()
    yield
    forget_health()


def forget_health() -> None:
    health.latest.until = -math.inf


def test_health_names_every_store(tables: None) -> None:
    response = call("GET", "/health")
    assert response.status == 200
    assert response.json == {"status": "ok", "checks": dict.fromkeys(response.json["checks"], "ok")}
    assert {"departments", "factories", "birthdays", "landing"} < set(response.json["checks"])
    assert response.headers["cache-control"] == "public, max-age=5"


def test_health_reads_the_stores_again_when_its_result_is_some_seconds_old(tables: None) -> None:
    assert call("GET", "/health").status == 200
    with gone_bucket():
        # anyone may ask as often as they like
        assert [call("GET", "/health").status for _ in range(3)] == [200] * 3
        health.latest.until -= health.KEPT_SECONDS
        failed = call("GET", "/health")
        assert (failed.status, failed.headers["cache-control"]) == (503, "no-store")
    assert call("GET", "/health").status == 503
    health.latest.until -= health.KEPT_SECONDS
    assert call("GET", "/health").status == 200


@contextmanager
def gone_bucket() -> Iterator[None]:
    boto3.client("s3").delete_bucket(Bucket="landingbucket")
    try:
        yield
    finally:
        boto3.client("s3").create_bucket(Bucket="landingbucket")


def test_health_asks_every_table_that_the_functions_know() -> None:
    known = {name for name in environment() if name.endswith("_TABLE")}
    assert {setting for setting, _ in health.PROBED.values()} == known


def test_a_store_that_is_gone_is_named_and_nothing_else_about_it(
    tables: None, caplog: pytest.LogCaptureFixture
) -> None:
    request = event("GET", "/health")
    request["requestContext"]["requestId"] = "request-of-mine"
    boto3.client("dynamodb").delete_table(TableName="JobsTable")
    try:
        with gone_bucket():
            response = invoke(request)
    finally:
        boto3.client("dynamodb").create_table(
            TableName="JobsTable",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    assert (response.status, response.json["status"]) == (503, "unavailable")
    expect_security(response)
    bad = {name for name, check in response.json["checks"].items() if check == "unavailable"}
    assert bad == {"jobs", "landing"}
    assert int(response.headers["retry-after"]) > 0
    assert "JobsTable" not in response.text
    assert "arn:" not in response.text
    lines = [vars(record) for record in caplog.records if record.levelno == logging.ERROR]
    assert {line["store"] for line in lines} == bad
    assert {line["request_id"] for line in lines} == {"request-of-mine"}
    assert all(line["exc_info"] for line in lines)


def test_health_responds_in_time_when_no_store_does(
    aws: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(health, "HEALTH_SECONDS", 0.3)
    monkeypatch.setattr(retries, "STORE_ATTEMPTS", 2)
    response = call("GET", "/health")
    assert response.status == 503
    assert set(response.json["checks"].values()) == {"unavailable"}


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_served_as_text_with_a_validator(path: str) -> None:
    file = FILES[path]
    result = answered("GET", path)
    assert result["statusCode"] == 200
    assert result["isBase64Encoded"] is False
    assert result["headers"]["content-type"].startswith(file.media_type)
    assert result["body"].encode() == file.content
    # Lambda's limit, with room for what the runtime escapes
    assert len(json.dumps(result)) < 5_000_000
    tag = result["headers"]["etag"]
    again = answered("GET", path, {"If-None-Match": f'"other", {tag}'})
    assert (again["statusCode"], again["body"]) == (304, "")
    assert again["headers"]["etag"] == tag
    assert answered("GET", path, {"If-None-Match": '"other"'})["statusCode"] == 200


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc"])
def test_a_page_refers_to_its_own_files_only_and_by_relative_addresses(path: str) -> None:
    response = call("GET", path)
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "http" not in policy.replace(os.environ["AWS_ENDPOINT_URL"], "")
    references = re.findall(r'(?:src|href|spec-url)="([^"#]+)"', response.text)
    assert references
    for reference in references:
        path, _, version = reference.partition("?v=")
        file = FILES[f"/{path}"]
        assert version == (file.digest if path.startswith("static/") else "")


def test_a_file_that_is_requested_by_its_digest_is_kept_for_a_year() -> None:
    digest = FILES["/static/console.js"].digest
    for query, kept in {
        f"?v={digest}": "public, max-age=31536000, immutable",
        "?v=another": "no-cache",
        "": "no-cache",
    }.items():
        response = call("GET", f"/static/console.js{query}")
        assert response.headers["cache-control"] == kept
    assert call("GET", "/").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_pages_ignore_a_query_and_documents_refuse_it(method: str) -> None:
    # links to pages get parameters for tracking, and the sign-in comes back with its own
    for path in FILES.keys() - {"/openapi.json"}:
        assert call(method, f"{path}?utm_source=mail&code=1&state=2").status == 200
    for path in ("/openapi.json", "/static/access.json", "/health"):
        refused = call(method, f"{path}?limits=1")
        assert refused.status == 400
        if method == "GET":
            assert refused.json["errors"][0]["loc"] == ["query", "limits"]


def test_the_first_view_of_the_console_is_small() -> None:
    files = [FILES[path].content for path in ("/", "/static/console.js", "/static/favicon.svg")]
    # API Gateway compresses; what is left of 120,000 bytes is for the data
    assert sum(len(gzip.compress(content)) for content in files) < 90_000


def test_the_console_may_send_files_to_the_bucket_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    setting.cache_clear()
    policy = call("GET", "/").headers["content-security-policy"]
    setting.cache_clear()
    assert "connect-src 'self'  https://landingbucket.s3.eu-central-1.amazonaws.com;" in policy


def test_the_policy_allows_just_the_script_and_style_inside_the_console() -> None:
    response = call("GET", "/")
    inside = re.findall(r"<(?:script|style)>(.*?)</", response.text, re.DOTALL)
    digests = [f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in inside]
    assert len(digests) == 2
    policy = response.headers["content-security-policy"]
    assert set(re.findall(r"'sha256-[^']+'", policy)) == set(digests)
    assert "unsafe" not in policy


def test_the_console_starts_below_what_it_draws_into() -> None:
    # a script that is kept may run at once, before the rest of the page is read
    text = call("GET", "/").text
    assert text.index('<div id="console">') < text.index("import(new URL(")


def test_a_page_with_a_slash_too_many_leads_to_the_page() -> None:
    response = call("GET", "/docs/")
    assert (response.status, response.headers["location"]) == (308, "../docs")


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nowhere", 404, None),
        ("POST", "/nowhere/at/all", 404, None),
        ("GET", "/static/../handler.py", 404, None),
        ("GET", "/static/handler.py", 404, None),
        ("GET", "/é%2F☃", 404, None),
        ("DELETE", "/", 405, "GET, HEAD"),
        ("POST", "/health", 405, "GET, HEAD"),
        ("PATCH", "/static/console.js", 405, "GET, HEAD"),
    ],
)
def test_every_other_path_or_method_is_a_problem(
    method: str, path: str, status: int, allow: str | None
) -> None:
    request = event(method, path, body="no matter what: \ud800")
    result = invoked(request)
    assert result["statusCode"] == status
    assert result["headers"]["content-type"] == "application/problem+json"
    assert result["headers"].get("allow") == allow
    problem = json.loads(result["body"])
    assert list(problem) == ["type", "title", "status", "detail", "instance"]
    assert problem["instance"] == request["requestContext"]["requestId"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in FILES),
        ("HEAD", "/docs"),
        ("GET", "/docs/"),
        ("GET", "/health"),
        ("GET", "/health?x=1"),
        ("GET", "/nowhere"),
        ("DELETE", "/docs"),
        ("GET", "/static/access.json"),
    ],
)
def test_everything_has_the_headers_of_security(method: str, path: str) -> None:
    response = call(method, path)
    expect_security(response)
    policy = response.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    page = response.status == 200 and response.headers["content-type"].startswith("text/html")
    assert policy.startswith(f"default-src {'self' if page else 'none'!r}")
    if "etag" in response.headers:
        again = call(method, path, headers={"If-None-Match": response.headers["etag"]})
        assert again.status == 304
        assert again.headers["content-security-policy"] == policy
        expect_security(again)


def expect_security(response: Response) -> None:
    for name, value in {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }.items():
        assert response.headers[name] == value
    assert "camera=()" in response.headers["permissions-policy"]
    assert int(response.headers["strict-transport-security"][len("max-age=") :].split(";")[0]) > 0


def test_an_unknown_failure_is_a_problem_that_says_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("arn:aws:dynamodb:us-east-1:123456789012:table/t")

    monkeypatch.setattr("portal.health.check_stores", broken)
    response = call("GET", "/health")
    assert response.status == 500
    assert response.headers["content-type"] == "application/problem+json"
    expect_security(response)
    assert list(response.json) == ["type", "title", "status", "detail", "instance"]
    assert "arn:" not in response.text


def test_a_host_that_is_no_name_is_no_failure() -> None:
    assert call("GET", "/favicon.ico", headers={"Host": "[::1]:x"}).status == 404


def answered(method: str, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return invoked(event(method, path, headers=headers))


def invoked(request: dict[str, Any]) -> dict[str, Any]:
    from portal.handler import handler

    return handler(request, cast("Any", Context()))


def test_the_console_learns_where_people_sign_in(aws: str) -> None:
    request = event("GET", "/static/access.json")
    assert invoke(request).status == 404
    request["stageVariables"] = {"client_id": "abc", "sign_in": "https://sign.in"}
    response = invoke(request)
    assert response.json == {
        "authorize_url": "https://sign.in/oauth2/authorize",
        "token_url": "https://sign.in/oauth2/token",
        "client_id": "abc",
    }
    contract = {**event("GET", "/openapi.json"), "stageVariables": request["stageVariables"]}
    flow = invoke(contract).json["components"]["securitySchemes"]["oauth2"]["flows"]
    assert flow["authorizationCode"]["authorizationUrl"] == "https://sign.in/oauth2/authorize"
    assert flow["clientCredentials"]["tokenUrl"] == "https://sign.in/oauth2/token"
    page = {**event("GET", "/"), "stageVariables": request["stageVariables"]}
    policy = invoke(page).headers["content-security-policy"]
    assert "connect-src 'self' https://sign.in " in policy
