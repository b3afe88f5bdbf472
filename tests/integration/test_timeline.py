"""Production of all factories in order of time, through the front door."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.dynamo import Table
from tests.front_door import call
from tests.works import chart, chart_at, create_factory, everything

Point = dict[str, Any]
TIMELINE = "/production"


def in_order(points: list[Point]) -> list[Point]:
    return sorted(points, key=lambda each: (each["time"], each["factory_id"], each["id"]))


def add(factory: int, time: int) -> Point:
    point = {"time": time, "actual": 1, "goal": 2}
    made = call("POST", f"/factories/{factory}/production", json_body=point)
    assert made.status == 201
    return {"factory_id": factory, **made.json}


def test_points_of_all_factories_are_listed_in_order_of_time(tables: None) -> None:
    create_factory(name="North", chart_data=chart((30, 1, 2), (10, 3, 4)))
    create_factory(name="South", chart_data=chart((20, 5, 6), (10, 7, 8)))
    create_factory(name="Idle")
    found = call("GET", TIMELINE).json
    assert [(each["time"], each["factory_id"], each["id"]) for each in found["items"]] == [
        (10, 1, 2),
        (10, 2, 2),
        (20, 2, 1),
        (30, 1, 1),
    ]
    assert found["items"][1] == {
        "factory_id": 2,
        "id": 2,
        "time": 10,
        "actual": 7,
        "goal": 8,
        "sprocket_types": [],
    }
    assert found["next"] is None
    narrowed = call("GET", f"{TIMELINE}?from=10&to=20&factory=3,1,1").json["items"]
    assert [(each["time"], each["factory_id"]) for each in narrowed] == [(10, 1)]
    repeated = call("GET", f"{TIMELINE}?to=10&factory=2&factory=3&factory=1").json["items"]
    assert [(each["time"], each["factory_id"]) for each in repeated] == [(10, 1), (10, 2)]
    assert call("HEAD", TIMELINE).status == 200
    assert call("POST", TIMELINE).status == 405
    assert call("DELETE", "/factories/2").status == 204
    assert {each["factory_id"] for each in everything(TIMELINE)} == {1}


def test_without_factories_the_list_is_empty(tables: None) -> None:
    assert call("GET", TIMELINE).json == {"items": [], "next": None}


moments = st.integers(0, 6)
factories = st.lists(st.lists(moments, max_size=12), min_size=1, max_size=4)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(data=st.data(), drawn=factories, unit=st.integers(1, 4))
def test_pages_are_a_plain_sort_whatever_is_added_between_them(
    fresh: Any, data: st.DataObject, drawn: list[list[int]], unit: int
) -> None:
    """The points that were there from the start are all on the pages, in order, none twice."""
    fresh()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sprockets.timeline.UNIT", unit)
        for times in drawn:
            create_factory(chart_data=chart_at(*times))
        there = [
            {"factory_id": factory, **point}
            for factory in range(1, len(drawn) + 1)
            for point in everything(f"/factories/{factory}/production")
        ]
        ids = data.draw(st.none() | st.sets(st.integers(1, len(drawn)), min_size=1))
        first, last = sorted(data.draw(st.tuples(moments, moments)))
        narrowed = "" if ids is None else f"&factory={','.join(map(str, ids))}"
        found: list[Point] = []
        added: list[Point] = []
        cursor = ""
        while True:
            limit = data.draw(st.integers(1, 5))
            query = f"from={first}&to={last}&limit={limit}{narrowed}{cursor}"
            response = call("GET", f"{TIMELINE}?{query}")
            assert response.status == 200, response.text
            page = response.json
            found += page["items"]
            assert len(page["items"]) == limit or page["next"] is None
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
            if len(added) < 3 and data.draw(st.booleans()):
                added.append(add(data.draw(st.integers(1, len(drawn))), data.draw(moments)))

    def wanted(points: list[Point]) -> list[Point]:
        return [
            each
            for each in in_order(points)
            if (ids is None or each["factory_id"] in ids) and first <= each["time"] <= last
        ]

    late = [each for each in added if each in found]
    assert found == wanted([*there, *late])


def test_a_page_reads_each_factory_once_and_few_points_more(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # all of the first page is of one factory, which is read on and on; the others once
    create_factory(chart_data=chart_at(*range(120)))
    for _ in range(3):
        create_factory(chart_data=chart_at(*range(1000, 1030)))
    query, limits = Table.query, []

    def counted(self: Table, *args: Any, **more: Any) -> Any:
        limits.append(more["limit"])
        return query(self, *args, **more)

    monkeypatch.setattr(Table, "query", counted)
    page = call("GET", f"{TIMELINE}?limit=100").json
    assert [each["time"] for each in page["items"]] == list(range(100))
    # the factories are listed before and after
    assert sorted(limits) == [50] * (4 + 2) + [1001] * 2


def test_a_chart_that_is_replaced_while_it_is_read_is_read_again(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        create_factory(chart_data=chart_at(1, 2, 3))
    query, done = Table.query, []

    def interleaved(self: Table, condition: str, values: Any, **more: Any) -> Any:
        found = query(self, condition, values, **more)
        partition = values[":pk"]
        if partition.startswith("POINTS#") and partition not in done:
            done.append(partition)
            if partition == "POINTS#2#1":
                call("PUT", "/factories/2", json_body={"chart_data": chart_at(7, 8)})
            if partition == "POINTS#3#1":
                call("DELETE", "/factories/3")
        return found

    monkeypatch.setattr(Table, "query", interleaved)
    found = call("GET", TIMELINE).json["items"]
    assert [(each["factory_id"], each["time"]) for each in found] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 7),
        (2, 8),
    ]
    assert done.count("POINTS#1#1") == 1


def test_more_factories_than_are_merged_are_to_be_named(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sprockets.timeline.MOST_FACTORIES", 2)
    for _ in range(3):
        create_factory(chart_data=chart_at(1))
    refused = call("GET", TIMELINE)
    assert refused.status == 422
    (fault,) = refused.json["errors"]
    assert fault["loc"] == ["query", "factory"]
    assert "more than 2 factories" in fault["msg"]
    assert len(call("GET", f"{TIMELINE}?factory=1,3").json["items"]) == 2


def test_each_unknown_factory_is_named(tables: None) -> None:
    create_factory()
    refused = call("GET", f"{TIMELINE}?factory=1,7,9")
    assert refused.status == 422
    assert [error["msg"] for error in refused.json["errors"]] == [
        "there is no factory 7",
        "there is no factory 9",
    ]


@pytest.mark.parametrize(
    "ids",
    ["", ",", "1,", "0", "-1", "x", "1;2", "%00", "1%2C%00", "1.5", "9" * 30, "1," * 100 + "1"],
)
def test_ids_that_are_none_are_one_400_with_all_other_faults(tables: None, ids: str) -> None:
    refused = call("GET", f"{TIMELINE}?factory={ids}&from=%00&to=x&limit=0&y=1")
    assert refused.status == 400
    assert refused.headers["content-type"] == "application/problem+json"
    assert {error["loc"][1] for error in refused.json["errors"]} == {
        "factory",
        "from",
        "to",
        "limit",
        "y",
    }
    assert call("GET", f"{TIMELINE}?from=2&to=1").status == 400
