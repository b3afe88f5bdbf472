"""Requests made from the OpenAPI document, and responses held against it."""

from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra import openapi

DOCUMENT = openapi.document()
for _operations in DOCUMENT["paths"].values():
    for _operation in _operations.values():
        # tokens are tested elsewhere; the refusals of the local cloud's gateway are of its own
        _operation.pop("security", None)
OPERATIONS = sorted((path, method) for path, item in DOCUMENT["paths"].items() for method in item)
MODES = list(GenerationMode)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


def expect_conformance(
    url: str,
    operation: tuple[str, str],
    mode: GenerationMode,
    *,
    examples: int,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Some requests to an operation, valid ones or not: no 5xx, nothing outside of the document."""
    path, method = operation
    made = schemathesis.openapi.from_dict(DOCUMENT)[path][method]

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=made.as_strategy(generation_mode=mode))
    def holds(case: Case[Any]) -> None:
        response = case.call(base_url=url, headers=dict(headers or {}))
        case.validate_response(response, checks=CHECKS)

    try:
        holds()
    except Unsatisfiable:
        pytest.skip("nothing of it can be wrong")
