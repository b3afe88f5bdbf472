"""Reports as JSON, CSV and SVG, and their entity tags."""

import csv
import io
from xml.etree import ElementTree as ET

import pytest

from reports import routes
from shared.dynamo import Table
from shared.params import YEAR
from tests.front_door import call
from tests.streams import deliver, record

QUERIES = {report.name: report.query for report in routes.REPORTS}


@pytest.fixture
def figures(tables: None) -> None:
    """Two departments, one of an unkind name, and a user with an experiment."""
    departments = [{"id": 1, "department": "=1+1"}, {"id": 2, "department": "Casting"}]
    job = {"id": 1, "job": 'The "big", one'}
    Table("UsersTable", "user_id").put({"user_id": -1, "name": "@home"})
    hires = [
        {"id": n, "datetime": "2021-05-01T00:00:00Z", "department_id": d, "job_id": 1}
        for n, d in enumerate([1, 1, 1, 2])
    ]
    experiment = {"experiment_id": 1, "user_id": -1, "experiment_compound_ids": [1]}
    records = [record("departments", f"d{row['id']}", None, row) for row in departments]
    records += [record("hired_employees", f"h{hire['id']}", None, hire) for hire in hires]
    deliver(
        [
            *records,
            record("jobs", "j", None, job),
            record("user_experiments", "x", None, experiment),
        ]
    )


def test_a_report_as_csv(figures: None) -> None:
    response = call("GET", "/reports/hires-by-quarter", headers={"Accept": "text/csv"})
    assert response.headers["content-type"] == "text/csv"
    assert list(csv.reader(io.StringIO(response.text))) == [
        ["department", "job", "Q1", "Q2", "Q3", "Q4"],
        ["'=1+1", 'The "big", one', "0", "3", "0", "0"],
        ["Casting", 'The "big", one', "0", "1", "0", "0"],
    ]
    users = call("GET", "/reports/experiments", headers={"Accept": "text/csv"}).text
    assert users.splitlines() == [
        '"user_id","name","count","fav_compound"',
        '"-1","\'@home","1",""',
    ]


@pytest.mark.parametrize("report", QUERIES)
def test_a_report_is_drawn(figures: None, report: str) -> None:
    response = call("GET", f"/reports/{report}", headers={"Accept": "image/svg+xml"})
    assert response.headers["content-type"] == "image/svg+xml"
    drawn = ET.fromstring(response.text)  # noqa: S314 - our own
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert not list(drawn.iter("{http://www.w3.org/2000/svg}script"))
    empty = "?year=1999" if YEAR in QUERIES[report] else ""
    nothing = call("GET", f"/reports/{report}{empty}", headers={"Accept": "image/svg+xml"})
    assert nothing.status == 200


@pytest.mark.parametrize("report", QUERIES)
@pytest.mark.parametrize("kind", ["application/json", "text/csv", "image/svg+xml"])
def test_what_a_client_has_is_not_sent_again(figures: None, report: str, kind: str) -> None:
    url = f"/reports/{report}"
    first = call("GET", url, headers={"Accept": kind})
    assert first.headers["vary"] == "Accept"
    tag = {"If-None-Match": first.headers["etag"]}
    again = call("GET", url, headers={"Accept": kind, **tag})
    assert (again.status, again.text) == (304, "")
    other = "text/csv" if kind != "text/csv" else "application/json"
    assert call("GET", url, headers={"Accept": other, **tag}).status == 200
    hire = {"id": 99, "datetime": "2021-05-01T00:00:00Z", "department_id": 1, "job_id": 1}
    user = {"user_id": 5, "name": "new", "email": "n@example.com", "signup_date": "2021-05-01"}
    point = {"pk": "POINTS#1#1", "sk": "p", "factory_id": 1, "time": 9, "actual": 1, "goal": 0}
    changes = [record("hired_employees", "h99", None, hire), record("users", "u5", None, user)]
    changes.append(record("production", "p1", None, point))
    deliver(changes)
    assert call("GET", url, headers={"Accept": kind, **tag}).status == 200


def test_one_user_has_a_tag(figures: None) -> None:
    tag = call("GET", "/reports/experiments/-1").headers["etag"]
    response = call("GET", "/reports/experiments/-1", headers={"If-None-Match": tag})
    assert response.status == 304


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("image/svg+xml, application/json;q=0.5", "image/svg+xml"),
        ("text/*", "text/csv"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/csv;q=nonsense, */*;q=0.1", "application/json"),
    ],
)
def test_the_client_chooses(figures: None, accept: str | None, kind: str) -> None:
    headers = {} if accept is None else {"Accept": accept}
    assert call("GET", "/reports/mean-hires", headers=headers).headers["content-type"] == kind


def test_what_cannot_be_had_is_a_406(figures: None) -> None:
    response = call("GET", "/reports/mean-hires", headers={"Accept": "text/html"})
    assert response.status == 406
    assert response.headers["content-type"] == "application/problem+json"
