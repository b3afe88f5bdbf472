"""The overview: what it has beside what each list has."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ingestion.large import jobs
from ingestion.large.store import records
from reports.overview import service
from tests.front_door import call
from tests.views import add_users
from tests.works import chart, create_factory

pytestmark = pytest.mark.usefixtures("tables")


def test_the_overview_of_nothing_is_empty() -> None:
    response = call("GET", "/reports/overview")
    assert response.status == 200
    overview = response.json
    assert overview["jobs"] == {"of": 0, "active": 0, "failed": 0, "latest": []}
    assert (overview["factories"], overview["birthdays"]) == ([], [])
    assert {each["rows"] for each in overview["tables"]} == {0}


def test_the_overview_has_what_the_lists_have() -> None:
    add_users(12)
    create_factory(name="North works", chart_data=chart((2, 20, 10), (1, 5, 10)))
    create_factory()
    for number, status in enumerate(("succeeded", "failed", "running", "planning", "cancelled")):
        job = jobs.new(
            f"{number:024}", "users", {}, source="upload", filename=None, key=f"uploads/{number}"
        )
        records.create({**job, "status": status, "bytes": 10, "bytes_done": 4})
    for ahead, name in ((0, "Ada"), (7, "Grace"), (8, "Zoe"), (-1, "Linus")):
        born = (datetime.now(UTC) + timedelta(days=ahead)).date().replace(year=1992)
        call("PUT", f"/hello/{name}", json_body={"dateOfBirth": born.isoformat()})

    overview = call("GET", "/reports/overview").json

    tables = {each["name"]: each["rows"] for each in overview["tables"]}
    assert tables == {each["name"]: each["rows"] for each in call("GET", "/tables").json["tables"]}
    assert tables["users"] == 12
    assert overview["factories"] == call("GET", "/factories").json["items"]
    latest = call("GET", "/ingestions").json["items"]
    counted = overview["jobs"]
    assert [each["id"] for each in counted["latest"]] == [each["id"] for each in latest[:5]]
    assert [each["progress"] for each in counted["latest"]] == [0.4, 0.4, 0.4, 0.4, 1]
    assert (counted["of"], counted["active"], counted["failed"]) == (5, 2, 1)
    assert overview["birthdays"] == call("GET", "/birthdays?within=7").json["items"]
    assert [each["username"] for each in overview["birthdays"]] == ["Ada", "Grace"]


def test_the_overview_has_the_latest_points_of_a_long_chart() -> None:
    create_factory(chart_data=chart(*((second, second, 1) for second in range(100))))
    (factory,) = call("GET", "/reports/overview").json["factories"]
    assert factory["chart_data"]["time"] == [*range(40, 100)]
    assert factory["chart_data"]["sprocket_production_actual"] == [*range(40, 100)]


def test_birthdays_of_a_week_over_the_end_of_a_year_are_in_order() -> None:
    for name, born in (("Ada", "1992-01-02"), ("Zoe", "1991-12-31"), ("Late", "1990-01-08")):
        call("PUT", f"/hello/{name}", json_body={"dateOfBirth": born})
    overview = service.overview(datetime(2026, 12, 30, tzinfo=UTC))
    assert [(each["username"], each["turns"]) for each in overview["birthdays"]] == [
        ("Zoe", 35),
        ("Ada", 35),
    ]
    assert date.fromisoformat(overview["birthdays"][1]["next_birthday"]) == date(2027, 1, 2)
