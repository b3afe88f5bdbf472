"""Who may call the deployed API: tokens, their scopes, and what is open to everyone."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from infra.local.access import code_of as sign_in_page
from infra.local.deploy import outputs
from sprocketworks import login
from sprocketworks.login import Places, by_secret
from tests.stack import Stack

pytestmark = pytest.mark.e2e
# API Gateway responds with either of a token that lacks the scope
REFUSED = {401, 403}


@pytest.fixture(scope="module")
def anyone(stack: Stack) -> Iterator[httpx.Client]:
    """Somebody without a token."""
    with httpx.Client(base_url=stack.described["api"], timeout=60) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def program(stack: Stack, pool: str, *scopes: str, **more: Any) -> dict[str, Any]:
    """The token of a new program of a user pool."""
    pools = stack.cloud.client("cognito-idp")
    client = pools.create_user_pool_client(
        UserPoolId=pool,
        ClientName="test",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=list(scopes),
        **more,
    )["UserPoolClient"]
    response = httpx.post(
        f"{stack.cloud.endpoint}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": " ".join(scopes)},
        auth=(client["ClientId"], client["ClientSecret"]),
    )
    assert response.status_code == 200, response.text
    return dict(response.json())


@pytest.fixture(scope="module")
def pool(stack: Stack) -> str:
    return outputs(stack.cloud)["UserPoolId"]


@pytest.mark.parametrize(
    "path", ["/health", "/", "/docs", "/redoc", "/openapi.json", "/static/console.js"]
)
def test_the_console_the_docs_and_health_are_open(anyone: httpx.Client, path: str) -> None:
    assert anyone.get(path).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/tables"),
        ("GET", "/tables/jobs/rows"),
        ("POST", "/tables/jobs"),
        ("GET", "/ingestions"),
        ("POST", "/ingestions"),
        ("GET", "/sprockets"),
        ("DELETE", "/sprockets/1"),
        ("PUT", "/factories/1"),
        ("GET", "/reports/mean-hires"),
        ("GET", "/hello/Ada"),
        ("PUT", "/hello/Ada"),
        ("GET", "/birthdays"),
    ],
)
def test_all_else_asks_for_a_token(anyone: httpx.Client, method: str, path: str) -> None:
    for headers in ({}, bearer("a.b.c")):
        refused = anyone.request(method, path, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["instance"]


@pytest.mark.parametrize("path", ["/", "/sprockets", "/sprockets/1", "/nowhere"])
def test_a_method_that_no_function_has_is_a_problem_of_the_gateway(stack: Stack, path: str) -> None:
    for method in ("OPTIONS", "TRACE"):
        response = stack.api.request(method, path)
        assert (response.status_code, response.json()["title"]) == (404, "Not Found")
        assert response.headers["content-type"] == "application/problem+json"


def test_a_path_reaches_a_function_as_it_was_sent(stack: Stack) -> None:
    for name in ("a%2Fb", "%2541da", "%FF"):
        saved = stack.api.put(f"/hello/{name}", json={"dateOfBirth": "1990-01-01"})
        assert saved.status_code == 422, name


def test_a_token_of_a_person_reads_and_writes(stack: Stack) -> None:
    assert stack.api.get("/tables").status_code == 200
    assert stack.api.post("/tables/jobs/rows", json={"rows": []}).status_code == 422


def test_a_token_does_what_its_scopes_say(stack: Stack, anyone: httpx.Client, pool: str) -> None:
    reader = bearer(program(stack, pool, "sprocketworks/read")["access_token"])
    writer = bearer(program(stack, pool, "sprocketworks/write")["access_token"])
    assert anyone.get("/tables", headers=reader).status_code == 200
    assert anyone.post("/tables/jobs/rows", headers=reader, json={}).status_code in REFUSED
    assert anyone.delete("/hello/Nobody", headers=reader).status_code in REFUSED
    assert anyone.post("/tables/jobs/rows", headers=writer, json={}).status_code == 422
    assert anyone.get("/tables", headers=writer).status_code in REFUSED


def test_a_program_of_the_template_gets_a_token_by_its_secret(
    stack: Stack, anyone: httpx.Client, pool: str
) -> None:
    client = outputs(stack.cloud)["MachineClientId"]
    described = stack.cloud.client("cognito-idp").describe_user_pool_client(
        UserPoolId=pool, ClientId=client
    )
    places = Places(**stack.described["auth"])
    token = by_secret(places, client, described["UserPoolClient"]["ClientSecret"])
    assert anyone.get("/tables", headers=bearer(token["access_token"])).status_code == 200


def test_a_token_of_another_pool_is_refused(stack: Stack, anyone: httpx.Client) -> None:
    pools = stack.cloud.client("cognito-idp")
    other = pools.create_user_pool(PoolName="other")["UserPool"]["Id"]
    pools.create_resource_server(
        UserPoolId=other,
        Identifier="sprocketworks",
        Name="other",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "read"}],
    )
    foreign = bearer(program(stack, other, "sprocketworks/read")["access_token"])
    assert anyone.get("/tables", headers=foreign).status_code == 401


def test_a_token_that_was_changed_or_is_over_is_refused(
    stack: Stack, anyone: httpx.Client, pool: str
) -> None:
    token = stack.described["headers"]["Authorization"].removeprefix("Bearer ")
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["exp"] += 1_000_000
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    assert anyone.get("/tables", headers=bearer(f"{head}.{changed}.{signature}")).status_code == 401
    short = program(
        stack,
        pool,
        "sprocketworks/read",
        AccessTokenValidity=1,
        TokenValidityUnits={"AccessToken": "seconds"},
    )
    time.sleep(2.1)
    over = bearer(short["access_token"])
    assert anyone.get("/tables", headers=over).status_code == 401


def test_somebody_logs_in_by_the_command_line_and_the_browser(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    threads = []

    def browse(url: str) -> bool:
        (state,) = parse_qs(urlsplit(url).query)["state"]
        back = f"http://localhost:{login.LOOPBACK_PORT}/?state={state}&code={sign_in_page(url)}"
        threads.append(threading.Thread(target=httpx.get, args=(back,)))
        threads[0].start()
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    api = stack.described["api"]
    login.keep(api, login.in_browser(login.places_of(api)))
    threads[0].join()
    token = login.kept_token(f"{api}/")
    assert token
    assert httpx.get(f"{api}/tables", headers=bearer(token)).status_code == 200
    assert (tmp_path / "sprocketworks/tokens.json").stat().st_mode & 0o777 == 0o600
    assert login.kept_token("https://elsewhere") is None
