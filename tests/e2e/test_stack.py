"""The deployed stack, through API Gateway: sample data in, reports out, many clients at once."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from infra.build import ARCHIVE, ROOT
from tests.expected_reports import DATA, Expected
from tests.stack import Stack, soon

pytestmark = pytest.mark.e2e
SPROCKET = {"teeth": 5, "pitch_diameter": 5, "outside_diameter": 6.25, "pitch": 1}


@pytest.fixture(scope="module")
def api(stack: Stack) -> httpx.Client:
    return stack.api


@pytest.fixture(scope="module")
def expected() -> Iterator[Expected]:
    with closing(Expected()) as made:
        yield made


def test_the_rows_of_the_tables_are_counted(stack: Stack, expected: Expected) -> None:
    for table, (_, written, _) in expected.counts.items():
        rows = stack.count(f"{table.title().replace('_', '')}Table")
        assert rows >= written

        def live(table: str = table) -> int:
            tables = stack.api.get("/tables").json()["tables"]
            return int(next(each["rows"] for each in tables if each["name"] == table))

        soon(live, rows)


@pytest.mark.parametrize("year", [2019, 2020, 2021, 2022])
def test_the_reports_equal_the_same_by_sql(
    api: httpx.Client, expected: Expected, year: int
) -> None:
    def results(report: str) -> Any:
        return api.get(f"/reports/{report}", params={"year": year}).json()["results"]

    soon(lambda: results("hires-by-quarter"), expected.hires_by_quarter(year))
    # of the same counters, so as up to date
    assert results("departments-above-mean") == expected.departments_above_mean(year)
    assert results("mean-hires") == [{"mean_hires": expected.mean_hires(year)}]


def test_the_experiments_report_equals_the_same_by_sql(
    api: httpx.Client, expected: Expected
) -> None:
    def report() -> Any:
        return api.get("/reports/experiments?limit=100").json()

    soon(lambda: report()["user_reports"], expected.user_reports())
    assert report()["average_experiment_count"] == expected.average_experiment_count()


def test_loading_a_file_again_counts_nothing_twice(api: httpx.Client, expected: Expected) -> None:
    body = (DATA / "hired_employees.csv").read_bytes()
    response = api.post(
        "/tables/hired_employees", content=body, headers={"content-type": "text/csv"}
    )
    loaded = response.json()
    counts = (loaded["read"], loaded["written"], loaded["rejected"])
    assert counts == expected.counts["hired_employees"]
    assert [error["line"] for error in loaded["errors"]] == sorted(
        error["line"] for error in loaded["errors"]
    )
    test_the_reports_equal_the_same_by_sql(api, expected, 2021)


def test_a_changed_row_moves_its_count(api: httpx.Client) -> None:
    def first_quarter() -> dict[str, int]:
        rows = api.get("/reports/hires-by-quarter?year=1971").json()["results"]
        return {row["department"]: row["Q1"] for row in rows}

    hire = {"id": 900001, "datetime": "1971-02-03T00:00:00Z", "department_id": 1, "job_id": 1}
    api.post("/tables/hired_employees/rows", json={"rows": [hire]})
    soon(first_quarter, {"Foundry": 1})
    api.post("/tables/hired_employees/rows", json={"rows": [hire | {"department_id": 2}]})
    soon(first_quarter, {"Machining": 1})


def test_a_form_and_broken_bytes_arrive_as_they_were_sent(api: httpx.Client) -> None:
    files = {"file": ("d.csv", "id,department\n77,Gießerei\n".encode(), "text/csv")}
    assert api.post("/tables/departments", files=files).json()["written"] == 1
    assert api.get("/tables/departments/rows/77").json()["department"] == "Gießerei"
    latin = "77,Gie\xdferei\n".encode("latin-1")
    response = api.post("/tables/departments", content=latin, headers={"content-type": "text/csv"})
    assert response.status_code == 422
    assert "byte 6 " in response.json()["detail"]
    large = api.post(
        "/tables/departments", content=b"1,a\n" * 1_500_000, headers={"content-type": "text/csv"}
    )
    assert large.status_code == 413
    assert "/ingestions" in large.json()["detail"]


def test_names_of_any_script_reach_the_function(api: httpx.Client) -> None:
    born = {"dateOfBirth": "1990-01-01"}
    for name in ("José", "नीलम", "李雷"):
        assert api.put(f"/hello/{name}", json=born).status_code == 204
        message = api.get(f"/hello/{name}").json()["message"]
        assert message.startswith(f"Hello, {name}! ")
    assert api.put("/hello/José1", json=born).status_code == 422


def test_every_failure_is_a_problem(api: httpx.Client) -> None:
    for method, path, status in [
        ("GET", "/nowhere", 404),
        ("PATCH", "/tables", 405),
        ("DELETE", "/", 405),
        ("GET", "/tables/none", 404),
        ("GET", "/reports/none", 404),
        ("GET", "/sprockets?limit=0", 400),
        ("POST", "/sprockets", 400),
    ]:
        response = api.request(method, path)
        assert response.status_code == status, (method, path, response.text)
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == status


def test_the_sample_factories_are_there(api: httpx.Client) -> None:
    document = json.loads((DATA / "factories.json").read_text())
    found = api.get("/factories").json()["items"]
    expected = [each["factory"]["chart_data"] for each in document["factories"]]
    assert [each["chart_data"] for each in found[: len(expected)]] == expected
    assert api.post("/factories/import", json=document).json()["already_loaded"] is True


def test_the_production_report_sums_the_sample_charts(api: httpx.Client) -> None:
    document = json.loads((DATA / "factories.json").read_text())
    charts = [each["factory"]["chart_data"] for each in document["factories"]]
    wanted = [
        [sum(chart["sprocket_production_actual"]), sum(chart["sprocket_production_goal"])]
        for chart in charts
    ]

    def sums() -> list[list[int]]:
        rows = api.get("/reports/production?to=1650000000").json()["results"]
        return [[row["actual"], row["goal"]] for row in rows[: len(charts)]]

    soon(sums, wanted)


def test_many_clients_create_with_ids_of_their_own(api: httpx.Client) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: api.post("/sprockets", json=SPROCKET).json(), range(30)))
    ids = [each["id"] for each in made]
    assert len(set(ids)) == 30
    last = api.post("/sprockets", json=SPROCKET).json()["id"]
    assert last == max(ids) + 1


def test_of_two_writers_at_once_one_is_refused(api: httpx.Client) -> None:
    made = api.post("/sprockets", json=SPROCKET)
    url = f"/sprockets/{made.json()['id']}"
    headers = {"If-Match": made.headers["etag"]}
    with ThreadPoolExecutor(6) as pool:
        responses = pool.map(lambda _: api.put(url, json=SPROCKET, headers=headers), range(6))
    statuses = [response.status_code for response in responses]
    assert sorted(statuses) == [200] + [412] * 5


def point(at: int, *types: int) -> dict[str, Any]:
    return {"time": at, "actual": 1, "goal": 2, "sprocket_types": list(types)}


def test_a_thousand_points_and_a_thinned_chart(api: httpx.Client) -> None:
    sprocket = api.post("/sprockets", json=SPROCKET).json()["id"]
    factory = api.post("/factories", json={"name": "Large"}).json()["id"]
    url = f"/factories/{factory}/production"
    for start in (0, 1000):
        points = [point(start + n, sprocket) for n in range(1000)]
        assert api.post(url, json={"points": points}).status_code == 201
    found = api.get(f"/factories/{factory}").json()
    assert found["chart_data_thinned"] is True
    times = found["chart_data"]["time"]
    assert len(times) <= 1000
    assert (times[0], times[-1]) == (0, 1999)
    assert api.delete(f"/sprockets/{sprocket}").status_code == 409
    assert api.delete(f"/factories/{factory}").status_code == 204
    assert api.delete(f"/sprockets/{sprocket}").status_code == 204


def test_no_point_refers_to_a_sprocket_that_was_deleted_at_the_same_time(
    api: httpx.Client,
) -> None:
    factory = api.post("/factories", json={}).json()["id"]
    url = f"/factories/{factory}/production"
    for _ in range(4):
        sprocket = api.post("/sprockets", json=SPROCKET).json()["id"]

        def act(n: int, sprocket: int = sprocket) -> int:
            if n == 2:
                return api.delete(f"/sprockets/{sprocket}").status_code
            return api.post(url, json=point(n, sprocket)).status_code

        with ThreadPoolExecutor(5) as pool:
            statuses = list(pool.map(act, range(5)))
        assert set(statuses) <= {201, 204, 409, 422}, statuses
        there = api.get(f"/sprockets/{sprocket}").status_code == 200
        found = api.get(url, params={"limit": 100}).json()["items"]
        used = {number for each in found for number in each["sprocket_types"]}
        assert there or sprocket not in used


def test_the_archive_names_nothing_of_the_machine_that_built_it(stack: Stack) -> None:
    here = str(ROOT).encode()
    with ZipFile(ARCHIVE) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        names = archive.namelist()
        assert "ingestion/handler.py" in names
        assert [name for name in names if here in archive.read(name)] == []
