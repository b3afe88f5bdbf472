"""Seed documents through the front door: loaded once, completed after a failure."""

import json
from typing import Any

import pytest

from shared.dynamo import transact
from tests.expected_reports import DATA
from tests.front_door import Response, call
from tests.works import (
    EXACT,
    SPROCKET,
    append,
    chart_at,
    create_sprocket,
    everything,
    items,
    point,
    sweep,
)


def load_half(monkeypatch: pytest.MonkeyPatch, kind: str, document: Any) -> None:
    """Import a document by a process that ends after the first part."""
    parts: list[Any] = []

    def broken(operations: Any) -> None:
        if parts:
            raise RuntimeError("the process ends")
        parts.append(operations)
        transact(operations)

    with monkeypatch.context() as patched:
        patched.setattr("sprockets.imports.SPROCKETS_AT_ONCE", 20)
        patched.setattr("sprockets.imports.FACTORIES_AT_ONCE", 1)
        patched.setattr("sprockets.store.loads.transact", broken)
        assert call("POST", f"/{kind}/import", json_body=document).status == 500


def test_a_seed_document_is_loaded_once_by_its_content(tables: None) -> None:
    document = {"sprockets": [SPROCKET, EXACT]}
    response = call("POST", "/sprockets/import", json_body=document)
    assert (response.status, response.json) == (201, {"created": 2})
    turned = {"sprockets": [dict(reversed(each.items())) for each in document["sprockets"]]}
    again = call("POST", "/sprockets/import", json_body=turned)
    assert (again.status, again.json) == (200, {"created": 0, "already_loaded": True})
    assert everything("/sprockets") == [{"id": 1, **SPROCKET}, {"id": 2, **EXACT}]
    assert create_sprocket().json["id"] == 3
    bad = call("POST", "/sprockets/import", json_body={"sprockets": [SPROCKET, {"teeth": 1}]})
    assert bad.status == 422
    assert bad.json["errors"][0]["loc"][:3] == ["body", "sprockets", 1]
    assert len(everything("/sprockets")) == 3


def test_a_half_loaded_document_is_completed(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"sprockets": [SPROCKET | {"teeth": n} for n in range(1, 60)]}
    load_half(monkeypatch, "sprockets", document)
    assert len(everything("/sprockets")) == 20
    assert call("POST", "/sprockets/import", json_body=document).json == {"created": 59}
    assert [each["teeth"] for each in everything("/sprockets")] == list(range(1, 60))


def test_the_sample_factories_are_imported_once(tables: None) -> None:
    document = json.loads((DATA / "factories.json").read_text())
    response = call("POST", "/factories/import", json_body=document)
    assert (response.status, response.json) == (201, {"created": 8})
    again = call("POST", "/factories/import", json_body=document)
    assert (again.status, again.json) == (200, {"created": 0, "already_loaded": True})
    created = everything("/factories")
    assert [each["id"] for each in created] == list(range(1, 9))
    expected = [each["factory"]["chart_data"] for each in document["factories"]]
    assert [each["chart_data"] for each in created] == expected
    point = {"time": 1, "actual": 1, "goal": 1}
    made = call("POST", "/factories/1/production", json_body=point)
    assert made.json["id"] == len(expected[0]["time"]) + 1
    bad: dict[str, Any] = {"factories": [{"factory": {"chart_data": {"time": []}}}, {}]}
    assert call("POST", "/factories/import", json_body=bad).status == 422


def test_completing_an_import_does_not_undo_what_came_between(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"sprockets": [SPROCKET | {"teeth": n} for n in range(1, 60)]}
    load_half(monkeypatch, "sprockets", document)
    assert call("DELETE", "/sprockets/1").status == 204
    assert call("PUT", "/sprockets/2", json_body=SPROCKET | {"teeth": 99}).status == 200
    again = call("POST", "/sprockets/import", json_body=document)
    assert (again.status, again.json) == (201, {"created": 59})
    assert call("GET", "/sprockets/1").status == 404
    assert call("GET", "/sprockets/2").json["teeth"] == 99
    assert call("GET", "/sprockets/59").json["teeth"] == 59


def test_completing_an_import_leaves_its_factories_production(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"factories": [{"factory": {"chart_data": chart_at(*t)}} for t in ([1, 2], [3])]}
    load_half(monkeypatch, "factories", document)
    assert append(point(10)).json["id"] == 3
    assert call("GET", "/factories/2").status == 404
    assert call("POST", "/factories/import", json_body=document).json == {"created": 2}
    assert append(point(20)).json["id"] == 4
    assert call("GET", "/factories/1").json["chart_data"]["time"] == [1, 2, 10, 20]
    assert call("GET", "/factories/2").json["chart_data"]["time"] == [3]
    sweep()
    assert len(items("POINTS#2")) == 1


def test_of_two_imports_of_one_document_at_once_one_loads_it(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"sprockets": [SPROCKET | {"teeth": n} for n in range(1, 150)]}
    inner: list[Response] = []

    def interleaved(operations: Any) -> None:
        if not inner:
            monkeypatch.setattr("sprockets.store.loads.transact", transact)
            inner.append(call("POST", "/sprockets/import", json_body=document))
        transact(operations)

    monkeypatch.setattr("sprockets.store.loads.transact", interleaved)
    outer = call("POST", "/sprockets/import", json_body=document)
    assert (inner[0].json, outer.json) == (
        {"created": 149},
        {"created": 0, "already_loaded": True},
    )
    first = call("GET", "/sprockets?limit=100").json
    rest = call("GET", f"/sprockets?limit=100&cursor={first['next']}").json
    teeth = [each["teeth"] for each in [*first["items"], *rest["items"]]]
    assert teeth == list(range(1, 150))


def test_the_sample_sprockets_are_imported_as_they_are(tables: None) -> None:
    document = json.loads((DATA / "sprockets.json").read_text())
    count = len(document["sprockets"])
    assert call("POST", "/sprockets/import", json_body=document).json == {"created": count}
    expected = [{"id": i, **each} for i, each in enumerate(document["sprockets"], 1)]
    assert everything("/sprockets") == expected
