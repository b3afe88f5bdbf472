"""Every route of the template asks for a token with the scope of its method, or is open."""

from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse

from infra.build import open_to_everyone
from infra.openapi import document
from tests.template import ROOT, resources, template

ROUTES = [
    (logical_id, event["Properties"])
    for logical_id, properties in resources("AWS::Serverless::Function")
    for event in properties.get("Events", {}).values()
    if event["Type"] == "Api"
]


@pytest.mark.parametrize(
    ("function", "route"), ROUTES, ids=lambda each: each if isinstance(each, str) else each["Path"]
)
def test_a_route_asks_for_the_scope_of_its_method(function: str, route: dict[str, Any]) -> None:
    if function == "PortalFunction":  # the console, the docs, health, and paths that are nowhere
        assert route["Auth"] == {"Authorizer": "NONE"}
        return
    scope = "read" if route["Method"] in {"get", "head"} else "write"
    assert route["Auth"] == {
        "Authorizer": "Cognito",
        "AuthorizationScopes": [f"sprocketworks/{scope}"],
    }


def test_head_is_allowed_where_get_is() -> None:
    paths = {
        method: [route["Path"] for _, route in ROUTES if route["Method"] == method]
        for method in ("get", "head")
    }
    assert sorted(paths["get"]) == sorted(paths["head"])


def test_the_api_asks_for_a_token_where_nothing_else_is_said() -> None:
    assert template()["Resources"]["Api"]["Properties"]["Auth"]["DefaultAuthorizer"] == "Cognito"


def test_an_open_template_requires_no_token_and_warns_of_it() -> None:
    opened = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    open_to_everyone(opened)
    assert opened["Outputs"]["Access"]["Value"].startswith("OPEN TO EVERYONE")
    for resource in opened["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Api":
            assert "Auth" not in properties
        if resource["Type"] == "AWS::Serverless::Function":
            events = properties.get("Events", {}).values()
            assert not any("Auth" in event["Properties"] for event in events)


def test_the_document_says_who_needs_a_token() -> None:
    for path, item in document()["paths"].items():
        for operation in item.values():
            assert bool(operation["security"]) == (path != "/health"), path
