"""The functions with a proxy before their store, and the size and seed of generated tests.

`make faults EXAMPLES=5000 SEED=7` generates more than `make test` does, and runs what is marked
`long`. A failure prints its seed; the same seed generates the same examples.
"""

import os
import random
from collections.abc import Iterator

import pytest

from ingestion.large import executions, objects
from projector.store import runs
from shared import dynamo, retries
from tests.faults.proxy import Proxy

FEW = 60  # examples of each generated test in `make test`


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--examples", type=int, help="examples of each generated test")
    parser.addoption("--seed", type=int, default=1, help="seed of the generated tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("examples", None) is None:
        skip = pytest.mark.skip(reason="takes long: make faults")
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(skip)


@pytest.fixture
def examples(request: pytest.FixtureRequest) -> int:
    """How many examples a generated test runs."""
    return int(request.config.getoption("examples", None) or FEW)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance of the run's seed, another for each test."""
    return random.Random(f"{request.config.getoption('seed', 1)} {request.node.name}")


@pytest.fixture
def proxy(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    made = Proxy(os.environ["AWS_ENDPOINT_URL"])
    host, port = made.server.server_address[:2]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host!s}:{port}")
    monkeypatch.setattr(retries, "FIRST_BACKOFF", 0.001)
    monkeypatch.setattr(retries, "LAST_BACKOFF", 0.002)
    monkeypatch.setattr(retries, "state", retries.State())
    dynamo.forget_clients()
    yield made
    dynamo.forget_clients()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def tables_alone_fail(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """S3 and Step Functions are reached without the proxy."""
    for service in ("S3", "SFN"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", proxy.store)
    clients = (objects.client, executions.client, runs.client)
    for client in clients:
        client.cache_clear()
    yield
    for client in clients:
        client.cache_clear()
