"""A restored table takes the place of the stack's own, everywhere."""

import json
import re
from typing import Any

import pytest

from tests.deployed import of_type
from tests.template import template
from tests.transformed import Resources, resolved, transformed

TABLES = "arn:aws:dynamodb:eu-central-1:123456789012:table"
# the views are built from the others, and keys of requests end within a day
NOT_RESTORED = {"ViewsTable", "IdempotencyTable"}
RESTORED = [name for name in template()["Parameters"] if name.endswith("Restored")]


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return transformed()


def place(name: str) -> str:
    """Of a restored table: its stream, or itself where the stack's own has no stream."""
    table = template()["Resources"][name.replace("Restored", "Table")]["Properties"]
    streamed = "StreamSpecification" in table
    arn = f"{TABLES}/sprocketworks-restored-{name}"
    return f"{arn}/stream/2026-11-21T09:00:00.000" if streamed else arn


def of_the_table(resources: Resources, table: str) -> set[str]:
    """What refers to a table, by logical id."""
    return {
        name
        for name, resource in resources.items()
        if name != table and re.search(rf"\{{{table}[.}}]", json.dumps(resource))
    }


def test_every_table_that_is_recovered_can_be_moved() -> None:
    tables = {name for name, of in template()["Resources"].items() if "DynamoDB" in of["Type"]}
    assert {name.replace("Restored", "Table") for name in RESTORED} == tables - NOT_RESTORED


@pytest.mark.parametrize("name", RESTORED)
def test_a_restored_table_is_used_in_place_of_the_stacks_own(
    made: dict[str, Any], name: str
) -> None:
    table = name.replace("Restored", "Table")
    before, after = resolved(made), resolved(made, {name: place(name)})
    users = of_the_table(before, table)
    assert len(users) > 10
    assert of_the_table(after, table) == set()
    assert after[table] == before[table], "the table itself stays as it is"
    restored = f"sprocketworks-restored-{name}"
    for user in users:
        assert restored in json.dumps(after[user]), user
    variables = after["PortalFunction"]["Properties"]["Environment"]["Variables"]
    assert restored in variables.values()
    streams = [
        mapping["EventSourceArn"]
        for _, mapping in of_type(after, "AWS::Lambda::EventSourceMapping")
    ]
    assert (place(name) in streams) == ("/stream/" in place(name))
    statements = json.dumps(after["PortalFunctionRole"])
    assert f'"{TABLES}/{restored}"' in statements, "what is allowed is the table, not its stream"


@pytest.mark.parametrize("name", RESTORED)
def test_the_parameter_takes_what_aws_calls_it(name: str) -> None:
    pattern = template()["Parameters"][name]["AllowedPattern"]
    assert re.fullmatch(pattern, "")
    assert re.fullmatch(pattern, place(name))
    for wrong in ("sprocketworks-restored", f"{place(name)}/more", "arn:aws:s3:::table"):
        assert not re.fullmatch(pattern, wrong)


def test_other_parameters_are_another_version(made: dict[str, Any]) -> None:
    # SAM names a version after the template, in which parameters have no values yet
    for name, version in of_type(resolved(made, {"Settings": "abc"}), "AWS::Lambda::Version"):
        assert version["Description"] == "abc", name
    functions = dict(of_type(resolved(made, {"Settings": "abc"}), "AWS::Lambda::Function"))
    for name, function in functions.items():
        # without which Lambda makes no version where only its description differs
        assert function["Environment"]["Variables"]["SETTINGS"] == "abc", name
