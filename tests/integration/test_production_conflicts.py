"""What factories, sprockets and imports do while others write, and when the store fails midway."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from shared.dynamo import Table, transact
from shared.problems import StoreUnavailable
from sprockets import sprockets
from sprockets.store.generations import write
from tests.front_door import call
from tests.works import (
    PRODUCTION,
    SPROCKET,
    chart_at,
    create_factory,
    create_sprocket,
    items,
    point,
)


@pytest.fixture
def works(tables: None) -> None:
    call("POST", "/factories", json_body={"chart_data": chart_at(1, 2, 3)})
    create_sprocket()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several transactions for few points: moto copies the table for each operation."""
    monkeypatch.setattr("sprockets.store.points.POINT_OPERATIONS", 13)


def test_of_two_plain_puts_at_once_none_is_a_412(
    works: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner: list[int] = []

    def interleaved(*args: Any) -> None:
        write(*args)
        if not inner:
            inner.append(0)
            inner[0] = call("PUT", "/factories/1", json_body={"chart_data": chart_at(7)}).status

    monkeypatch.setattr("sprockets.store.generations.write", interleaved)
    outer = call("PUT", "/factories/1", json_body={"chart_data": chart_at(8)}).status
    assert (inner, outer) == ([200], 200)


def test_a_reader_never_sees_a_half_deleted_chart(
    works: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = Table.query
    done: list[int] = []

    def interleaved(self: Table, condition: str, values: Any, **more: Any) -> Any:
        if values[":pk"].startswith("POINTS#") and not done:
            done.append(1)
            new = {"chart_data": chart_at(7, 8)}
            assert call("PUT", "/factories/1", json_body=new).status == 200
        return query(self, condition, values, **more)

    monkeypatch.setattr(Table, "query", interleaved)
    seen = call("GET", "/factories/1").json["chart_data"]["time"]
    assert seen in ([1, 2, 3], [7, 8])


def test_a_create_whose_first_attempt_got_through_is_no_failure(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Table.put

    def twice(self: Table, item: Any, **more: Any) -> None:
        put(self, item, **more)
        put(self, item, **more)

    monkeypatch.setattr(Table, "put", twice)
    assert create_sprocket().status == 201


def test_a_retry_of_points_goes_on_where_they_stopped(
    works: None, small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def failing(operations: Any, *more: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > 2:
            raise StoreUnavailable
        transact(operations, *more)

    body = {"points": [point(100 + n, 1) for n in range(15)]}
    monkeypatch.setattr("sprockets.store.points.transact", failing)
    assert call("POST", PRODUCTION, json_body=body).status == 503
    monkeypatch.setattr("sprockets.store.points.transact", transact)
    first = call("GET", f"{PRODUCTION}?from=100").json["items"][0]["id"]
    assert call("DELETE", f"{PRODUCTION}/{first}").status == 204
    assert call("POST", PRODUCTION, json_body=body).status == 201
    times = call("GET", "/factories/1?from=100").json["chart_data"]["time"]
    assert times == list(range(101, 115)), "none doubled, none lost, the deleted one stays away"


@pytest.mark.parametrize(
    "value", ["1.5e308", "1.7976931348623157e308", "5e-324", "1e400", f"1{'0' * 309}"]
)
def test_every_finite_size_is_taken(tables: None, value: str) -> None:
    body = f'{{"teeth":1,"pitch_diameter":{value},"outside_diameter":1,"pitch":1}}'
    status = call("POST", "/sprockets", body, {"Content-Type": "application/json"}).status
    assert status == (201 if float(value) < float("inf") else 422)


def test_a_fault_is_named_once_at_its_place(works: None) -> None:
    faults = call("POST", "/sprockets", json_body=SPROCKET | {"pitch": "x"}).json["errors"]
    assert [fault["loc"] for fault in faults] == [["body", "pitch"]]


def test_a_fault_of_a_point_has_the_place_in_the_body(works: None) -> None:
    one = call("POST", PRODUCTION, json_body={"time": -1, "actual": 1, "goal": 1}).json["errors"]
    many = call("POST", PRODUCTION, json_body={"points": [{"time": -1, "actual": 1, "goal": 1}]})
    assert one[0]["loc"] == ["body", "time"]
    assert many.json["errors"][0]["loc"] == ["body", "points", 0, "time"]


@pytest.mark.parametrize("name", ["a\x01b", "a\uffffb", "tab\t", "\x00"])
def test_a_name_that_xml_cannot_hold_is_a_422(tables: None, name: str) -> None:
    assert create_factory(name=name, chart_data=chart_at(1, 2)).status == 422


@pytest.mark.parametrize("name", ["<a href='&\">", "]]>", "\u2028", "\U0001f527", "\u202e"])
def test_the_chart_of_an_oddly_named_factory_is_xml(tables: None, name: str) -> None:
    assert create_factory(name=name, chart_data=chart_at(1, 2)).status == 201
    drawn = ET.fromstring(call("GET", "/factories/1/chart").text)  # noqa: S314
    assert name in "".join(drawn.itertext())


@pytest.mark.parametrize("number", [2**53, 10**20, 10**40, 10**2000])
def test_an_absurd_sprocket_id_is_a_422(works: None, number: int) -> None:
    assert call("POST", PRODUCTION, json_body=point(1, number)).status == 422


def test_many_tags_are_no_failure(works: None) -> None:
    tags = ", ".join(f'"v{n}"' for n in range(1, 200))
    assert call("PUT", "/sprockets/1", json_body=SPROCKET, headers={"If-Match": tags}).status == 200


def test_a_name_can_be_taken_away(tables: None) -> None:
    call("POST", "/factories", json_body={"name": "x"})
    assert call("PUT", "/factories/1", json_body={"name": None}).json["name"] is None


def test_points_sent_twice_on_purpose_are_there_twice(works: None, small_parts: None) -> None:
    body = {"points": [point(100 + n, 1) for n in range(12)]}
    for _ in range(2):
        assert call("POST", PRODUCTION, json_body=body).status == 201
    assert len(call("GET", "/factories/1?from=100").json["chart_data"]["time"]) == 24


def test_points_are_taken_back_when_their_sprocket_goes(
    works: None, small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def interleaved(operations: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            monkeypatch.setattr("sprockets.store.points.transact", transact)
            sprockets.delete("2")
        transact(operations)

    create_sprocket()
    monkeypatch.setattr("sprockets.store.points.transact", interleaved)
    body = {"points": [point(100 + n, 1 + n // 6) for n in range(12)]}
    response = call("POST", PRODUCTION, json_body=body)
    assert (response.status, response.json["errors"][0]["loc"][2]) == (422, 6)
    assert call("GET", f"{PRODUCTION}?from=100").json["items"] == []
    assert call("DELETE", "/sprockets/1").status == 204, "nothing refers to it any more"
    assert [item["time"] for item in items("POINTS")] == [1, 2, 3]
    assert items("LOADS") == []
