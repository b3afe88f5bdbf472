"""`make bench-ingest`: what a row of a large file costs, and what memory a worker takes.

Processor time of parsing, checking and writing rows to a store that keeps nothing, beside a worker
as one would write it: csv.reader, a pydantic model for each row, boto3's batch_writer. Each figure
is of a process of its own. With `--local-cloud` also rows per second from upload to end.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from rich.progress import Progress

from tests.benchmarks.cold import free_port, machine
from tests.benchmarks.null_store import null_store
from tests.conftest import CREDENTIALS, REGION
from tests.memory import peak
from tests.template import environment

TIMES = 5
ROWS = 100_000
SIZES = (10_000_000, 100_000_000, 1_000_000_000)  # bytes
PLAIN = "{n},employee {n},{moment},{department},{job}\n"
# Records made to be hard to cut
HOSTILE = {
    "inch signs in records of 900 KB": b"1," + (b"x" * 1500 + b'"') * 600 + b"\n",
    "records of 800 KB of quoted commas": b'",' * 400_000 + b"\n",
    "broken records of 6 bytes": b'"a"b\n',
}
QUOTED = '"{n}","employee ""{n}""","{moment}","{department}","{job}"\r\n'


def lines(number: int, pattern: str = PLAIN, *, broken: int = 0) -> Iterator[bytes]:
    """Hires; one of a hundred has no moment where `broken` is 1."""
    for n in range(1, number + 1):
        moment = "not a date" if broken and n % 100 == 0 else f"2021-{1 + n % 12:02}-05T10:00:00Z"
        text = pattern.format(n=n, moment=moment, department=1 + n % 12, job=1 + n % 180)
        yield text.encode()


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1_048_576):
            yield piece


def worker(path: Path) -> int:
    """The worker's loop over a file, without the records of how far it is."""
    from ingestion.large.boundaries import windows
    from ingestion.large.worker import WINDOW, Load

    load = Load({"table": "hired_employees", "options": {}, "delimiter": ","})
    read = 0
    for line, window, _ in windows(pieces(path), WINDOW, ","):
        with tempfile.SpooledTemporaryFile(8_000_000) as rejected:
            read += load.window(window, line, 0, rejected)["read"]
    return read


def peer(path: Path) -> int:
    """The same rows by csv, a model for each, and boto3's batch_writer."""
    import csv

    import boto3
    from pydantic import BaseModel, ValidationError

    class Hire(BaseModel):
        id: int
        name: str | None
        moment: datetime
        department_id: int
        job_id: int

    read = 0
    names = list(Hire.model_fields)
    table = boto3.resource("dynamodb").Table("HiredEmployeesTable")
    with path.open(newline="") as file, table.batch_writer() as batch:
        for row in csv.reader(file):
            read += 1
            try:
                hire = Hire.model_validate(dict(zip(names, row, strict=True)))
            except ValidationError:
                continue
            batch.put_item(Item=hire.model_dump(mode="json"))
    return read


def planner(path: Path) -> int:
    """The planner's pass over a file."""
    from ingestion.large.boundaries import windows
    from ingestion.large.planner import CHUNK_BYTES

    chunks = 0
    for _, window, _ in windows(pieces(path), CHUNK_BYTES, ","):
        window.decode()
        chunks += 1
    return chunks


PARTS: dict[str, Callable[[Path], int]] = {"worker": worker, "peer": peer, "planner": planner}


def part(name: str, path: Path) -> None:
    """One measurement, as JSON."""
    warm = path.with_suffix(".warm")
    with path.open("rb") as file:
        warm.write_bytes(b"".join(islice(file, 1000)))
    PARTS[name](warm)  # imports and connections
    started, used = time.perf_counter(), time.process_time()
    done = PARTS[name](path)
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    measured = {"done": done, "seconds": seconds, "processor": processor, "memory": peak()}
    sys.stdout.write(json.dumps(measured) + "\n")


def measured(name: str, path: Path, store: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.ingest", "--part", name, "--file", str(path)],
        env={
            **os.environ,
            **CREDENTIALS,
            **environment(),
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": store,
            "PYTHONPATH": "functions",
        },
        stdout=subprocess.PIPE,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def per_row(name: str, path: Path, store: str) -> float:
    """Microseconds of processor time, the median of some runs."""
    runs = [measured(name, path, store) for _ in range(TIMES if name == "worker" else 2)]
    return float(statistics.median(1e6 * run["processor"] / run["done"] for run in runs))


def fill(path: Path, size: int) -> None:
    """A file of some size: the same rows again and again."""
    block = b"".join(lines(20_000))
    with path.open("wb") as file:
        for _ in range(max(1, size // len(block))):
            file.write(block)


def end_to_end(path: Path) -> dict[str, Any]:
    """The job of a file, through a local cloud of its own."""
    from infra.local.__main__ import up
    from infra.local.cloud import Cloud
    from sprocketworks.client import Access, Client
    from sprocketworks.upload import Memory, follow, job_for

    with tempfile.TemporaryDirectory() as folder:
        cloud = Cloud(Path(folder), free_port())
        os.environ["XDG_STATE_HOME"] = folder
        try:
            described = up(cloud, sample_data=False)
            with Client(Access(described["api"], described["headers"])) as client:
                body = {"table": "hired_employees", "bytes": path.stat().st_size}
                job = job_for(client, path, body, Memory(client.api, path, body))
                return follow(client, job["id"])
        finally:
            cloud.stop()


def bench(*, local_cloud: bool) -> Iterator[str]:
    """Lines of the table."""
    with tempfile.TemporaryDirectory() as folder, null_store() as store, Progress() as progress:
        step = progress.add_task("ingestion", total=9 + len(HOSTILE))
        path = Path(folder) / "hires.csv"
        yield "| what | here | peer | ratio |"
        yield "|---|---:|---:|---:|"
        for about, broken in (("", 0), (", 1 % of the rows broken", 1)):
            path.write_bytes(b"".join(lines(ROWS, broken=broken)))
            own = per_row("worker", path, store)
            progress.advance(step)
            other = per_row("peer", path, store)
            progress.advance(step)
            yield f"| µs of CPU a row{about} | {own:.1f} | {other:.1f} | {own / other:.2f} |"
        for size in SIZES:
            fill(path, size)
            memory = measured("worker", path, store)["memory"]
            progress.advance(step)
            yield f"| worker's peak memory for {size // 10**6:,} MB of CSV, MB | {memory:.0f} | | |"
        for about, pattern in (("", PLAIN), (", every field quoted", QUOTED)):
            path.write_bytes(b"".join(lines(2_000_000, pattern)))
            run = measured("planner", path, store)
            progress.advance(step)
            speed = path.stat().st_size / run["processor"] / 1e6
            yield f"| planner, MB of a local file per second of CPU{about} | {speed:.0f} | | |"
        for about, record in HOSTILE.items():
            path.write_bytes(record * (50_000_000 // len(record)))
            run = measured("planner", path, store)
            progress.advance(step)
            speed = path.stat().st_size / run["processor"] / 1e6
            yield f"| planner, MB of a local file per second of CPU, {about} | {speed:.0f} | | |"
        if local_cloud:
            path.write_bytes(b"".join(lines(ROWS)))
            job = end_to_end(path)
            began, ended = (
                datetime.fromisoformat(job[name]) for name in ("started_at", "finished_at")
            )
            speed = job["rows"]["written"] / (ended - began).total_seconds()
            yield f"| rows/s end to end on the local cloud, {ROWS:,} rows | {speed:,.0f} | | |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--local-cloud", action="store_true")
    chosen = parser.parse_args()
    if chosen.part:
        part(chosen.part, chosen.file)
        return
    table = list(bench(local_cloud=chosen.local_cloud))
    sys.stdout.write("\n".join([*table, "", machine()]) + "\n")


if __name__ == "__main__":
    main()
