"""The projector before a store that refuses what DynamoDB refuses for its size.

Among that: an expression of over 4 KB, an item of over 400 KB, over 100 actions or 4 MB in one
transaction. An experiment may name some 2,300 different compounds: 10,000 characters.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from shared.dynamo import Table
from shared.retries import STORE_ATTEMPTS
from shared.views import hires_partition, user_key
from shared.views_table import row_counts, views_table
from tests.faults import limits
from tests.faults.on_demand import OnDemand
from tests.faults.proxy import Proxy
from tests.faults.throttling import Throttling
from tests.front_door import call
from tests.reconcile import reconcile
from tests.streams import deliver, record
from tests.views import add_hires

pytestmark = pytest.mark.usefixtures("tables_alone_fail")
CSV = {"Content-Type": "text/csv"}
LONGEST = 10_000  # characters of `experiment_compound_ids`
Row = dict[str, Any]


def compounds(start: int = 0) -> list[int]:
    """As many different compounds as the text of one experiment has room for."""
    found: list[int] = []
    length = -1
    for number in range(start, start + LONGEST):
        length += len(str(number)) + 1
        if length > LONGEST:
            break
        found.append(number)
    return found


def experiment(number: int, user: int, used: list[int]) -> Row:
    return {"experiment_id": number, "user_id": user, "experiment_compound_ids": used}


@pytest.fixture
def no_dead_letters(tables: None) -> Iterator[None]:
    """No record is given up."""
    yield
    kept = boto3.client("s3").list_objects_v2(Bucket="landingbucket", Prefix="dead-letters/")
    assert kept["KeyCount"] == 0


def stored(*rows: Row) -> list[Row]:
    """The experiments' records, after the rows were loaded through the API."""
    for row in rows:
        ids = ";".join(map(str, row["experiment_compound_ids"]))
        text = f'{row["experiment_id"]},{row["user_id"]},"{ids}",\n'
        response = call("POST", "/tables/user_experiments", text, CSV)
        assert response.json["written"] == 1, response.text
    return [record("user_experiments", f"e{row['experiment_id']}", None, row) for row in rows]


def equal() -> bool:
    return bool(reconcile()["differences"] == 0)


def test_an_experiment_of_any_size_counts(no_dead_letters: None, proxy: Proxy) -> None:
    sizes = (329, 330, 340, 499, 501, len(compounds()))
    rows = [experiment(size, 1, compounds()[:size]) for size in sizes]
    deliver(stored(*rows, experiment(1, 2, [7])))
    assert row_counts("user_experiments") == {"user_experiments": len(sizes) + 1}
    report = call("GET", "/reports/experiments/1").json
    assert (report["count"], report["fav_compound"]) == (len(sizes), None)
    assert equal()


def test_a_change_of_any_size_counts(no_dead_letters: None, proxy: Proxy) -> None:
    before = experiment(1, 1, compounds())
    deliver(stored(before))
    after = experiment(1, 2, compounds(2000))
    stored(after)
    deliver([record("user_experiments", "change", before, after)])
    assert call("GET", "/reports/experiments/1").status == 404
    assert call("GET", "/reports/experiments/2").json["count"] == 1
    assert equal()


def test_a_user_of_many_compounds_is_one_short_read(
    no_dead_letters: None, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    # moto is too slow for 400 KB
    monkeypatch.setattr(limits, "ITEM", 20_000)
    water = {"compound_id": 40_007, "compound_name": "water"}
    Table("CompoundsTable", "compound_id").put(water)
    deliver([record("compounds", "water", None, water)])
    used = [compounds(start) for start in range(36_000, 41_000, 1_600)]
    rows = [experiment(number, 1, ids) for number, ids in enumerate(used)]
    for one in stored(*rows, experiment(99, 1, [40_007, 40_007, 40_007])):
        deliver([one])
    report = call("GET", "/reports/experiments/1").json
    assert (report["count"], report["fav_compound"]) == (len(used) + 1, "water")
    item = views_table().get(user_key(1)._asdict())
    assert item is not None
    assert len(item) < 50
    assert equal()


def test_a_throttled_table_is_waited_for(no_dead_letters: None, proxy: Proxy) -> None:
    """A batch that fails is cut in halves, which cost more units."""
    proxy.plan = lambda call: "throttled" if 1 < call < 3 * STORE_ATTEMPTS else None
    deliver([record("compounds", "c", None, {"compound_id": 1, "compound_name": "water"})])
    assert row_counts("compounds") == {"compounds": 1}


@pytest.mark.parametrize("writers", [1, 50])
def test_reports_and_counts_read_little(no_dead_letters: None, proxy: Proxy, writers: int) -> None:
    """Names and row counts share items, so that they cost few reads whoever wrote them."""
    add_hires(12, 180)
    for shard in range(writers):
        rows = [{"compound_id": shard, "compound_name": "water"}]
        deliver([record("compounds", "c", None, row) for row in rows], f"shard {shard}")
    units = {}
    for path in ("/tables", "/reports/departments-above-mean", "/reports/hires-by-quarter"):
        tables = OnDemand()
        proxy.throttling = Throttling(tables)
        assert call("GET", path).status == 200
        units[path] = sum(taken for (_, kind), taken in tables.taken.items() if kind == "read")
    assert units["/tables"] <= 2
    assert units["/reports/departments-above-mean"] <= 15
    assert units["/reports/hires-by-quarter"] <= 15


def test_hires_of_all_jobs_of_an_item_count_in_one_batch(
    no_dead_letters: None, proxy: Proxy
) -> None:
    rows = [
        {"id": 4 * job + quarter, "datetime": f"2021-{3 * quarter + 1:02}-01T00:00:00Z"}
        | {"department_id": 1, "job_id": job}
        for job in range(64)
        for quarter in range(4)
    ]
    records = [record("hired_employees", f"h{row['id']}", None, row) for row in rows]
    deliver(records)
    found = views_table().query("pk = :pk", {":pk": hires_partition(2021, 1)}).items
    assert [len(item) for item in found] == [3 + 256]
