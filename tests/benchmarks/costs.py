"""`make bench-costs`: the read and write units of DynamoDB that a request, a row, a report take.

Each is asked for through its handler; between it and the store of a local cloud is a meter,
which has the store report what it consumed. Prices are DynamoDB's on demand, us-east-1.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import track

from infra.local.cloud import Cloud
from tests.benchmarks.cold import free_port
from tests.benchmarks.reports import DEPARTMENTS, JOBS, make_tables, rows
from tests.faults.limits import bytes_of
from tests.faults.proxy import Proxy
from tests.front_door import call
from tests.template import environment

READ, WRITE = 0.125e-6, 0.625e-6  # USD a unit
ROWS = 1000
CSV = {"Content-Type": "text/csv"}
SPROCKET = {"teeth": 5, "pitch_diameter": 5, "outside_diameter": 6.25, "pitch": 1}
POINT = {"time": 5, "actual": 1, "goal": 2, "sprocket_types": [1, 2]}
Case = tuple[str, str, str, Any, dict[str, str]]


class Meter(Proxy):
    """Sums what calls consume: reads by what they get, writes as the store reports."""

    def __init__(self, store: str) -> None:
        self.read = self.written = 0.0
        super().__init__(store)

    def response(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes] | None:
        asked = json.loads(body)
        asked["ReturnConsumedCapacity"] = "TOTAL"
        kept = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        result = super().response(json.dumps(asked).encode(), kept)
        assert result is not None
        status, response = result[0], json.loads(result[1])
        target = next(value for name, value in headers.items() if name.lower() == "x-amz-target")
        call = target.partition(".")[2]
        if call == "BatchGetItem":
            for name, some in asked["RequestItems"].items():
                found = response["Responses"].get(name, [])
                blocks = sum(map(blocks_of, found)) + len(some["Keys"]) - len(found)
                self.read += blocks * price_of(some)
        elif call in {"GetItem", "Query", "Scan"}:
            self.read += blocks_of(*response.get("Items", [response.get("Item", {})])) * price_of(
                asked
            )
        elif status == 200:
            consumed = response["ConsumedCapacity"]
            each = consumed if isinstance(consumed, list) else [consumed]
            self.written += sum(some["CapacityUnits"] for some in each)
        else:
            self.written += 1  # a write whose condition fails costs as well
        return result

    def clear(self) -> None:
        self.read = self.written = 0.0


def price_of(asked: dict[str, Any]) -> float:
    """Units for a block of 4 KB."""
    return 1 if asked.get("ConsistentRead") else 0.5


def blocks_of(*items: dict[str, Any]) -> int:
    """Blocks of 4 KB, one at least, that items are read as."""
    return max(1, -(-sum(map(bytes_of, items)) // 4096))


def chart(points: int) -> dict[str, list[int]]:
    numbers = list(range(points))
    names = ("sprocket_production_actual", "sprocket_production_goal", "time")
    return dict.fromkeys(names, numbers)


def csv_of(start: int) -> str:
    return "".join(f"{','.join(map(str, row.values()))}\n" for row in rows(start, start + ROWS))


SPREAD = "GET /reports/hires-by-quarter, after a load by 50 shards"
UNINDEXED = "row of a CSV, without the index of contents"


def cases() -> Iterator[Case]:
    """What is asked for, in an order in which each finds what it needs."""
    json_rows = {"rows": list(rows(3 * ROWS, 4 * ROWS))}
    born = {"dateOfBirth": "1990-05-17"}
    point = "/factories/1/production"
    yield f"row of a CSV (of {ROWS:,})", "POST", "/tables/hired_employees", csv_of(0), CSV
    repeat = "/tables/hired_employees"
    yield "row that replaces another", "POST", repeat, csv_of(0).replace("employee", "worker"), CSV
    yield "row with `dedupe`", "POST", f"{repeat}?dedupe=true", csv_of(2 * ROWS), CSV
    yield "row of JSON", "POST", f"{repeat}/rows", json_rows, {}
    yield "GET /tables/{table}/rows?limit=100", "GET", f"{repeat}/rows?limit=100", None, {}
    yield "GET /tables/{table}/rows/{id}", "GET", f"{repeat}/rows/1", None, {}
    yield "POST /sprockets", "POST", "/sprockets", SPROCKET, {}
    yield (
        "the same with an Idempotency-Key",
        "POST",
        "/sprockets",
        SPROCKET,
        {"Idempotency-Key": "a"},
    )
    yield "the same again", "POST", "/sprockets", SPROCKET, {"Idempotency-Key": "a"}
    yield "GET /sprockets/{id}", "GET", "/sprockets/1", None, {}
    yield "PUT /sprockets/{id}", "PUT", "/sprockets/1", SPROCKET, {}
    yield "POST /factories, a chart of 10", "POST", "/factories", {"chart_data": chart(10)}, {}
    yield "POST …/production, two sprockets", "POST", point, POINT, {}
    yield "the same, 100 points at once", "POST", point, {"points": [POINT] * 100}, {}
    yield "GET …/production?limit=100", "GET", f"{point}?limit=100", None, {}
    yield "GET /production?limit=100, one factory", "GET", "/production?limit=100", None, {}
    yield "GET /reports/overview", "GET", "/reports/overview", None, {}
    yield "PUT …/production/{id}", "PUT", f"{point}/11", POINT, {}
    yield "GET /factories/{id}, 111 points", "GET", "/factories/1", None, {}
    yield "DELETE /factories/{id}, 111 points", "DELETE", "/factories/1", None, {}
    yield "DELETE /sprockets/{id}", "DELETE", "/sprockets/1", None, {}
    yield "PUT /hello/{username}", "PUT", "/hello/Ada", born, {}
    yield "GET /hello/{username}", "GET", "/hello/ada", None, {}
    yield "GET /birthdays?within=30", "GET", "/birthdays?within=30", None, {}
    yield "GET /tables", "GET", "/tables", None, {}
    yield SPREAD, "GET", "/reports/hires-by-quarter", None, {}
    for name in ("hires-by-quarter", "departments-above-mean", "mean-hires", "experiments"):
        yield f"GET /reports/{name}", "GET", f"/reports/{name}", None, {}
    yield (
        "GET /reports/production, a year",
        "GET",
        "/reports/production?from=0&to=31535999",
        None,
        {},
    )
    yield UNINDEXED, "POST", "/tables/hired_employees", csv_of(6 * ROWS), CSV


def project(shard: str, rows: Iterable[dict[str, Any]], table: str = "hired_employees") -> None:
    """Have the projector count rows that were inserted, as a batch of a shard."""
    from projector.deltas import change
    from projector.store.changes import apply

    changes = [change(n, table, None, row) for n, row in enumerate(rows, 1)]

    def refused(change: object) -> None:
        raise AssertionError(f"refused: {change}")

    apply(shard, changes, refused)


def stored() -> Iterator[dict[str, Any]]:
    """The hires that are in their table."""
    from shared.datasets import DATA_SETS
    from shared.dynamo import table

    return table(DATA_SETS["hired_employees"].setting, "id").scan_all()


def over_three_years(count: int) -> list[dict[str, Any]]:
    return [
        row | {"datetime": f"{2019 + n % 3}{row['datetime'][4:]}"}
        for n, row in enumerate(rows(4 * ROWS, 4 * ROWS + count))
    ]


def measure(meter: Meter) -> list[str]:
    """The table, in Markdown."""
    lines = [
        "| what | read units | write units | USD a million |",
        "|---|---:|---:|---:|",
    ]

    def line(name: str, per: int = 1) -> None:
        read, written = meter.read / per, meter.written / per
        price = (read * READ + written * WRITE) * 1e6
        lines.append(f"| {name} | {read:.4g} | {written:.4g} | {price:.2f} |")

    for name, method, path, body, headers in track(
        list(cases()), "costs", console=Console(stderr=True)
    ):
        meter.clear()
        if path == "/tables":
            departments = [
                {"id": n, "department": f"department {n}"} for n in range(1, DEPARTMENTS + 1)
            ]
            project("departments", departments, "departments")
            jobs = [{"id": n, "job": f"job {n}"} for n in range(1, DEPARTMENTS * JOBS + 1)]
            project("jobs", jobs, "jobs")
            meter.clear()
            project("full", stored())
            line(f"row through the projector, {3 * ROWS:,} at once", 3 * ROWS)
            meter.clear()
            project("years", over_three_years(ROWS))
            line(f"the same, {ROWS:,} at once, of three years", ROWS)
            meter.clear()
            project("alone", over_three_years(1))
            line("the same, alone")
            for shard in range(50):
                first = 10 * ROWS * (1 + shard)
                project(f"shard {shard}", rows(first, first + ROWS))
            meter.clear()
        if name == "GET /reports/hires-by-quarter":
            from tests.reconcile import compact

            compact()  # as it happens every night
            meter.clear()
        if name == UNINDEXED:
            from shared.settings import setting

            os.environ["CONTENT_INDEX"] = "false"
            setting.cache_clear()
        text, as_json = (body, None) if isinstance(body, str) else (None, body)
        response = call(method, path, text, headers, json_body=as_json)
        assert response.status < 300, (name, response.text)
        line(name, ROWS if name.startswith("row") else 1)
    return lines


def main() -> None:
    with TemporaryDirectory() as folder:
        cloud = Cloud(Path(folder), free_port())
        cloud.start()
        try:
            make_tables(cloud)
            meter = Meter(cloud.endpoint)
            host, port = meter.server.server_address[:2]
            os.environ.update({**environment(), **cloud.environment})
            os.environ["AWS_ENDPOINT_URL"] = f"http://{host!s}:{port}"
            os.environ["POWERTOOLS_SERVICE_NAME"] = "bench"
            os.environ["POWERTOOLS_TRACE_DISABLED"] = "true"
            with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
                lines = measure(meter)
        finally:
            cloud.stop()
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
