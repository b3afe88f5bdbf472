"""Sprockets through the front door."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from shared.dynamo import Table
from tests.front_door import Response, call
from tests.works import EXACT, SPROCKET, chart, create_sprocket, everything

POINT = {"time": 1, "actual": 1, "goal": 1}
CHART = chart((3, 1, 2))


def test_a_sprocket_is_created_read_replaced_and_deleted(tables: None) -> None:
    made = create_sprocket()
    assert (made.status, made.json) == (201, {"id": 1, **SPROCKET})
    assert made.headers["location"] == "./sprockets/1"
    assert call("GET", "/sprockets/1").json == {"id": 1, **SPROCKET}
    changed = call("PUT", "/sprockets/1", json_body=EXACT)
    assert (changed.status, changed.json) == (200, {"id": 1, **EXACT})
    assert call("GET", "/sprockets/1").json == {"id": 1, **EXACT}
    assert create_sprocket().json["id"] == 2
    assert call("DELETE", "/sprockets/1").status == 204
    for method in ("GET", "DELETE"):
        assert call(method, "/sprockets/1").status == 404
    assert call("PUT", "/sprockets/1", json_body=EXACT).status == 404
    assert [each["id"] for each in everything("/sprockets")] == [2]


def test_sizes_are_kept_exactly_as_given(tables: None) -> None:
    body = (
        '{"teeth": 7, "pitch_diameter": 5.0, "outside_diameter": 5, "pitch": 0.30000000000000004}'
    )
    call("POST", "/sprockets", body, {"Content-Type": "application/json"})
    assert body[1:].replace(" ", "") in call("GET", "/sprockets/1").text


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"teeth": 0}, "teeth"),
        ({"teeth": 1.5}, "teeth"),
        ({"teeth": "5"}, "teeth"),
        ({"teeth": True}, "teeth"),
        ({"pitch": 0}, "pitch"),
        ({"pitch": -1}, "pitch"),
        ({"pitch": None}, "pitch"),
        ({"pitch": True}, "pitch"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_sprocket_that_cannot_be_is_a_422(
    tables: None, change: dict[str, Any], where: str
) -> None:
    create_sprocket()
    for response in (
        create_sprocket(SPROCKET | change),
        call("PUT", "/sprockets/1", json_body=SPROCKET | change),
    ):
        assert response.status == 422
        assert {error["loc"][1] for error in response.json["errors"]} == {where}
    assert len(everything("/sprockets")) == 1


def test_all_faults_are_named_at_once(tables: None) -> None:
    response = create_sprocket({"teeth": 0, "pitch": -1})
    named = {error["loc"][1] for error in response.json["errors"]}
    assert named == {"teeth", "pitch", "pitch_diameter", "outside_diameter"}


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.0", "１", "01", "9" * 40, "%20"])
def test_what_is_no_id_is_a_404(tables: None, number: str) -> None:
    assert call("GET", f"/sprockets/{number}").status == 404
    assert call("DELETE", f"/sprockets/{number}").status == 404


def test_pages_are_in_order_of_id_and_stable_while_rows_are_added(tables: None) -> None:
    for _ in range(25):
        create_sprocket()
    first = call("GET", "/sprockets").json
    assert [each["id"] for each in first["items"]] == list(range(1, 11))
    create_sprocket()
    call("DELETE", "/sprockets/3")
    second = call("GET", f"/sprockets?cursor={first['next']}").json
    assert [each["id"] for each in second["items"]] == list(range(11, 21))
    assert everything("/sprockets", 26)[-1]["id"] == 26
    assert call("GET", "/sprockets?limit=25").json["next"] is None
    for bad in ("cursor=x", "limit=0", "limit=101", f"cursor={first['next']}x"):
        assert call("GET", f"/sprockets?{bad}").status == 400


def test_ids_are_unique_under_concurrent_creates(tables: None) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: _create_concurrently(), range(40)))
    assert sorted(ids) == list(range(1, 41))


def _create_concurrently() -> int:
    # a Lambda function serves one request at a time: the rules run in many threads
    from sprockets import sprockets
    from sprockets.models import SprocketIn

    return sprockets.create(SprocketIn.model_validate(SPROCKET)).id


def test_conditions_on_the_state(tables: None) -> None:
    tag = create_sprocket().headers["etag"]
    response = call("GET", "/sprockets/1", headers={"If-None-Match": tag})
    assert (response.status, response.text, response.headers["etag"]) == (304, "", tag)
    both = {"If-None-Match": f'"x", W/{tag}'}
    assert call("GET", "/sprockets/1", headers=both).status == 304
    assert call("GET", "/sprockets/1", headers={"If-None-Match": '"x"'}).status == 200

    def put(match: str) -> Response:
        return call("PUT", "/sprockets/1", json_body=SPROCKET, headers={"If-Match": match})

    second = put(tag)
    assert second.status == 200
    assert second.headers["etag"] != tag
    for stale in (tag, '"x"', f"W/{second.headers['etag']}", "nonsense"):
        assert put(stale).status == 412
    assert call("DELETE", "/sprockets/1", headers={"If-Match": tag}).status == 412
    assert put("*").status == 200
    assert put(f'"x", {call("GET", "/sprockets/1").headers["etag"]}').status == 200
    now = call("GET", "/sprockets/1").headers["etag"]
    assert call("DELETE", "/sprockets/1", headers={"If-Match": now}).status == 204


WRITES: list[tuple[str, str, Any]] = [
    ("PUT", "/sprockets/{}", SPROCKET),
    ("DELETE", "/sprockets/{}", None),
    ("PUT", "/factories/{}", {"name": "x"}),
    ("PUT", "/factories/{}", {"chart_data": CHART}),
    ("DELETE", "/factories/{}", None),
    ("PUT", "/factories/1/production/{}", POINT),
    ("DELETE", "/factories/1/production/{}", None),
    ("PUT", "/factories/{}/production/1", POINT),
    ("DELETE", "/factories/{}/production/1", None),
]
READS: list[tuple[str, str, Any]] = [
    ("GET", "/sprockets/{}", None),
    ("GET", "/factories/{}", None),
    ("GET", "/factories/{}/chart", None),
    ("GET", "/factories/{}/production", None),
    ("POST", "/factories/{}/production", POINT),
    ("GET", "/factories/1/production/{}", None),
    ("GET", "/factories/{}/production/1", None),
]


@pytest.fixture
def one_of_each(tables: None) -> None:
    create_sprocket()
    call("POST", "/factories", json_body={"chart_data": CHART})


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("tag", ["*", '"v1"'])
def test_a_state_of_what_does_not_exist_is_a_412_and_nothing_is_written(
    one_of_each: None, method: str, path: str, body: Any, tag: str
) -> None:
    before = everything("/sprockets"), everything("/factories")
    for number in ("9", "x", "9" * 1000):
        response = call(method, path.format(number), json_body=body, headers={"If-Match": tag})
        assert response.status == 412, response.text
    assert (everything("/sprockets"), everything("/factories")) == before


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_what_exists_is_a_412_where_nothing_may_exist(
    one_of_each: None, method: str, path: str, body: Any
) -> None:
    before = everything("/sprockets"), everything("/factories")
    for number, status in (("1", 412), ("9", 404)):
        headers = {"If-None-Match": "*"}
        response = call(method, path.format(number), json_body=body, headers=headers)
        assert response.status == status, response.text
    assert (everything("/sprockets"), everything("/factories")) == before


@pytest.mark.parametrize(("method", "path", "body"), WRITES + READS)
@pytest.mark.parametrize("number", ["x" * 1000, "1" * 1000, "%C3%A9" * 1000])
def test_an_id_of_a_thousand_characters_is_a_404(
    one_of_each: None, method: str, path: str, body: Any, number: str
) -> None:
    assert call(method, path.format(number), json_body=body).status == 404


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_of_500_tags_one_is_the_state(
    values_in_conditions: list[int], one_of_each: None, method: str, path: str, body: Any
) -> None:
    url = path.format(1)
    others = ", ".join(f'"v{n}"' for n in range(2, 501))
    stale = call(method, url, json_body=body, headers={"If-Match": others})
    assert stale.status == 412, stale.text
    tags = f"{others}, {call('GET', url).headers['etag']}"
    assert call(method, url, json_body=body, headers={"If-Match": tags}).status in {200, 204}
    assert max(values_in_conditions, default=0) <= 100, "AWS takes 100 values in an IN"


@pytest.fixture
def values_in_conditions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many values each IN of a condition has."""
    found: list[int] = []

    def counting(call: Any) -> Any:
        def counted(self: Table, *args: Any, condition: str | None = None, **more: Any) -> Any:
            choices = re.findall(r"IN \(([^)]*)\)", condition or "")
            found.extend(choice.count(",") + 1 for choice in choices)
            return call(self, *args, condition=condition, **more)

        return counted

    for name in ("put", "update", "delete"):
        monkeypatch.setattr(Table, name, counting(getattr(Table, name)))
    return found


def test_of_two_writers_at_once_one_is_refused(tables: None) -> None:
    from shared.etags import expected
    from shared.problems import PreconditionFailed
    from sprockets import sprockets
    from sprockets.models import SprocketIn

    create_sprocket()
    body = SprocketIn.model_validate(SPROCKET)

    def write(_: int) -> bool:
        try:
            sprockets.replace("1", body, expected('"v1"'))
        except PreconditionFailed:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(write, range(6))) == 1


sizes = st.floats(0, 1e308, exclude_min=True) | st.integers(1, 10**20)
bodies = st.fixed_dictionaries(
    {
        "teeth": st.integers(1, 500),
        "pitch_diameter": sizes,
        "outside_diameter": sizes,
        "pitch": sizes,
    }
)


class Sprockets(RuleBasedStateMachine):
    """The API against a plain dictionary."""

    @initialize()
    def start(self) -> None:
        for each in everything("/sprockets"):
            call("DELETE", f"/sprockets/{each['id']}")
        self.last = create_sprocket().json["id"]
        self.model: dict[int, dict[str, Any]] = {self.last: SPROCKET}
        self.tags: dict[int, str] = {}
        # key of this run -> the body that it was first used with, and the id in the response
        self.keyed: dict[str, tuple[dict[str, Any], int]] = {}
        self.run = uuid4().hex

    @rule(key=st.sampled_from("abc"), body=bodies, again=st.booleans())
    def create_once(self, key: str, body: dict[str, Any], again: bool) -> None:
        known = self.keyed.get(key)
        body = known[0] if known and again else body
        headers = {"Idempotency-Key": f"{self.run}-{key}"}
        response = call("POST", "/sprockets", json_body=body, headers=headers)
        if known:
            assert response.status == (201 if body == known[0] else 422)
            if response.status == 201:
                assert response.json == {"id": known[1], **known[0]}
            return
        assert response.json["id"] > self.last
        self.last = response.json["id"]
        self.model[self.last] = body
        self.keyed[key] = (body, self.last)

    @rule(body=bodies)
    def create(self, body: dict[str, Any]) -> None:
        response = create_sprocket(body)
        assert response.status == 201
        assert response.json["id"] > self.last
        self.last = response.json["id"]
        self.model[self.last] = body

    @rule(back=st.integers(0, 5), body=bodies)
    def replace(self, back: int, body: dict[str, Any]) -> None:
        number = self.last - back
        response = call("PUT", f"/sprockets/{number}", json_body=body)
        assert response.status == (200 if number in self.model else 404)
        if number in self.model:
            self.model[number] = body

    @rule(back=st.integers(0, 5), body=bodies)
    def replace_what_was_read(self, back: int, body: dict[str, Any]) -> None:
        number = self.last - back
        if number not in self.tags:
            return
        now = call("GET", f"/sprockets/{number}").headers.get("etag")
        headers = {"If-Match": self.tags[number]}
        response = call("PUT", f"/sprockets/{number}", json_body=body, headers=headers)
        if number not in self.model:
            assert response.status == 412
        else:
            assert response.status == (200 if now == self.tags[number] else 412)
            if response.status == 200:
                self.model[number] = body

    @rule(back=st.integers(0, 5))
    def read(self, back: int) -> None:
        number = self.last - back
        response = call("GET", f"/sprockets/{number}")
        if number in self.model:
            assert response.json == {"id": number, **self.model[number]}
            self.tags[number] = response.headers["etag"]
        else:
            assert response.status == 404

    @rule(back=st.integers(0, 5))
    def delete(self, back: int) -> None:
        number = self.last - back
        known = self.model.pop(number, None)
        response = call("DELETE", f"/sprockets/{number}")
        assert response.status == (404 if known is None else 204)

    @rule(limit=st.integers(1, 4))
    def list(self, limit: int) -> None:
        expected = [{"id": number, **body} for number, body in sorted(self.model.items())]
        assert everything("/sprockets", limit) == expected


def test_sprockets_behave_like_a_dictionary(tables: None) -> None:
    run_state_machine_as_test(
        Sprockets,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )
