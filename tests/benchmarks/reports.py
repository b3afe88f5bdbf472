"""`make bench-reports`: what a report costs at 2,000, 100,000 and 1,000,000 rows.

Per size: the stream's records of the rows go through the projector into the views of a stack on a
local cloud, then each report is asked for: as its function computes it, and through the API of the
local cloud. Beside it: the same figures by a scan in the function, and by SQL in SQLite. Read units
are those that the store reports.
"""

import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from rich.console import Console
from rich.progress import track

from infra.local.__main__ import up
from infra.local.cloud import Cloud
from tests.benchmarks.cold import free_port, machine
from tests.template import environment, tables

SIZES = (2_000, 100_000, 1_000_000)
# department and job pairs that hire; each occurs within the first 2,000 rows
DEPARTMENTS, JOBS = 12, 15
BATCH = 5000
CALLS = 15
Row = dict[str, Any]


def rows(start: int, end: int) -> Iterator[Row]:
    """Hires of one year, evenly over departments, jobs and quarters."""
    for number in range(start, end):
        department = 1 + number % DEPARTMENTS
        job = 1 + (number // DEPARTMENTS) % JOBS + JOBS * (department - 1)
        month = 1 + 3 * (number // (DEPARTMENTS * JOBS) % 4)
        yield {
            "id": number,
            "name": f"employee {number}",
            "datetime": f"2021-{month:02}-05T10:00:00Z",
            "department_id": department,
            "job_id": job,
        }


def size_of(item: Row) -> int:
    """Bytes of an item as DynamoDB counts them, roughly."""
    return sum(len(name) + len(str(value)) for name, value in item.items())


class Units:
    """Sums the read units of every call to the store, by asking the client that is measured."""

    def __init__(self) -> None:
        from shared import dynamo

        self.read = 0.0
        inner = dynamo.client()
        units = self

        class Counting:
            def __getattr__(self, name: str) -> Any:
                call = getattr(inner, name)

                def counted(*args: Any, **kwargs: Any) -> Any:
                    result = call(*args, **kwargs)
                    if name == "sync_batch_get":  # which does not report its cost
                        units.read += len(result) / 2
                    if name == "sync_scan_page":  # nor does this: half a unit for 4 KB
                        units.read += sum(map(size_of, result[0])) / 8192
                    metrics = result[-1] if isinstance(result, tuple) else None
                    units.read += getattr(metrics, "consumed_rcu", None) or 0
                    return result

                return counted

        counting = Counting()
        dynamo.client = lambda: counting  # type: ignore[assignment]


def milliseconds(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(CALLS):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def figures_by_scan() -> object:
    """The report's figures from all rows, as a function without views would work them out."""
    from projector.deltas import Deltas
    from shared.datasets import DATA_SETS
    from shared.dynamo import table

    deltas = Deltas()
    for row in table(DATA_SETS["hired_employees"].setting, "id").scan_all():
        deltas.add("hired_employees", row, 1)
    return deltas


SQL = """
select department_id, job_id, (cast(substr(datetime, 6, 2) as integer) + 2) / 3 as quarter, count(*)
from hires where substr(datetime, 1, 4) = '2021' group by 1, 2, 3
"""


def make_tables(cloud: Cloud) -> None:
    """The template's tables without their streams."""
    client = cloud.client("dynamodb")
    for name, definition in tables():
        client.create_table(TableName=name, **definition)


def load(start: int, end: int, database: sqlite3.Connection) -> tuple[float, float]:
    """Rows into the table, the views and SQLite; the projector's CPU (µs) and WCU per record."""
    from projector.deltas import change
    from projector.store import changes as store
    from shared.datasets import DATA_SETS
    from shared.dynamo import table, transact

    operations = 0

    def counted(batch: list[Any]) -> None:
        nonlocal operations
        operations += len(batch)
        transact(batch)

    store.transact = counted  # type: ignore[attr-defined,assignment]
    hires = table(DATA_SETS["hired_employees"].setting, "id")
    cpu = 0.0
    console = Console(stderr=True)
    for first in track(range(start, end, BATCH), f"rows to {end:,}", console=console):
        batch = list(rows(first, min(end, first + BATCH)))
        hires.put_many(batch)
        changes = [change(1 + row["id"], "hired_employees", None, row) for row in batch]
        before = time.process_time()
        store.apply("shard", changes, lambda _: None)
        cpu += time.process_time() - before
        columns = [
            (row["id"], row["datetime"], row["department_id"], row["job_id"]) for row in batch
        ]
        database.executemany("insert into hires values (?, ?, ?, ?)", columns)
    # a transaction costs two units for each item of up to 1 KB, which all of these are
    return cpu / (end - start) * 1e6, 2 * operations / (end - start)


def without_streams(cloud: Cloud) -> dict[str, str]:
    """The names of the stack's tables, whose changes only `load` counts from now on."""
    functions = cloud.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.delete_event_source_mapping(UUID=mapping["UUID"])
    (found,) = [
        each
        for each in functions.list_functions()["Functions"]
        if "Reports" in each["FunctionName"]
    ]
    variables: dict[str, str] = found["Environment"]["Variables"]
    return {name: value for name, value in variables.items() if name.endswith("_TABLE")}


def main() -> None:
    with TemporaryDirectory() as folder:
        cloud = Cloud(Path(folder), free_port())
        with redirect_stdout(sys.stderr):
            described = up(cloud, sample_data=False)
        try:
            os.environ.update({**environment(), **cloud.environment, **without_streams(cloud)})
            with httpx.Client(
                base_url=described["api"], headers=described["headers"], timeout=60
            ) as api:
                for line in measure(api):
                    sys.stdout.write(f"{line}\n")
                    sys.stdout.flush()
        finally:
            cloud.stop()


HEAD = (
    "| rows | report | read units | ms | through the API: ms "
    "| by scan: units | ms | by SQLite: ms "
    "| projector: µs of CPU, WCU per record |"
)


def name_rows(name: str, column: str, count: int) -> None:
    """Rows of a table whose names reports show, in the views, too."""
    from projector.deltas import change
    from projector.store import changes as store
    from shared.datasets import DATA_SETS
    from shared.dynamo import table

    named: list[Row] = [{"id": n, column: f"{column} {n}"} for n in range(1, count + 1)]
    table(DATA_SETS[name].setting, "id").put_many(named)
    changes = [change(row["id"], name, None, row) for row in named]
    store.apply(name, changes, lambda _: None)


def measure(api: httpx.Client) -> Iterator[str]:
    """The lines of the table, in Markdown."""
    units = Units()
    from reports import service
    from tests.reconcile import compact

    name_rows("departments", "department", DEPARTMENTS)
    name_rows("jobs", "job", DEPARTMENTS * JOBS)
    database = sqlite3.connect(":memory:")
    database.execute("create table hires(id, datetime, department_id, job_id)")
    ways: dict[str, Callable[[], object]] = {
        "hires-by-quarter": lambda: service.hires_by_quarter(2021),
        "departments-above-mean": lambda: service.departments_above_mean(2021),
        "mean-hires": lambda: service.mean_hires(2021),
    }
    yield HEAD
    yield "|---:|---|---:|---:|---:|---:|---:|---:|---:|"
    done = 0
    for size in SIZES:
        cpu, written = load(done, size, database)
        done = size
        compact()  # as it happens every night
        units.read, started = 0.0, time.perf_counter()
        figures_by_scan()
        scan = f"{units.read:,.0f} | {(time.perf_counter() - started) * 1000:,.0f}"
        sql = milliseconds(lambda: database.execute(SQL).fetchall())
        for name, report in ways.items():
            units.read = 0.0
            taken = milliseconds(report)
            each = units.read / CALLS
            url = f"/reports/{name}?year=2021"
            assert api.get(url).raise_for_status().json()["results"]
            asked = milliseconds(partial(api.get, url))
            yield (
                f"| {size:,} | {name} | {each:.0f} | {taken:.0f} | {asked:.0f} "
                f"| {scan} | {sql:.1f} "
                f"| {cpu:.0f}, {written:.2f} |"
            )
    yield f"\nMedians of {CALLS} calls; {machine()}."


if __name__ == "__main__":
    main()
