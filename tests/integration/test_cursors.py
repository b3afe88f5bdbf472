"""Cursors of every list through the front door: damaged, foreign, and made up with care."""

import json
import zlib
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.openapi import routes
from shared.cursor import decode, encode, listing_of
from shared.dynamo import Table
from shared.params import CURSOR, LAST_SECOND
from shared.problems import Malformed
from shared.views import day_of
from tests.front_door import call
from tests.views import add_hires, add_production

POINT = {"time": 1, "actual": 1, "goal": 1}
LISTS = (
    "/sprockets",
    "/factories",
    "/factories/1/production",
    "/production",
    "/tables/departments/rows",
    "/ingestions",
    "/birthdays",
    "/reports/experiments",
    "/reports/hires-by-quarter",
    "/reports/departments-above-mean",
    "/reports/production",
)


# what narrows a list by default
DEFAULTS: dict[str, dict[str, object]] = {
    "/birthdays": {"within": 30},
    "/reports/hires-by-quarter": {"year": 2021},
    "/reports/departments-above-mean": {"year": 2021},
    "/reports/production": {"first": day_of(0), "last": day_of(LAST_SECOND)},
}


def fill() -> None:
    """Four elements for each list and report, but for that of experiments."""
    size = {"teeth": 5, "pitch_diameter": 5, "outside_diameter": 6, "pitch": 1}
    for name in ("Ada", "Bob", "Cy", "Dee"):
        call("POST", "/sprockets", json_body=size)
        call("POST", "/factories", json_body={"name": name})
        call("POST", "/factories/1/production", json_body=POINT)
        call("POST", "/ingestions", json_body={"table": "jobs"})
        call("PUT", f"/hello/{name}", json_body={"dateOfBirth": "2000-02-29"})
    add_hires(4, 1)
    add_production(4)


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
            response = call("GET", f"{query}&limit={limit}{cursor}").json
            found += [json.dumps(item) for item in response["items"]]
            assert (response["next"] is None) == (page == pages - 1)
            cursor = f"&cursor={response['next']}"
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
        "/factories/1/production": {"time": st.integers(), "id": st.integers()},
        "/production": {"time": st.integers(), "factory": st.integers(), "id": st.integers()},
        "/birthdays": {"day": texts, "born": texts, "name": texts},
        "/ingestions": {"id": texts},
        "/tables/departments/rows": {"key": st.integers()},
        "/reports/experiments": {"user_id": st.integers()},
        "/reports/hires-by-quarter": {"department_id": st.integers(), "job_id": st.integers()},
        "/reports/departments-above-mean": {"hired": st.integers(), "id": st.integers()},
        "/reports/production": {"factory_id": st.integers()},
    }
    return st.fixed_dictionaries(shapes.get(listing, {"id": st.integers()}))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_cursor_that_somebody_made_up_is_a_400_or_a_page(
    tables: None, data: st.DataObject
) -> None:
    if call("GET", "/factories/1").status == 404:
        fill()
    for listing in LISTS:
        place = data.draw(places | like(listing))
        name = listing_of(listing, **DEFAULTS.get(listing, {}))
        response = call("GET", f"{listing}?cursor={made_up(name, place)}")
        assert response.status in {200, 400}, (listing, place, response.text)
        other = "/sprockets" if listing != "/sprockets" else "/factories"
        assert call("GET", f"{listing}?cursor={made_up(other, place)}").status == 400


@pytest.mark.parametrize("listing", LISTS)
@pytest.mark.parametrize("cursor", ["x", "AAAA", "%C3%A9", "W10", "A" * 3000, "=", "[" * 2000])
def test_a_damaged_cursor_is_a_400(tables: None, listing: str, cursor: str) -> None:
    fill()
    response = call("GET", f"{listing}?cursor={cursor}&limit=0")
    assert response.status == 400
    named = {error["loc"][1]: error["msg"] for error in response.json["errors"]}
    assert set(named) == {"cursor", "limit"}
    assert "damaged" in named["cursor"] or "at most" in named["cursor"]


# the filters of each list that has some: a query with one of them, and one with another value
FILTERS = {
    ("/factories", "from"): ("from=1", "from=2"),
    ("/factories", "to"): ("to=8", "to=9"),
    ("/factories/{factory_id}/production", "from"): ("from=1", "from=0"),
    ("/factories/{factory_id}/production", "to"): ("to=8", "to=9"),
    ("/production", "from"): ("from=1", "from=0"),
    ("/production", "to"): ("to=8", "to=9"),
    ("/production", "factory"): ("factory=1", "factory=1,2"),
    ("/ingestions", "status"): ("status=awaiting_upload", "status=running"),
    ("/ingestions", "table"): ("table=jobs", "table=users"),
    ("/birthdays", "within"): ("within=366", "within=365"),
    ("/reports/hires-by-quarter", "year"): ("year=2021", "year=2022"),
    ("/reports/departments-above-mean", "year"): ("year=2021", "year=2022"),
    ("/reports/production", "from"): ("from=1", "from=86400"),
    ("/reports/production", "to"): ("to=8", "to=86400"),
}


def test_the_filters_of_all_lists_are_known() -> None:
    found = {
        (route.path, param.name)
        for route in routes()
        if CURSOR in route.query
        for param in route.query
        if param.name not in {"cursor", "limit"}
    }
    assert found == set(FILTERS)


@pytest.mark.parametrize(("path", "name"), FILTERS)
def test_a_cursor_of_other_filters_is_a_400(tables: None, path: str, name: str) -> None:
    fill()
    url = path.replace("{factory_id}", "1")
    first, second = FILTERS[path, name]
    cursor = call("GET", f"{url}?{first}&limit=1").json["next"]
    assert cursor
    assert call("GET", f"{url}?{first}&limit=2&cursor={cursor}").status == 200
    # the first day and the year without a filter may be those of the first one
    same = first in {"year=2021", "from=1"} and "reports" in path
    for other in (second,) if same else (second, ""):
        response = call("GET", f"{url}?{other}&cursor={cursor}")
        assert response.status == 400
        assert "other filters" in response.json["detail"]


def test_the_pages_of_rows_with_extreme_keys_hold_each_once(tables: None) -> None:
    keys = [-(2**63), -(2**63) + 1, -1, 0, 2**63 - 1]
    Table("DepartmentsTable", "id").put_many([{"id": key, "department": "x"} for key in keys])
    found, cursor = [], ""
    for _ in keys:
        page = call("GET", f"/tables/departments/rows?limit=1{cursor}")
        assert page.status == 200, page.text
        found += [item["id"] for item in page.json["items"]]
        cursor = f"&cursor={page.json['next']}"
    assert sorted(found) == keys


@given(st.integers(-(2**63), 2**63 - 1))
def test_any_key_of_64_bits_can_be_in_a_cursor(key: int) -> None:
    assert decode("/x", encode("/x", {"key": key}), key=int) == {"key": key}


@pytest.mark.parametrize("key", [-(2**63) - 1, 2**63, 10**60])
def test_a_key_of_more_bits_cannot(key: int) -> None:
    with pytest.raises(Malformed):
        decode("/x", encode("/x", {"key": key}), key=int)
