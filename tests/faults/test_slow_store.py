"""Every request responds in time, however slow the store; what is left is done by the next."""

from typing import Any

import pytest

from tests.faults.clock import LIMIT, Clock
from tests.faults.proxy import Proxy
from tests.front_door import call
from tests.works import (
    SPROCKET,
    chart,
    chart_at,
    create_factory,
    create_sprocket,
    everything,
    leftovers,
    sweep,
)

CHART = chart(*[(n, n, n) for n in range(250)])
POINTS = {
    "points": [
        {"time": 1000 + n, "actual": 1, "goal": 1, "sprocket_types": [1 + n % 3]}
        for n in range(100)
    ]
}


def seed() -> None:
    for _ in range(3):
        create_sprocket()
    create_factory(chart_data=chart_at(1))


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("sprockets", {"sprockets": [SPROCKET | {"teeth": n} for n in range(1, 101)]}),
        (
            "factories",
            {
                "factories": [
                    {"factory": {"name": f"{n}", "chart_data": chart((n, n, n))}}
                    for n in range(1, 41)
                ]
            },
        ),
    ],
)
def test_an_import_goes_on_where_it_stopped(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, kind: str, document: dict[str, list[Any]]
) -> None:
    monkeypatch.setattr("sprockets.imports.SPROCKETS_AT_ONCE", 5)
    monkeypatch.setattr("sprockets.imports.FACTORIES_AT_ONCE", 4)
    count = len(document[kind])
    clock = Clock(proxy, monkeypatch, seconds=2)
    first = clock.call("POST", f"/{kind}/import", document)
    assert first.status == 503
    assert f"of {count} are loaded: send the same document again" in first.json["detail"]
    assert 0 < len(everything(f"/{kind}")) < count
    response, sent = clock.until_done("POST", f"/{kind}/import", document)
    assert (response.status, response.json, sent > 1) == (201, {"created": count}, True)
    assert clock.longest < LIMIT
    again = clock.call("POST", f"/{kind}/import", document)
    assert (again.status, again.json["already_loaded"]) == (200, True)
    assert [each["id"] for each in everything(f"/{kind}")] == list(range(1, count + 1))


@pytest.mark.parametrize("seconds", [0.2, 1, 4])
def test_a_large_chart_is_written_in_time_or_not_at_all(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    seed()
    clock = Clock(proxy, monkeypatch, seconds)
    for method, path in (("POST", "/factories"), ("PUT", "/factories/1")):
        before = everything("/factories")
        response = clock.call(method, path, {"chart_data": CHART})
        assert response.status in ({200, 201} if seconds < 1 else {503}), response.text
        assert (everything("/factories") == before) == (response.status == 503)
    assert clock.longest < LIMIT
    assert clock.call("PUT", "/factories/1", {"chart_data": chart_at(1)}).status in {200, 503}
    assert clock.call("DELETE", "/factories/1").status in {204, 503}
    assert clock.longest < LIMIT
    call("DELETE", "/factories/1")
    call("DELETE", "/factories/2")
    sweep()
    assert leftovers() == {"SPROCKET"}


@pytest.mark.parametrize("seconds", [0.2, 2])
def test_many_points_go_on_where_they_stopped(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr("sprockets.store.points.POINT_OPERATIONS", 20)
    seed()
    clock = Clock(proxy, monkeypatch, seconds)
    response, sent = clock.until_done("POST", "/factories/1/production", POINTS)
    assert (response.status, sent > 1) == (201, seconds > 1)
    assert clock.longest < LIMIT
    listed = everything("/factories/1/production")
    assert [each["time"] for each in listed] == [1, *range(1000, 1100)]
    clock.call("DELETE", "/factories/1")
    sweep()
    for number in (1, 2, 3):
        assert call("DELETE", f"/sprockets/{number}").status == 204
    assert leftovers() == set()
