"""Tables that take so many units a second, as DynamoDB's on-demand tables do."""

import time
from typing import Any

import pytest

from ingestion.large import planner, worker
from shared import dynamo, parallel, retries
from shared.problems import StoreUnavailable
from tests.benchmarks import throttled
from tests.faults.on_demand import OnDemand, item_size, read_units, write_units
from tests.faults.proxy import Proxy
from tests.faults.throttling import SLOW, Throttling
from tests.front_door import call
from tests.large_files import Task, chunks, run, submit, work

ROWS = 400
FILE = "".join(f"{n},department {n}\n" for n in range(1, ROWS + 1)).encode()
CSV = {"Content-Type": "text/csv"}


@pytest.fixture(autouse=True)
def small_parts(tables_alone_fail: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some chunks of several windows."""
    monkeypatch.setattr(planner, "CHUNK_BYTES", 4000)
    monkeypatch.setattr(worker, "WINDOW", 1000)
    monkeypatch.setattr(retries, "FIRST_BACKOFF", 0.02)
    monkeypatch.setattr(retries, "LAST_BACKOFF", 0.2)


@pytest.mark.parametrize("code", [SLOW, "ThrottlingException"])
def test_a_worker_waits_for_a_throttled_table(proxy: Proxy, code: str) -> None:
    job_id = submit("departments", FILE)
    tables = OnDemand(writes=200, seconds=0.1)
    proxy.throttling = Throttling(tables, code)
    job = run(job_id)  # no task raises
    assert (job["status"], job["rows"]["written"]) == ("succeeded", ROWS)
    assert len(proxy.departments()) == ROWS
    assert tables.refused
    # only the batches that the core had in hand when it was refused first come again
    first = parallel.CONCURRENCY * dynamo.BATCH
    assert ROWS <= tables.taken["DepartmentsTable", "write"] <= ROWS + first


def test_only_what_is_left_of_a_batch_is_sent_again(proxy: Proxy) -> None:
    retries.state.throttled_at = time.monotonic()
    tables = OnDemand(writes=100, seconds=0.1)
    proxy.throttling = Throttling(tables)
    items = [{"id": n, "department": "a", "content": bytes([n])} for n in range(100)]
    table = dynamo.table("DEPARTMENTS_TABLE", "id")
    with retries.patient(time.monotonic() + 60):
        table.put_many(items)
        assert tables.taken["DepartmentsTable", "write"] == 100
        assert table.get({"id": 7}) == items[7]
        table.delete_many([{"id": n} for n in range(100)])
    assert proxy.departments() == {}


def test_a_worker_whose_time_is_over_hands_back_what_is_left(proxy: Proxy) -> None:
    class Hurried(Task):
        def get_remaining_time_in_millis(self) -> int:
            return int((worker.LAST + 0.5) * 1000)

    job_id = submit("departments", FILE)
    first, *_ = chunks(job_id)
    tables = OnDemand(writes=60, seconds=2)
    proxy.throttling = Throttling(tables)
    assert work(job_id, first, Hurried()) is False
    tables.writes = 0
    tables._tables.clear()
    with pytest.raises(StoreUnavailable):  # nothing done: the state machine's to retry
        work(job_id, first, Hurried())
    proxy.throttling = None
    assert run(job_id)["rows"]["written"] == ROWS


def test_a_request_gets_503_soon(proxy: Proxy) -> None:
    proxy.throttling = Throttling(OnDemand(writes=0, reads=0))
    rows = {"rows": [{"id": 1, "department": "a"}]}
    assert call("POST", "/tables/departments/rows", json_body=rows).status == 503
    assert call("GET", "/tables/departments/rows/1").status == 503
    assert proxy.calls == {
        "BatchWriteItem": retries.STORE_ATTEMPTS,
        "GetItem": retries.STORE_ATTEMPTS,
    }


def test_reads_in_batches_are_completed(proxy: Proxy) -> None:
    table = dynamo.table("DEPARTMENTS_TABLE", "id")
    table.put_many({"id": n, "department": "a"} for n in range(100))
    proxy.throttling = Throttling(OnDemand(reads=20, seconds=2))
    with retries.patient(time.monotonic() + 60):
        assert len(table.get_many([{"id": n} for n in range(100)])) == 100


def test_one_partition_key_takes_less_than_its_table(proxy: Proxy) -> None:
    tables = OnDemand(writes=1000, key_writes=10)
    proxy.throttling = Throttling(tables)
    put: list[dict[str, Any]] = [{"pk": "one", "sk": str(n)} for n in range(25)]
    dynamo.table("FACTORY_TABLE", "pk", "sk").put_many(put)
    assert tables.refused
    assert tables.taken["FactoryTable", "write"] >= 25


def test_units_are_counted_as_dynamodb_does() -> None:
    item = {"id": {"N": "12345"}, "name": {"S": "ä" * 500}}
    assert item_size(item) == 2 + 3 + 4 + 1000
    assert (write_units(item), write_units(item, transacted=True)) == (1, 2)
    assert write_units({"name": {"S": "a" * 1021}}) == 2
    assert [read_units(4096), read_units(4097, consistent=True)] == [0.5, 2]


def test_workers_together_use_what_a_table_takes() -> None:
    done = throttled.run(60_000, 4000)
    assert (done.failed, done.rows) == (0, 60_000)
    assert done.used >= 0.9
    # of the batches that are on their way when the first is refused
    assert done.twice <= throttled.WORKERS * parallel.CONCURRENCY * dynamo.BATCH
