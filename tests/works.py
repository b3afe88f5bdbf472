"""Sprockets, factories and their production for tests: bodies, requests, and what is stored."""

from typing import Any
from urllib.parse import urlencode

import pytest

from shared.dynamo import Table
from sprockets import sweeper
from tests.front_door import Context, Response, call

SPROCKET = {"teeth": 5, "pitch_diameter": 5, "outside_diameter": 6.25, "pitch": 1}
EXACT = {"teeth": 9, "pitch_diameter": 0.1, "outside_diameter": 2.5e-310, "pitch": 10**40}
PRODUCTION = "/factories/1/production"


def chart(*points: tuple[int, int, int]) -> dict[str, list[int]]:
    """Of (time, actual, goal)."""
    return {
        "sprocket_production_actual": [actual for _, actual, _ in points],
        "sprocket_production_goal": [goal for _, _, goal in points],
        "time": [time for time, _, _ in points],
    }


def chart_at(*times: int) -> dict[str, list[int]]:
    return chart(*((time, 1, 1) for time in times))


def point(time: int, *types: int) -> dict[str, Any]:
    return {"time": time, "actual": 7, "goal": 8, "sprocket_types": list(types)}


def create_sprocket(body: Any = SPROCKET) -> Response:
    return call("POST", "/sprockets", json_body=body)


def create_factory(**body: Any) -> Response:
    return call("POST", "/factories", json_body=body)


def append(body: Any) -> Response:
    """To the first factory."""
    return call("POST", PRODUCTION, json_body=body)


def everything(listing: str, limit: int = 100, **filters: object) -> list[dict[str, Any]]:
    """The elements of all pages of a list."""
    query: dict[str, object] = {**filters, "limit": limit}
    found: list[dict[str, Any]] = []
    while True:
        page = call("GET", f"{listing}?{urlencode(query)}").json
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def items(kind: str = "") -> list[dict[str, Any]]:
    """What is stored, of a kind of items such as POINTS or POINTS#1."""
    stored = Table("FactoryTable", "pk", "sk").scan_all()
    return [item for item in stored if f"{item['pk']}#".startswith(f"{kind}#" if kind else "")]


def leftovers() -> set[str]:
    """Kinds of items that are stored beside counters and imports."""
    return {item["pk"].partition("#")[0] for item in items()} - {"COUNTER", "IMPORT"}


def sweep() -> int:
    """Call the sweeper long after everything else; how many generations it cleared."""
    with pytest.MonkeyPatch.context() as later:
        later.setattr("sprockets.store.generations.ABANDONED", -1)
        return sweeper.handler({}, Context())["cleared"]
