"""Factories, their production and the sprockets it refers to, against plain dictionaries."""

from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.examples import some
from tests.front_door import Response, call
from tests.works import SPROCKET, chart, everything, leftovers, sweep

Body = dict[str, Any]
counts = st.integers(0, 9)
# few moments, so that some come twice
moments = st.integers(0, 5)
charts = st.lists(st.tuples(moments, counts, counts), max_size=4)
names = st.none() | st.sampled_from(["Works", "Mühle & <Co>"])
points = st.fixed_dictionaries(
    {"time": moments, "actual": counts, "goal": counts},
    # of the last sprockets that were made; 0 is the one that there never was
    optional={"sprocket_types": st.lists(st.sampled_from([1, 1, 1, 2, 2, 0]), max_size=2)},
)


class Factories(RuleBasedStateMachine):
    """The API against plain dictionaries."""

    @initialize()
    def start(self) -> None:
        self.sprockets: set[int] = set()
        self.last_sprocket = self.last_factory = 0
        self.names: dict[int, str | None] = {}
        # factory -> point -> point
        self.points: dict[int, dict[int, Body]] = {}
        # path -> a tag that was read, and the state that it was of
        self.tags: dict[str, tuple[str, Body]] = {}
        self.keyed: dict[str, tuple[str, Body, Response]] = {}
        self.run = uuid4().hex
        for listing in ("factories", "sprockets"):
            for each in everything(f"/{listing}"):
                call("DELETE", f"/{listing}/{each['id']}")
        self.create_sprocket()
        self.create_factory(None, [(1, 1, 1)])
        for moment in (0, 2):
            point = {"time": moment, "actual": 1, "goal": 1, "sprocket_types": [1]}
            self.append(back=0, some=[point], alone=True)

    def factory(self, back: int) -> int:
        """One of the last factories, there or not."""
        return max(1, self.last_factory - back)

    def body(self, point: Body) -> Body:
        """A point that refers to real sprockets, but for 0."""
        types = point.get("sprocket_types")
        if types is None:
            return point
        return {
            **point,
            "sprocket_types": list(
                dict.fromkeys(self.last_sprocket + 1 - t if t else 10**9 for t in types)
            ),
        }

    def known(self, point: Body) -> bool:
        return set(point.get("sprocket_types", [])) <= self.sprockets

    def to_json(self, number: int) -> Body:
        inside = self.ordered(number)
        data = chart(*[(each["time"], each["actual"], each["goal"]) for each in inside])
        return {"id": number, "name": self.names[number], "chart_data": data}

    def ordered(self, number: int) -> list[Body]:
        inside = self.points[number].values()
        return sorted(inside, key=lambda each: (each["time"], each["id"]))

    def keep(self, number: int, made: Body, sent: Body) -> None:
        """The point in a response is the one that was sent, with a new id."""
        assert made == {"sprocket_types": [], **sent, "id": made["id"]}
        assert made["id"] > max(self.points[number], default=0) or not self.points[number]
        self.points[number][made["id"]] = made

    def redraw(self, number: int, drawn: list[tuple[int, int, int]]) -> None:
        listed = call("GET", f"/factories/{number}/production?limit=100").json["items"]
        assert [(p["time"], p["actual"], p["goal"]) for p in listed] == sorted(
            drawn, key=lambda each: each[0]
        )
        self.points[number] = {each["id"]: each for each in listed}

    @rule()
    def create_sprocket(self) -> None:
        made = call("POST", "/sprockets", json_body=SPROCKET).json["id"]
        assert made > self.last_sprocket
        self.last_sprocket = made
        self.sprockets.add(made)

    @rule(back=st.integers(0, 2))
    def delete_sprocket(self, back: int) -> None:
        number = self.last_sprocket - back
        used = {
            t
            for inside in self.points.values()
            for each in inside.values()
            for t in each["sprocket_types"]
        }
        status = call("DELETE", f"/sprockets/{number}").status
        if number not in self.sprockets:
            assert status == 404
        else:
            assert status == (409 if number in used else 204)
            self.sprockets -= set() if number in used else {number}

    @rule(name=names, drawn=charts)
    def create_factory(self, name: str | None, drawn: list[tuple[int, int, int]]) -> None:
        response = call("POST", "/factories", json_body={"name": name, "chart_data": chart(*drawn)})
        number = response.json["id"]
        assert (response.status, number > self.last_factory) == (201, True)
        self.last_factory = number
        self.names[number] = name
        self.redraw(number, drawn)
        assert response.json == self.to_json(number)

    @rule(back=st.integers(0, 2), name=names, drawn=st.none() | charts)
    def update(self, back: int, name: str | None, drawn: list[tuple[int, int, int]] | None) -> None:
        number = self.factory(back)
        body: Body = {"name": name} | ({} if drawn is None else {"chart_data": chart(*drawn)})
        response = call("PUT", f"/factories/{number}", json_body=body)
        if number not in self.names:
            assert response.status == 404
            return
        self.names[number] = name
        if drawn is not None:
            self.redraw(number, drawn)
        assert (response.status, response.json) == (200, self.to_json(number))

    @rule(back=st.integers(0, 2))
    def delete(self, back: int) -> None:
        number = self.factory(back)
        known = number in self.names
        assert call("DELETE", f"/factories/{number}").status == (204 if known else 404)
        self.names.pop(number, None)
        self.points.pop(number, None)

    @rule(
        back=st.integers(0, 2), some=st.lists(points, min_size=1, max_size=3), alone=st.booleans()
    )
    def append(self, back: int, some: list[Body], alone: bool) -> None:
        number = self.factory(back)
        bodies = [self.body(each) for each in some]
        alone = alone and len(bodies) == 1
        sent: Body = bodies[0] if alone else {"points": bodies}
        response = call("POST", f"/factories/{number}/production", json_body=sent)
        self.appended(number, bodies, response)

    def appended(self, number: int, bodies: list[Body], response: Response) -> None:
        if number not in self.names:
            assert response.status == 404
        elif not all(map(self.known, bodies)):
            assert response.status == 422
        else:
            made = response.json.get("items", [response.json])
            assert (response.status, len(made)) == (201, len(bodies))
            for each, body in zip(made, bodies, strict=True):
                self.keep(number, each, body)

    @rule(key=st.sampled_from("ab"), point=points)
    def append_once(self, key: str, point: Body) -> None:
        path = f"/factories/{self.last_factory}/production"
        first = self.keyed.get(key)
        path, body = first[:2] if first else (path, self.body(point))
        headers = {"Idempotency-Key": f"{self.run}-{key}"}
        response = call("POST", path, json_body=body, headers=headers)
        if first:
            assert (response.status, response.json) == (201, first[2].json)
            assert response.headers["idempotent-replayed"] == "true"
            return
        self.appended(int(path.split("/")[2]), [body], response)
        if response.status == 201:
            self.keyed[key] = (path, body, response)

    def place(self, back: int, which: int) -> tuple[int, int, str]:
        """A factory, one of its points, there or not, and the path."""
        number = self.factory(back)
        inside = sorted(self.points.get(number, {}))
        point = inside[-1 - which % len(inside)] if inside else 10**6
        return number, point, f"/factories/{number}/production/{point}"

    @rule(back=st.integers(0, 1), which=st.integers(0, 9), point=points, tagged=st.booleans())
    def replace_point(self, back: int, which: int, point: Body, tagged: bool) -> None:
        number, point_id, path = self.place(back, which)
        sent = self.body(point)
        was = self.points.get(number, {}).get(point_id)
        tag = self.tags.get(path) if tagged else None
        headers = {"If-Match": tag[0]} if tag else {}
        response = call("PUT", path, json_body=sent, headers=headers)
        missing = 412 if tag else 404
        if number not in self.names:
            assert response.status == missing
        elif not self.known(sent):
            assert response.status in {missing, 422}
        elif was is None:
            assert response.status == missing
        elif response.status == 412:
            assert tag is not None
        else:
            assert not tag or tag[1] == was
            assert (response.status, response.json["id"]) == (200, point_id)
            assert response.json == {"sprocket_types": [], **sent, "id": point_id}
            self.points[number][point_id] = response.json
            self.tags[path] = (response.headers["etag"], response.json)

    @rule(back=st.integers(0, 1), which=st.integers(0, 9))
    def read_point(self, back: int, which: int) -> None:
        number, point_id, path = self.place(back, which)
        response = call("GET", path)
        was = self.points.get(number, {}).get(point_id)
        if was is None:
            assert response.status == 404
            return
        assert response.json == was
        self.tags[path] = (response.headers["etag"], was)
        assert call("GET", path, headers={"If-None-Match": self.tags[path][0]}).status == 304

    @rule(back=st.integers(0, 1), which=st.integers(0, 9))
    def delete_point(self, back: int, which: int) -> None:
        number, point_id, path = self.place(back, which)
        known = self.points.get(number, {}).pop(point_id, None)
        assert call("DELETE", path).status == (204 if known else 404)

    @rule(back=st.integers(0, 2), limit=st.integers(1, 3), span=st.tuples(moments, moments))
    def pages(self, back: int, limit: int, span: tuple[int, int]) -> None:
        number, (first, last) = self.factory(back), sorted(span)
        if number not in self.names:
            return
        found: list[Body] = []
        cursor = ""
        while True:
            query = f"from={first}&to={last}&limit={limit}{cursor}"
            page = call("GET", f"/factories/{number}/production?{query}").json
            found += page["items"]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        expected = [p for p in self.ordered(number) if first <= p["time"] <= last]
        assert found == expected
        seen = call("GET", f"/factories/{number}?from={first}&to={last}").json["chart_data"]
        assert seen["time"] == [each["time"] for each in expected]

    @rule()
    def list_all(self) -> None:
        assert everything("/factories", 2) == [
            self.to_json(number) for number in sorted(self.names)
        ]
        produced = [
            {"factory_id": number, **point}
            for number in self.points
            for point in self.ordered(number)
        ]
        produced.sort(key=lambda each: (each["time"], each["factory_id"], each["id"]))
        assert everything("/production", 2) == produced

    def teardown(self) -> None:
        if hasattr(self, "names"):
            for number in self.names:
                assert call("DELETE", f"/factories/{number}").status == 204
            for number in self.sprockets:
                assert call("DELETE", f"/sprockets/{number}").status == 204
            sweep()
            assert leftovers() == set()


def test_factories_behave_like_dictionaries(tables: None) -> None:
    run_state_machine_as_test(
        Factories,
        settings=settings(
            some(20),
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
