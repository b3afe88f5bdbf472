"""The OpenAPI document against the routes that it describes."""

from importlib import import_module
from typing import Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from infra import openapi
from infra.schemas import FUNCTIONS

METHODS = {"get", "put", "post", "delete", "patch"}


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_the_document_is_valid_openapi() -> None:
    validate(openapi.document())


def test_it_describes_every_route_and_nothing_else() -> None:
    packages = [path.parent.name for path in FUNCTIONS.glob("*/routes.py")]
    declared = {
        (route.method, route.path)
        for package in packages
        for route in import_module(f"{package}.handler").handler.routes
    }
    assert set(operations(openapi.document())) == {*declared, ("GET", "/health")}


def test_every_operation_has_its_own_id_and_describes_its_body() -> None:
    found = operations(openapi.document())
    ids = [operation["operationId"] for operation in found.values()]
    assert len(set(ids)) == len(ids)
    for (method, path), operation in found.items():
        assert operation["summary"], path
        assert operation["description"], f"{path}: the docstring of the route"
        takes_body = method in {"POST", "PUT", "PATCH"} and not path.endswith("/retry")
        assert ("requestBody" in operation) == takes_body, (method, path)


def test_a_response_has_the_headers_that_it_may_have() -> None:
    found = operations(openapi.document())

    def headers(path: str, status: str, method: str = "POST") -> set[str]:
        return set(found[method, path]["responses"][status].get("headers", {}))

    replayed = "Idempotent-Replayed"
    assert headers("/sprockets", "201") == {"ETag", "Location", replayed}
    assert headers("/sprockets/import", "201") == headers("/sprockets/import", "200") == {replayed}
    assert headers("/tables/{table}", "202") == {"Location", "Preference-Applied", replayed}
    assert headers("/ingestions/{ingestion_id}/rejects", "303", "GET") == {"Location"}
    assert headers("/sprockets/{sprocket_id}", "200", "PUT") == {"ETag"}


def test_no_post_has_the_conditions_of_a_resource() -> None:
    for path, item in openapi.document()["paths"].items():
        names = {each["name"] for each in item.get("post", {}).get("parameters", [])}
        assert not names & {"If-Match", "If-None-Match"}, path


def test_every_tag_is_described() -> None:
    for tag in openapi.document()["tags"]:
        assert tag["description"]


def test_a_token_of_the_scope_is_asked_for_but_where_the_api_is_open() -> None:
    document = openapi.document()
    schemes = document["components"]["securitySchemes"]
    for (method, path), operation in operations(document).items():
        scope = f"sprocketworks/{'read' if method == 'GET' else 'write'}"
        expected = [] if path == "/health" else [{"oauth2": [scope]}, {"token": []}]
        assert operation["security"] == expected, path
        for flow in schemes["oauth2"]["flows"].values():
            assert path == "/health" or scope in flow["scopes"]


def test_every_failure_is_a_problem_of_one_shape() -> None:
    document = openapi.document()
    for key, operation in operations(document).items():
        for status, response in operation["responses"].items():
            if int(status) < 400 or key == ("GET", "/health"):
                continue
            name = response["$ref"].rpartition("/")[2]
            (media_type,) = document["components"]["responses"][name]["content"]
            assert media_type == "application/problem+json"
        assert {"429", "500", "503"} <= set(operation["responses"])


def test_its_schemas_are_json_schemas_and_all_are_used() -> None:
    document = openapi.document()
    text = openapi.text(document)
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert f'"#/components/schemas/{name}"' in text


def test_it_is_the_same_each_time() -> None:
    assert openapi.text(openapi.document()) == openapi.text(openapi.document())
