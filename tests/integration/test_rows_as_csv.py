"""Rows of a table as CSV: pages that link to the next, which a load takes back as they are."""

import csv
import io
from urllib.parse import urljoin

import pytest

from tests.front_door import Response, call
from tests.tables import assert_problem, load, rows

CSV = {"Accept": "text/csv"}


def page(url: str) -> Response:
    response = call("GET", url, headers=CSV)
    assert (response.status, response.headers["content-type"]) == (200, "text/csv")
    assert response.headers["vary"] == "Accept"
    return response


@pytest.mark.parametrize("limit", ["", "?limit=999", "?limit=7"])
def test_pages_of_rows_link_to_the_next(tables: None, limit: str) -> None:
    load("departments", "".join(f"{n},d{n}\n" for n in range(1001)))
    base, found = f"https://api.example.com/v1/tables/departments/rows{limit}", list[str]()
    pages = 0
    while True:
        response = page(base.removeprefix("https://api.example.com/v1"))
        header, *records = csv.reader(io.StringIO(response.text))
        assert header == ["id", "department"]
        assert len(records) <= int(limit.partition("=")[2] or 1000)
        found += [number for number, _ in records]
        pages += 1
        if "link" not in response.headers:
            break
        address, _, relation = response.headers["link"].partition("; ")
        assert relation == 'rel="next"'
        base = urljoin(base, address.strip("<>"))
    assert sorted(map(int, found)) == list(range(1001))
    assert pages == (143 if limit == "?limit=7" else 2)


def test_a_page_can_be_loaded_again(tables: None) -> None:
    load("user_experiments", '1,2,3;1; 3,0.1\n2,2,4,\n"3",2,-5,1e3\n')
    load("departments", '1,"The ""big"",\r\nloud room"\n2,-5\n')
    for table in ("user_experiments", "departments"):
        before = rows(table)
        text = page(f"/tables/{table}/rows").text
        assert load(table, text, "?dry_run=true").json["written"] == len(before)
        assert load(table, text).json["rejected"] == 0
        assert rows(table) == before


def test_cells_of_a_page_are_quoted_and_no_formulas(tables: None) -> None:
    load("users", "1,=1+1,,\n")
    expected = '"user_id","name","email","signup_date"\r\n"1","\'=1+1","",""\r\n'
    assert page("/tables/users/rows").text == expected


def test_a_page_of_json_has_at_most_100_rows(tables: None) -> None:
    load("departments", "".join(f"{n},d{n}\n" for n in range(12)))
    assert len(call("GET", "/tables/departments/rows").json["items"]) == 10
    assert_problem(call("GET", "/tables/departments/rows?limit=101"), 400, "limit")
    assert_problem(call("GET", "/tables/departments/rows?limit=1001", headers=CSV), 400, "limit")
    for headers in ({}, CSV):  # before it is known what is asked for
        beyond = call("GET", "/tables/departments/rows?limit=0", headers=headers)
        assert_problem(beyond, 400, "limit")
        message = "must be an integer from 1 to 1000 as CSV, to 100 as JSON"
        assert beyond.json["errors"][0]["msg"] == message
    drawing = call("GET", "/tables/departments/rows", headers={"Accept": "image/svg+xml"})
    assert_problem(drawing, 406, "text/csv")
    cursor = call("GET", "/tables/departments/rows?limit=5").json["next"]
    rest = page(f"/tables/departments/rows?cursor={cursor}").text
    assert len(rest.splitlines()) == 1 + 7
