"""Reports in pages: whole where they fit a response, and never larger than Lambda's 6 MB."""

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode, urljoin
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.charts import chart
from tests.front_door import Response, call
from tests.streams import deliver, record
from tests.views import add_hires, add_production, add_users

LARGEST = 6 * 1024 * 1024  # bytes of a response of Lambda's
# 10,000 characters, and the largest as JSON in JSON
LONG = "\x01\U0001f9ea" * 5_000
KINDS = ("application/json", "text/csv", "image/svg+xml")
Row = dict[str, Any]


def fits(response: Response) -> bool:
    assert response.status == 200, response.text
    return len(json.dumps({"body": response.text, "headers": dict(response.headers)})) < LARGEST


def pages(report: str, **query: Any) -> list[Row]:
    """All pages of a report, each followed by its `next`."""
    found: list[Row] = []
    cursor: Row = {}
    while True:
        response = call("GET", f"/reports/{report}?{urlencode(query | cursor)}")
        assert fits(response)
        found.append(response.json)
        if not response.json.get("next"):
            return found
        cursor = {"cursor": response.json["next"]}


@pytest.mark.parametrize(
    ("report", "keys"),
    [
        ("hires-by-quarter", {"report", "year", "as_of", "results"}),
        ("departments-above-mean", {"report", "year", "as_of", "mean", "results"}),
        ("production", {"report", "as_of", "from", "to", "results"}),
    ],
)
def test_a_report_is_whole_unless_pages_are_asked_for(
    tables: None, report: str, keys: set[str]
) -> None:
    add_hires(5, 3)
    add_production(6)
    whole = call("GET", f"/reports/{report}").json
    assert whole.keys() == keys
    for limit in (1, 2, 4, 1000):
        found = pages(report, limit=limit)
        assert [row for page in found for row in page["results"]] == whole["results"]
        assert all(len(page["results"]) == limit for page in found[:-1])
        assert all("next" in page for page in found)
        assert all(page.get("mean") == whole.get("mean") for page in found)


def test_names_of_any_length_fit(tables: None) -> None:
    add_hires(20, 20, LONG)
    found = pages("hires-by-quarter")
    rows = [(row["department"], row["job"]) for page in found for row in page["results"]]
    assert len(found) > 1
    assert rows == sorted(rows)
    assert len(set(rows)) == 400
    for kind in KINDS:
        for report in ("hires-by-quarter", "departments-above-mean"):
            assert fits(call("GET", f"/reports/{report}", headers={"Accept": kind}))


def test_a_page_of_experiments_fits_whatever_the_names(tables: None) -> None:
    add_users(60, LONG)
    found = pages("experiments", limit=100)
    assert len(found) > 1
    assert [row["user_id"] for page in found for row in page["user_reports"]] == list(range(60))


@pytest.mark.parametrize(
    ("report", "query"),
    [
        ("hires-by-quarter", {"year": 2021}),
        ("departments-above-mean", {"year": 2021}),
        ("production", {"from": 0, "to": 99}),
        ("experiments", {}),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cut_links_to_the_next_page(
    tables: None, report: str, query: Row, kind: str
) -> None:
    add_hires(4, 2)
    add_production(6)
    add_users(5)
    url = f"/reports/{report}?{urlencode(query | {'limit': 1})}"
    base = f"https://api.example.com/stage{url}"
    lines: list[list[str]] = []
    whole = call("GET", url.replace("limit=1", "limit=100"), headers={"Accept": kind})
    assert "link" not in whole.headers
    while True:
        response = call("GET", url, headers={"Accept": kind})
        assert response.status == 200
        if kind == "text/csv":
            lines += list(csv.reader(io.StringIO(response.text)))[1:]
        if "link" not in response.headers:
            break
        address, _, relation = response.headers["link"].partition("; ")
        assert relation == 'rel="next"'
        base = urljoin(base, address.strip("<>"))
        assert base.startswith(f"https://api.example.com/stage/reports/{report}?")
        url = base.removeprefix("https://api.example.com/stage")
    if kind == "text/csv":
        assert lines == list(csv.reader(io.StringIO(whole.text)))[1:]
    assert url != f"/reports/{report}?{urlencode(query | {'limit': 1})}"


def test_a_cursor_is_of_one_report_and_span(tables: None) -> None:
    add_hires(4, 2)
    cursor = call("GET", "/reports/hires-by-quarter?limit=1").json["next"]
    for url in ("hires-by-quarter?year=2020", "departments-above-mean?", "production?"):
        assert call("GET", f"/reports/{url}&cursor={cursor}").status == 400
    deliver([record("jobs", "gone", {"id": 0, "job": "job 0 0"}, None)])
    gone = call("GET", f"/reports/hires-by-quarter?cursor={cursor}")
    assert (gone.status, "start again" in gone.json["detail"]) == (400, True)
    for limit in (0, 1001, "x"):
        assert call("GET", f"/reports/hires-by-quarter?limit={limit}").status == 400


characters = st.characters() | st.sampled_from("\x00\x0b\x1f\x7f\x85\ud800\udfff\ufffe\uffff<&'\"")
names = st.text(characters, max_size=80) | st.sampled_from(["]]>", "<!--", "&#0;", "\r\n"])


@settings(max_examples=60)
@given(names, st.lists(names, min_size=1, max_size=3))
def test_a_drawing_is_well_formed_whatever_the_names(title: str, labels: list[str]) -> None:
    values = [1.0] * len(labels)
    drawn = chart("bars", title, labels, {title: values}, x_title=title, y_title="y")
    found = ET.fromstring(drawn.encode())  # noqa: S314 - our own
    assert found.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(drawn) < 40_000
