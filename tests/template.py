"""What tests know of the stack, read from template.yaml."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short functions: `!Ref X` reads as {"Ref": "X"}."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _function)


@cache
def template() -> dict[str, Any]:
    document = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506 - a SafeLoader
    assert isinstance(document, dict)
    return document


def resources(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Logical ids and properties of all resources of a kind, such as AWS::DynamoDB::Table."""
    for logical_id, resource in template()["Resources"].items():
        if resource["Type"] == kind:
            yield logical_id, resource.get("Properties", {})


def tables() -> Iterator[tuple[str, dict[str, Any]]]:
    """Logical ids of the tables, and what CreateTable takes of their properties."""
    wanted = {"AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema"}
    for logical_id, properties in resources("AWS::DynamoDB::Table"):
        yield logical_id, {name: _chosen(properties[name]) for name in wanted & properties.keys()}


def _chosen(value: Any) -> Any:
    """A value as the parameters' defaults choose it, which is the first of two."""
    if isinstance(value, list):
        return [_chosen(each) for each in value]
    if isinstance(value, dict) and "Fn::If" in value:
        return _chosen(value["Fn::If"][1])
    return value


def environment() -> dict[str, str]:
    """The functions' environment; a table's name is its logical id, a parameter its default."""
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    defaults = {name: each.get("Default") for name, each in template()["Parameters"].items()}

    def value_of(value: Any) -> str:
        if isinstance(value, dict) and "Fn::If" in value:
            # a restored table, or the stack's own
            value = value["Fn::If"][2]
        name = next(iter(value.values())) if isinstance(value, dict) else value
        return str(defaults.get(name, name) if isinstance(name, str) else name)

    return {name: value_of(value) for name, value in variables.items()}
