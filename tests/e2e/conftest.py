"""The stack that the end-to-end tests share: a free port, a state folder that goes away."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.__main__ import up
from infra.local.cloud import Cloud
from tests.browser import CHROMIUM, PATIENCE, chromium, sign_in, watched
from tests.stack import STACK_REGION, Stack, free_port, soon

# of the files: the longest begin first, so that the processes end at about the same time
LONGEST = (
    "test_local_cloud",
    "test_deploying",
    "test_views",
    "test_large_files",
    "test_console",
    "test_browser",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack with the sample data; nothing is left running after it."""
    # what tests against moto set would reach the SAM CLI
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        if name != "AWS_CA_BUNDLE":
            del os.environ[name]
    cloud = Cloud(Path(tmp_path_factory.mktemp("cloud")), free_port(), region=STACK_REGION)
    try:
        described = up(cloud)
        with httpx.Client(
            base_url=described["api"], headers=described["headers"], timeout=60
        ) as api:
            stack = Stack(cloud, described, api)
            expect_that_the_views_have_the_tables(stack)
            yield stack
    finally:
        cloud.stop()


def expect_that_the_views_have_the_tables(stack: Stack) -> None:
    """They follow by a moment, in which no test is to look at them."""

    def counts() -> dict[str, int]:
        return {each["name"]: each["rows"] for each in stack.api.get("/tables").json()["tables"]}

    rows = {name: stack.count(f"{name.title().replace('_', '')}Table") for name in counts()}
    soon(counts, rows)


@pytest.fixture(scope="session")
def cloud(stack: Stack) -> dict[str, Any]:
    """The content of cloud.json."""
    return stack.described


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium on the PATH: .ci/run installs it")
        pytest.skip("no chromium on the PATH, e.g. by apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with chromium() as browser:
        yield browser


@pytest.fixture
def api(cloud: dict[str, Any]) -> str:
    """The stage's address, without a slash at its end."""
    return str(cloud["api"])


@pytest.fixture
def page(browser: Browser, cloud: dict[str, Any]) -> Iterator[Page]:
    """A signed-in page that reaches no other host, and reports no error."""
    with watched(browser) as page:
        sign_in(page, cloud)
        yield page
