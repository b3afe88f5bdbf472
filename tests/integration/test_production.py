"""A factory's production through the front door."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sprockets.store.keys import point_keys
from sprockets.store.points import POINT_OPERATIONS, parts
from sprockets.store.records import Point
from tests.front_door import call
from tests.works import (
    PRODUCTION,
    append,
    chart,
    create_factory,
    create_sprocket,
    everything,
    leftovers,
    point,
)


@pytest.fixture
def works(tables: None) -> None:
    """A factory without production, and three sprockets."""
    create_factory()
    for _ in range(3):
        create_sprocket()


def test_a_point_is_appended_read_replaced_and_deleted(works: None) -> None:
    made = append(point(100, 2, 1))
    assert (made.status, made.json) == (201, {"id": 1, **point(100, 2, 1)})
    assert made.headers["location"] == "./production/1"
    append({"time": 50, "actual": 0, "goal": 1})
    assert [each["id"] for each in call("GET", PRODUCTION).json["items"]] == [2, 1]
    moved = call("PUT", f"{PRODUCTION}/1", json_body=point(40, 3))
    assert moved.json == {"id": 1, **point(40, 3)}
    assert call("GET", f"{PRODUCTION}/1").json == {"id": 1, **point(40, 3)}
    assert call("GET", "/factories/1").json["chart_data"]["time"] == [40, 50]
    assert call("DELETE", f"{PRODUCTION}/1").status == 204
    for method in ("GET", "DELETE"):
        assert call(method, f"{PRODUCTION}/1").status == 404
    assert call("PUT", f"{PRODUCTION}/1", json_body=point(1)).status == 404
    assert call("DELETE", f"{PRODUCTION}/2").status == 204
    assert leftovers() == {"FACTORY", "SPROCKET"}


def test_many_points_are_appended_at_once(works: None) -> None:
    # a thousand on the local cloud: moto copies the table for each transaction
    made = append({"points": [point(n, 1 + n % 3, 1) for n in range(90)]})
    assert made.status == 201
    assert [each["id"] for each in made.json["items"]] == list(range(1, 91))
    found = everything(PRODUCTION, 100)
    assert [each["time"] for each in found] == list(range(90))
    page = call("GET", f"{PRODUCTION}?from=10&to=13&limit=3").json
    assert [each["time"] for each in page["items"]] == [10, 11, 12]
    following = call("GET", f"{PRODUCTION}?from=10&to=13&limit=3&cursor={page['next']}").json
    assert [each["time"] for each in following["items"]] == [13]
    assert following["next"] is None
    assert append({"points": [point(1)] * 1001}).status == 422
    assert append({"points": []}).status == 422
    assert call("DELETE", "/factories/1").status == 204
    assert leftovers() == {"SPROCKET"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"time": 1, "actual": 1},
        point(1) | {"actual": -1},
        point(1) | {"time": 1.5},
        point(1) | {"sprocket_types": ["1"]},
        point(1) | {"sprocket_types": [0]},
        point(1) | {"sprocket_types": [1] * 21},
        point(1) | {"points": [point(1)]},
        {"points": [point(1), {}]},
        {"points": point(1)},
    ],
)
def test_a_point_that_cannot_be_is_a_422(works: None, body: Any) -> None:
    assert append(body).status == 422
    assert call("GET", PRODUCTION).json["items"] == []


def test_a_request_refers_to_at_most_100_sprockets(works: None) -> None:
    bodies = [point(n, *range(20 * n + 1, 20 * n + 21)) for n in range(5)]
    assert "there is no sprocket 4" in append({"points": bodies}).text
    response = append({"points": [*bodies, point(1, 101)]})
    assert response.status == 422
    assert "101 different sprockets, more than 100" in response.text


def test_a_thousand_points_of_twenty_sprockets_take_few_transactions() -> None:
    types = tuple(range(1, 21))
    points = [Point(n, n, 1, 1, types) for n in range(1, 1001)]
    made = list(parts(points))
    assert [point for part in made for point in part] == points
    assert len(made) <= 30
    for part in made:
        writes = sum(len(point_keys(1, 1, each.id, each.time)) for each in part)
        assert writes + len(types) <= POINT_OPERATIONS


def test_an_unknown_sprocket_is_named_and_nothing_is_written(works: None) -> None:
    response = append({"points": [point(n, 1) for n in range(50)] + [point(1, 2, 9), point(1, 8)]})
    assert response.status == 422
    assert [error["loc"] for error in response.json["errors"]] == [
        ["body", "points", 50, "sprocket_types", 1],
        ["body", "points", 51, "sprocket_types", 0],
    ]
    assert "9" in response.json["errors"][0]["msg"]
    assert append(point(1, 9)).json["errors"][0]["loc"] == ["body", "sprocket_types", 0]
    (fault,) = append({"points": [point(1, 9)]}).json["errors"]
    assert fault["loc"] == ["body", "points", 0, "sprocket_types", 0]
    assert call("GET", PRODUCTION).json["items"] == []
    url = f"{PRODUCTION}/{append(point(1, 1)).json['id']}"
    assert call("PUT", url, json_body=point(1, 9)).status == 422
    assert leftovers() == {"FACTORY", "SPROCKET", "POINTS", "INDEX"}


def test_a_sprocket_in_use_is_not_deleted(works: None) -> None:
    append(point(1, 1, 2))
    number = call("GET", PRODUCTION).json["items"][0]["id"]
    assert call("DELETE", "/sprockets/1").status == 409
    assert call("GET", "/sprockets/1").status == 200
    assert append(point(2, 1)).status == 201, "it can be referred to as before"
    call("PUT", f"{PRODUCTION}/{number}", json_body=point(1, 2))
    call("DELETE", f"{PRODUCTION}/{number + 1}")
    assert call("DELETE", "/sprockets/1").status == 204
    assert call("DELETE", "/sprockets/2").status == 409
    call("PUT", "/factories/1", json_body={"chart_data": chart()})
    assert call("DELETE", "/sprockets/2").status == 204


def test_the_points_that_refer_to_a_sprocket_are_counted(works: None) -> None:
    def references() -> object:
        return call("GET", "/sprockets/1/references").json

    assert references() == {"points": 0}
    append({"points": [point(1, 1), point(2, 1, 2), point(3, 2)]})
    assert references() == {"points": 2}
    (first, *_) = everything(PRODUCTION)
    call("DELETE", f"{PRODUCTION}/{first['id']}")
    assert references() == {"points": 1}
    assert call("GET", "/sprockets/9/references").status == 404


def test_conditions_on_a_point(works: None) -> None:
    tag = append(point(1, 1)).headers["etag"]
    assert call("GET", f"{PRODUCTION}/1", headers={"If-None-Match": tag}).status == 304
    stale = {"If-Match": tag}
    assert call("PUT", f"{PRODUCTION}/1", json_body=point(1), headers=stale).status == 200
    assert call("PUT", f"{PRODUCTION}/1", json_body=point(1), headers=stale).status == 412
    assert call("DELETE", f"{PRODUCTION}/1", headers=stale).status == 412


def test_production_of_what_is_not_there_is_a_404(works: None) -> None:
    for url in ("/factories/9/production", f"{PRODUCTION}/9", f"{PRODUCTION}/x"):
        assert call("GET", url).status == 404
    assert call("POST", "/factories/9/production", json_body=point(1)).status == 404
    assert call("GET", f"{PRODUCTION}?cursor=x").status == 400


def test_points_appended_at_once_are_all_there_with_ids_of_their_own(works: None) -> None:
    from sprockets import production
    from sprockets.models import PointIn

    def append_one(time: int) -> int:
        (made,) = production.append("1", PointIn.model_validate(point(time, 1)))
        return made.id

    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(append_one, range(18)))
    assert sorted(ids) == list(range(1, 19))
    found = {each["id"]: each["time"] for each in everything(PRODUCTION)}
    assert found == dict(zip(ids, range(18), strict=True))
