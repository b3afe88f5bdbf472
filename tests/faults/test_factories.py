"""Sprockets, factories and points while the store fails at each of the calls of a request."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import boto3
import pytest

from shared.problems import Conflict, Invalid
from shared.retries import STORE_ATTEMPTS
from sprockets import production, sprockets
from sprockets.models import PointIn
from sprockets.store.records import Point
from tests.conftest import empty_tables
from tests.faults.proxy import Fault, Proxy
from tests.front_door import Response, call
from tests.works import PRODUCTION, SPROCKET, chart, create_factory, create_sprocket, sweep

CHART = chart((10, 1, 3), (20, 2, 4))
POINT = {"time": 5, "actual": 1, "goal": 2, "sprocket_types": [1, 2]}
POINTS = {"points": [{**POINT, "time": n} for n in range(30)]}
SPROCKETS = {"sprockets": [SPROCKET] * 3}
FACTORIES = {"factories": [{"factory": {"chart_data": CHART}}] * 2}
# method, path, body, whether it depends on the state that was read
REQUESTS: list[tuple[str, str, Any, bool]] = [
    ("POST", "/sprockets", SPROCKET, False),
    ("PUT", "/sprockets/1", {**SPROCKET, "teeth": 7}, False),
    ("PUT", "/sprockets/1", {**SPROCKET, "teeth": 7}, True),
    ("DELETE", "/sprockets/3", None, False),
    ("DELETE", "/sprockets/3", None, True),
    ("POST", "/factories", {"name": "Mill", "chart_data": CHART}, False),
    ("PUT", "/factories/1", {"chart_data": CHART}, False),
    ("PUT", "/factories/1", {"chart_data": CHART}, True),
    ("PUT", "/factories/1", {"name": "Mill"}, True),
    ("DELETE", "/factories/1", None, True),
    ("POST", "/factories/1/production", POINT, False),
    ("POST", "/factories/1/production", POINTS, False),
    ("PUT", "/factories/1/production/1", POINT, True),
    ("DELETE", "/factories/1/production/1", None, True),
    ("POST", "/sprockets/import", SPROCKETS, False),
    ("POST", "/factories/import", FACTORIES, False),
]
each_request = pytest.mark.parametrize(
    ("method", "path", "body", "tagged"),
    REQUESTS,
    ids=[f"{method} {path} {tagged}" for method, path, _, tagged in REQUESTS],
)


def seed() -> None:
    for _ in range(3):
        create_sprocket()
    create_factory(name="Works", chart_data=CHART)


def seen() -> list[Any]:
    """What clients see, but for the ids: a gap may follow a failed create."""
    listings = ("/sprockets", "/factories", "/factories/1/production?limit=100")
    found = [call("GET", path).json.get("items") for path in listings]
    return [[{**item, "id": None} for item in items] if items else items for items in found]


def stored(proxy: Proxy) -> Counter[str]:
    """How many items there are of each kind, but for the counters, and samples, which go by id."""
    # past the proxy
    dynamodb = boto3.resource("dynamodb", endpoint_url=proxy.store)
    items: Any = dynamodb.Table("FactoryTable").scan()["Items"]
    kept: dict[str, set[tuple[str, str]]] = {"POINTS": set(), "SAMPLE": set()}
    for item in items:
        kind, _, rest = item["pk"].partition("#")
        if kind in kept:
            kept[kind].add((rest.split("#")[0], item["sk"]))
    assert kept["SAMPLE"] <= kept["POINTS"]
    kinds = Counter(item["pk"].partition("#")[0] for item in items)
    del kinds["COUNTER"], kinds["SAMPLE"]
    return kinds


def start_over(proxy: Proxy) -> int:
    """The state before a request; how many calls there were until then."""
    empty_tables()
    seed()
    return proxy.calls.total()


def refused(gone: range, number: int) -> Fault:
    return "refused" if number in gone else None


@each_request
def test_a_lost_response_changes_nothing(
    proxy: Proxy, method: str, path: str, body: Any, tagged: bool
) -> None:
    def request() -> Response:
        tag = call("GET", path).headers["etag"] if tagged else ""
        before = proxy.calls.total()
        proxy.plan = lambda n: "lost" if n == before + lost else None
        response = call(method, path, json_body=body, headers={"If-Match": tag} if tagged else {})
        proxy.plan = lambda _: None
        return response

    start_over(proxy)
    lost = 0
    response, expected = request(), (seen(), stored(proxy))
    assert response.status < 300
    for lost in count(1):
        before = start_over(proxy)
        again = request()
        made = proxy.calls.total() - before
        assert again.status == response.status, (lost, again.text)
        assert (seen(), stored(proxy)) == expected, lost
        if lost >= made:
            break


@each_request
def test_what_the_store_interrupted_is_finished_by_sending_it_again(
    proxy: Proxy, method: str, path: str, body: Any, tagged: bool
) -> None:
    keys = count()

    def request() -> Response:
        headers = {"Idempotency-Key": f"key-{key}"} if method == "POST" else {}
        headers |= {"If-Match": tag} if tagged else {}
        return call(method, path, json_body=body, headers=headers)

    def ready() -> tuple[int, str, int]:
        start_over(proxy)
        tag = call("GET", path).headers["etag"] if tagged else ""
        return next(keys), tag, proxy.calls.total()

    key, tag, _ = ready()
    response, expected = request(), (seen(), stored(proxy))
    assert response.status < 300
    # it may have been done, and only its response be lost
    good = {response.status, *({404} if method == "DELETE" else ()), *({412} if tagged else ())}
    for away in count(1):
        key, tag, before = ready()
        # for all attempts of one call
        gone = range(before + away, before + away + STORE_ATTEMPTS)
        proxy.plan = partial(refused, gone)
        first = request()
        proxy.plan = lambda _: None
        if proxy.calls.total() < gone.start:
            break
        again = request() if first.status == 503 else first
        assert again.status in good, (away, again.text)
        sweep()
        assert (seen(), stored(proxy)) == expected, (away, first.status, again.status)


def interleave(proxy: Proxy, at: int, other: Callable[[], object]) -> list[object]:
    """Let another client do something before call number `at` from now; what it got, once done.

    The other calls the rules: a Lambda function serves one request at a time.
    """
    first = proxy.calls.total()
    done: list[object] = []

    def plan(number: int) -> Fault:
        if number == first + at and not done:
            proxy.plan = lambda _: None
            done.append(other())
        return None

    proxy.plan = plan
    return done


def move() -> Point:
    body = PointIn(time=1000, actual=9, goal=9)
    return production.replace("1", "1", body)


def refer() -> bool:
    """Whether a point could refer to sprocket 3."""
    body = PointIn(time=1, actual=1, goal=1, sprocket_types=[3])
    try:
        production.append("1", body)
    except Invalid:
        return False
    return True


def unmake() -> bool:
    """Whether sprocket 3 could be deleted."""
    try:
        sprockets.delete("3")
    except Conflict:
        return False
    return True


@pytest.mark.parametrize(
    ("method", "tagged", "expected"),
    [
        ("GET", False, {200}),
        ("PUT", False, {200}),
        ("DELETE", False, {204}),
        ("PUT", True, {412}),
        ("DELETE", True, {412}),
    ],
)
def test_a_point_exists_while_another_client_changes_its_time(
    proxy: Proxy, method: str, tagged: bool, expected: set[int]
) -> None:
    for at in count(1):
        start_over(proxy)
        headers = {}
        if tagged:
            headers = {"If-Match": call("GET", f"{PRODUCTION}/1").headers["etag"]}
        body = {"time": 7, "actual": 1, "goal": 1} if method == "PUT" else None
        moved = interleave(proxy, at, move)
        response = call(method, f"{PRODUCTION}/1", json_body=body, headers=headers)
        proxy.plan = lambda _: None
        if not moved:
            break
        assert response.status in expected, (at, response.text)
    assert at > 2


def test_no_reference_dangles_whoever_comes_first(proxy: Proxy) -> None:
    for first, second in ((refer, unmake), (unmake, refer)):
        for at in count(1):
            start_over(proxy)
            other = interleave(proxy, at, second)
            done = first()
            proxy.plan = lambda _: None
            if not other:
                break
            assert [done] != other, (first, at)
            exists = call("GET", "/sprockets/3").status == 200
            points = call("GET", PRODUCTION).json["items"]
            assert exists == any(each["sprocket_types"] for each in points), (first, at)
        assert at > 2
