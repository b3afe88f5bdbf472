"""Cursors of every list through the front door: damaged, foreign, and made up with care."""

import json
import zlib
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.front_door import call

POINT = {"time": 1, "actual": 1, "goal": 1}
CSV = {"Content-Type": "text/csv"}
LISTS = (
    "/sprockets",
    "/factories",
    "/factories/1/production",
    "/tables/departments/rows",
    "/ingestions",
    "/birthdays",
    "/reports/experiments",
)


def fill() -> None:
    """Four elements for each list, but for the report's, which needs a projector."""
    size = {"teeth": 5, "pitch_diameter": 5, "outside_diameter": 6, "pitch": 1}
    for name in ("Ada", "Bob", "Cy", "Dee"):
        call("POST", "/sprockets", json_body=size)
        call("POST", "/factories", json_body={"name": name})
        call("POST", "/factories/1/production", json_body=POINT)
        call("POST", "/ingestions", json_body={"table": "jobs"})
        call("PUT", f"/hello/{name}", json_body={"dateOfBirth": "2000-02-29"})
    call("POST", "/tables/departments", "1,a\n2,b\n3,c\n4,d\n", CSV)


def made_up(listing: str, place: Any) -> str:
    """A cursor as the API makes them, around anything."""
    data = json.dumps([listing, place], separators=(",", ":"), ensure_ascii=False)
    raw = data.encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(zlib.crc32(raw).to_bytes(4, "big") + raw).rstrip(b"=").decode()


@pytest.mark.parametrize("listing", [each for each in LISTS if "reports" not in each])
def test_the_last_page_is_known_to_be_the_last(tables: None, listing: str) -> None:
    fill()
    query = f"{listing}?within=366" if listing == "/birthdays" else f"{listing}?"
    for limit, pages in ((1, 4), (2, 2), (3, 2), (4, 1), (5, 1)):
        found, cursor = [], ""
        for page in range(pages):
            answer = call("GET", f"{query}&limit={limit}{cursor}").json
            found += [json.dumps(item) for item in answer["items"]]
            assert (answer["next"] is None) == (page == pages - 1)
            cursor = f"&cursor={answer['next']}"
        assert len(set(found)) == len(found) == 4


texts = st.sampled_from(["", "~", "é", "0", "2026-13-77", "\ud800", "x" * 900]) | st.text()
values = (
    st.none() | st.booleans() | texts | st.integers() | st.sampled_from([10**60, -(10**60), 0.5])
)
names = st.sampled_from(["sk", "pk", "id", "key", "day", "born", "name", "user_id"])
places = values | st.lists(values) | st.dictionaries(names, values, max_size=4)


def like(listing: str) -> st.SearchStrategy[Any]:
    """Places of the form that the list has itself."""
    shapes: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "/birthdays": {"day": texts, "born": texts, "name": texts},
        "/ingestions": {"id": texts},
        "/tables/departments/rows": {"key": st.integers()},
        "/reports/experiments": {"user_id": st.integers()},
    }
    return st.fixed_dictionaries(shapes.get(listing, {"sk": texts}))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_cursor_that_somebody_made_up_is_a_400_or_a_page(
    tables: None, data: st.DataObject
) -> None:
    if call("GET", "/factories/1").status == 404:
        fill()
    for listing in LISTS:
        place = data.draw(places | like(listing))
        answer = call("GET", f"{listing}?cursor={made_up(listing, place)}")
        assert answer.status in {200, 400}, (listing, place, answer.text)
        other = "/sprockets" if listing != "/sprockets" else "/factories"
        assert call("GET", f"{listing}?cursor={made_up(other, place)}").status == 400


@pytest.mark.parametrize("listing", LISTS)
@pytest.mark.parametrize("cursor", ["x", "AAAA", "%C3%A9", "W10", "A" * 3000, "=", "[" * 2000])
def test_a_damaged_cursor_is_a_400(tables: None, listing: str, cursor: str) -> None:
    fill()
    answer = call("GET", f"{listing}?cursor={cursor}&limit=0")
    assert answer.status == 400
    named = {error["loc"][1]: error["msg"] for error in answer.json["errors"]}
    assert set(named) == {"cursor", "limit"}
    assert "damaged" in named["cursor"] or "at most" in named["cursor"]
