"""Factories and their charts through the front door."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from shared.dynamo import Table
from sprockets.charts import Bounds
from sprockets.store.generations import publish
from tests.front_door import call
from tests.works import chart, create_factory, everything, items, leftovers, sweep

CHART = chart((30, 3, 4), (10, 1, 4), (20, 2, 4))
SORTED = chart((10, 1, 4), (20, 2, 4), (30, 3, 4))


def test_a_factory_is_created_read_updated_and_deleted(tables: None) -> None:
    made = create_factory(name="Works", chart_data=CHART)
    assert made.status == 201
    assert made.headers["location"] == "./factories/1"
    assert made.json == {"id": 1, "name": "Works", "chart_data": SORTED}
    assert call("GET", "/factories/1").json == made.json
    renamed = call("PUT", "/factories/1", json_body={"name": "Mill"})
    assert renamed.json == {"id": 1, "name": "Mill", "chart_data": SORTED}
    other = chart((5, 9, 9))
    redrawn = call("PUT", "/factories/1", json_body={"chart_data": other})
    assert redrawn.json == {"id": 1, "name": "Mill", "chart_data": other}
    assert len(items("POINTS")) == 1
    assert create_factory().json == {"id": 2, "name": None, "chart_data": chart()}
    assert [each["id"] for each in everything("/factories", 1)] == [1, 2]
    for number in (1, 2):
        assert call("DELETE", f"/factories/{number}").status == 204
        assert call("GET", f"/factories/{number}").status == 404
        assert call("DELETE", f"/factories/{number}").status == 404
    assert leftovers() == set()


@pytest.mark.parametrize(
    "body",
    [
        {"chart_data": {**CHART, "time": [1, 2]}},
        {"chart_data": {"time": []}},
        {"chart_data": {**CHART, "more": []}},
        {"chart_data": chart((1, -1, 1))},
        {"chart_data": chart((-1, 1, 1))},
        {"chart_data": chart((253402300800, 1, 1))},
        {"chart_data": {**chart((1, 1, 1)), "time": ["1"]}},
        {"chart_data": {**chart((1, 1, 1)), "time": [1.5]}},
        {"chart_data": []},
        {"name": ""},
        {"name": "x" * 201},
        {"name": 1},
        {"colour": "red"},
        [],
    ],
)
def test_a_factory_that_cannot_be_is_a_422(tables: None, body: Any) -> None:
    create_factory(chart_data=CHART)
    for response in (
        call("POST", "/factories", json_body=body),
        call("PUT", "/factories/1", json_body=body),
    ):
        assert response.status == 422
        assert response.json["errors"]
    assert [each["chart_data"] for each in everything("/factories")] == [SORTED]


def test_a_span_narrows_the_chart(tables: None) -> None:
    create_factory(chart_data=CHART)
    assert call("GET", "/factories/1?from=11&to=30").json["chart_data"]["time"] == [20, 30]
    assert call("GET", "/factories/1?from=31").json["chart_data"]["time"] == []
    assert call("GET", "/factories?to=10").json["items"][0]["chart_data"]["time"] == [10]
    for bad in ("from=x", "to=-1", "from=2&to=1", "from=253402300800"):
        assert call("GET", f"/factories/1?{bad}").status == 400


def test_a_long_chart_thins_out_and_says_so(tables: None) -> None:
    create_factory(chart_data=chart(*[(1000 + 10 * n, n, n) for n in range(151)]))
    (factory,) = call("GET", "/factories").json["items"]
    times = factory["chart_data"]["time"]
    assert factory["chart_data_thinned"] is True
    assert len(times) == 100
    assert times == sorted(set(times))
    assert (times[0], times[-1]) == (1000, 2500)
    assert max(b - a for a, b in pairwise(times)) <= 20
    assert len(call("GET", "/factories/1").json["chart_data"]["time"]) == 151
    (part,) = call("GET", "/factories?to=1900").json["items"]
    assert "chart_data_thinned" not in part
    assert len(part["chart_data"]["time"]) == 91


def listed_times() -> list[int]:
    (factory,) = call("GET", "/factories").json["items"]
    assert factory["chart_data_thinned"] is True
    times: list[int] = factory["chart_data"]["time"]
    assert times == sorted(set(times))
    assert 15 <= len(times) <= 30
    return times


def test_a_chart_of_very_many_points_shows_samples(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fewer points: moto copies the table for each transaction
    monkeypatch.setattr("sprockets.factories.IN_LIST", Bounds(points=30, read=150))
    create_factory(chart_data=chart(*[(1000 + 10 * n, n, n) for n in range(300)]))
    times = listed_times()
    assert (times[0], times[-1]) == (1000, 3990)
    assert max(b - a for a, b in pairwise(times)) <= 160
    (part,) = call("GET", "/factories?from=1500&to=3500").json["items"]
    narrowed = part["chart_data"]["time"]
    assert (narrowed[0], narrowed[-1], len(narrowed) <= 30) == (1500, 3500, True)
    # the sixteenth point is a sample: it moves, and goes, there too
    sample = "/factories/1/production/16"
    assert call("GET", sample).json["time"] == 1150
    assert 1150 in times
    point = {"time": 3003, "actual": 1, "goal": 1}
    assert call("PUT", sample, json_body=point).status == 200
    assert {1150, 3003} & set(listed_times()) == {3003}
    assert call("DELETE", sample).status == 204
    assert not {1150, 3003} & set(listed_times())
    many = {"points": [{"time": 20_000 + n, "actual": 1, "goal": 1} for n in range(100)]}
    assert call("POST", "/factories/1/production", json_body=many).status == 201
    assert len([time for time in listed_times() if time >= 20_000]) >= 5
    assert call("DELETE", "/factories/1").status == 204
    assert leftovers() == set()


def test_the_chart_is_drawn(tables: None) -> None:
    create_factory(name="A & <B>", chart_data=CHART)
    response = call("GET", "/factories/1/chart")
    assert response.headers["content-type"] == "image/svg+xml"
    for words in ("A &amp; &lt;B&gt;", "actual", "goal", "1970-01-01 00:00", "sprockets"):
        assert words in response.text
    assert "<script" not in response.text
    assert call("GET", "/factories/1/chart?from=99").status == 200
    assert call("GET", "/factories/2/chart").status == 404


def test_a_chart_is_there_as_its_values_too(tables: None) -> None:
    create_factory(chart_data=CHART)

    def drawn(accept: str, query: str = "") -> Any:
        return call("GET", f"/factories/1/chart{query}", headers={"Accept": accept})

    assert drawn("application/json").json == SORTED
    assert drawn("text/csv", "?to=10").text.splitlines() == [
        '"sprocket_production_actual","sprocket_production_goal","time"',
        '"1","4","10"',
    ]
    for several in ("*/*", "image/*, text/csv;q=0.5", "image/svg+xml"):
        assert drawn(several).headers["content-type"] == "image/svg+xml"
    refused = drawn("text/plain")
    assert refused.status == 406
    tags = {drawn(each).headers["etag"] for each in ("application/json", "text/csv", "image/*")}
    assert len(tags) == 3
    assert drawn("text/csv").headers["vary"] == "Accept"


def test_a_chart_that_the_client_has_is_neither_read_nor_drawn(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_factory(chart_data=CHART)
    for url in ("/factories/1/chart", "/factories/1", "/factories/1?from=20"):
        known = {"If-None-Match": call("GET", url).headers["etag"]}
        with monkeypatch.context() as patched:
            patched.setattr("sprockets.charts.read", lambda *_: 1 / 0)
            response = call("GET", url, headers=known)
        assert (response.status, response.text) == (304, "")
        call("PUT", "/factories/1", json_body={"name": url})
        assert call("GET", url, headers=known).status == 200


def test_conditions_on_a_factory(tables: None) -> None:
    tag = create_factory(chart_data=CHART).headers["etag"]
    assert call("GET", "/factories/1", headers={"If-None-Match": tag}).status == 304
    point = {"time": 1, "actual": 1, "goal": 1}
    call("POST", "/factories/1/production", json_body=point)
    assert call("GET", "/factories/1", headers={"If-None-Match": tag}).status == 200
    stale = {"If-Match": tag}
    response = call("PUT", "/factories/1", json_body={"chart_data": chart()}, headers=stale)
    assert response.status == 412
    assert call("DELETE", "/factories/1", headers=stale).status == 412
    assert len(call("GET", "/factories/1").json["chart_data"]["time"]) == 4
    fresh = {"If-Match": call("GET", "/factories/1").headers["etag"]}
    assert call("DELETE", "/factories/1", headers=fresh).status == 204


def test_an_interrupted_deletion_is_finished_by_the_next_call(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_factory(chart_data=chart(*[(n, n, n) for n in range(100)]))
    delete = Table.delete_many
    calls = 0

    def broken(self: Table, keys: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError("the process ends")
        delete(self, keys)

    monkeypatch.setattr(Table, "delete_many", broken)
    assert call("DELETE", "/factories/1").status == 500
    monkeypatch.undo()
    assert call("GET", "/factories/1").status == 404
    assert everything("/factories") == []
    assert "POINTS" in leftovers()
    assert call("DELETE", "/factories/1").status == 404
    assert leftovers() == set()


def test_an_interrupted_replacement_shows_the_old_chart_and_leaves_nothing(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_factory(chart_data=CHART)
    new = {"chart_data": chart((1, 1, 1))}
    with monkeypatch.context() as ended:
        ended.setattr("sprockets.store.generations.publish", lambda *_: 1 / 0)
        assert call("PUT", "/factories/1", json_body=new).status == 500
    assert create_factory(chart_data=chart((2, 2, 2))).status == 201
    assert call("GET", "/factories/1").json["chart_data"] == SORTED
    sweep()
    points = [item["time"] for item in items("POINTS")]
    assert sorted(points) == [2, *SORTED["time"]]
    assert "JOURNAL" not in leftovers()


def test_a_chart_that_was_cleared_meanwhile_is_not_shown(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_factory(chart_data=CHART)

    def late(number: int, generation: int) -> Any:
        sweep()
        return publish(number, generation)

    monkeypatch.setattr("sprockets.store.generations.publish", late)
    new = {"chart_data": chart((1, 1, 1))}
    assert call("PUT", "/factories/1", json_body=new).status == 409
    monkeypatch.undo()
    assert call("GET", "/factories/1").json["chart_data"] == SORTED


def test_what_takes_long_to_delete_is_gone_at_once_and_cleared_later(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_factory(chart_data=chart(*[(n, n, n) for n in range(30)]))
    monkeypatch.setattr("sprockets.store.generations.clear", lambda *_: False)
    assert call("DELETE", "/factories/1").status == 204
    assert everything("/factories") == []
    assert "POINTS" in leftovers()
    monkeypatch.undo()
    assert sweep() == 1
    assert leftovers() == set()


def test_of_two_writers_of_a_chart_at_once_one_is_refused(tables: None) -> None:
    from shared.etags import expected
    from shared.problems import PreconditionFailed
    from sprockets import factories
    from sprockets.models import FactoryIn

    create_factory(chart_data=CHART)

    def write(time: int) -> int | None:
        body = FactoryIn.model_validate({"chart_data": chart((time, 1, 1), (time + 100, 1, 1))})
        try:
            factories.replace("1", body, expected('"v1"'))
        except PreconditionFailed:
            return None
        return time

    with ThreadPoolExecutor(4) as pool:
        (winner,) = [time for time in pool.map(write, range(4)) if time is not None]
    kept = call("GET", "/factories/1").json["chart_data"]
    assert kept["time"] == [winner, winner + 100]
    assert len(items("POINTS")) == 2
