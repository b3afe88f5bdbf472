"""The functions with a proxy before their store."""

import os
from collections.abc import Iterator

import pytest

from shared import dynamo
from tests.faults.proxy import Proxy


@pytest.fixture
def proxy(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    made = Proxy(os.environ["AWS_ENDPOINT_URL"])
    host, port = made.server.server_address[:2]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host!s}:{port}")
    monkeypatch.setattr(dynamo, "FIRST_BACKOFF", 0.001)
    monkeypatch.setattr(dynamo, "LAST_BACKOFF", 0.002)
    dynamo.client.cache_clear()
    yield made
    dynamo.client.cache_clear()
    made.server.shutdown()
    made.server.server_close()
