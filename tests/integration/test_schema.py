"""The handlers keep what the OpenAPI document promises, whatever is sent."""

from collections.abc import Iterator

import pytest
from schemathesis import GenerationMode

from ingestion.large import executions, objects
from shared import dynamo
from shared.datasets import DATA_SETS
from tests import events
from tests.bridge import Bridge, serving
from tests.conformance import MODES, OPERATIONS, expect_conformance

# of the connections that schemathesis keeps
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)

# the portal answers in the main thread only, where its event loop is
HANDLED = [operation for operation in OPERATIONS if operation[0] != "/health"]


@pytest.fixture
def bridge(tables: None, built: None) -> Iterator[Bridge]:
    clients = (dynamo.client, objects.client, executions.client)
    for client in clients:
        client.cache_clear()
    for name, rows in events.ROWS.items():
        dynamo.table(DATA_SETS[name].setting, DATA_SETS[name].key).put_many(rows)
    with serving() as made:
        yield made
    for client in clients:
        client.cache_clear()


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", HANDLED, ids=" ".join)
def test_responses_are_as_the_document_describes(
    bridge: Bridge, operation: tuple[str, str], mode: GenerationMode
) -> None:
    expect_conformance(bridge.url, operation, mode, examples=15)
