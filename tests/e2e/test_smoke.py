"""Whether a deployed stack serves: nothing is written, so it can be run against any, also in use.

`make smoke URL=https://… TOKEN=…`; without a token, only what is open and that the rest is not.
"""

import os
import time
from collections.abc import Iterator

import httpx
import pytest

pytestmark = pytest.mark.e2e

OPEN = ("/health", "/openapi.json", "/docs", "/redoc", "/")


@pytest.fixture(scope="module")
def anybody(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client without a token, of the address that was given or of the tests' own stack."""
    url = os.environ.get("SMOKE_URL") or request.getfixturevalue("cloud")["api"]
    # a function's first call starts it
    with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as client:
        yield client


@pytest.fixture(scope="module")
def member(anybody: httpx.Client, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client with a token that may read."""
    if "SMOKE_URL" not in os.environ:
        headers = request.getfixturevalue("cloud")["headers"]
    elif os.environ.get("SMOKE_TOKEN"):
        headers = {"Authorization": f"Bearer {os.environ['SMOKE_TOKEN']}"}
    else:
        pytest.skip("no TOKEN was given")
    with httpx.Client(base_url=anybody.base_url, headers=headers, timeout=60) as client:
        yield client


def lists(client: httpx.Client) -> list[str]:
    """The paths that can be read without knowing an id, and are not open to everyone."""
    paths = client.get("/openapi.json").raise_for_status().json()["paths"]
    return [
        path
        for path, methods in paths.items()
        if "get" in methods and "{" not in path and path not in OPEN
    ]


def served(client: httpx.Client, path: str) -> httpx.Response:
    """The response, for which a store that is slow for a moment has a minute."""
    deadline = time.monotonic() + 60
    while (response := client.get(path)).status_code == 503 and time.monotonic() < deadline:
        time.sleep(float(response.headers.get("retry-after", 1)))
    assert response.status_code == 200, f"{path}: {response.text}"
    return response


def test_all_stores_are_healthy(anybody: httpx.Client) -> None:
    assert served(anybody, "/health").json()["status"] == "ok"


@pytest.mark.parametrize("path", OPEN)
def test_what_is_open_is_served_safely(anybody: httpx.Client, path: str) -> None:
    response = served(anybody, path)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "max-age" in response.headers["strict-transport-security"]


def test_everything_else_asks_for_a_token(anybody: httpx.Client) -> None:
    found = lists(anybody)
    assert {"/sprockets", "/factories", "/tables", "/ingestions"} <= set(found)
    for path in found:
        assert anybody.get(path).status_code == 401, path


def test_every_list_and_report_responds(anybody: httpx.Client, member: httpx.Client) -> None:
    for path in lists(anybody):
        response = served(member, path)
        assert response.headers["content-type"].startswith("application/json")
