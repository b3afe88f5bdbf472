"""The deployed API keeps what the OpenAPI document promises, whatever is sent."""

import pytest
from schemathesis import GenerationMode

from tests.conformance import MODES, OPERATIONS, expect_conformance
from tests.stack import Stack

pytestmark = [
    pytest.mark.e2e,
    # of the connections that schemathesis keeps
    pytest.mark.filterwarnings(
        "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
    ),
]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_responses_match_the_document(
    stack: Stack, operation: tuple[str, str], mode: GenerationMode
) -> None:
    expect_conformance(
        stack.described["api"], operation, mode, examples=6, headers=stack.described["headers"]
    )
