"""`make bench-throttled`: a million rows into a table that takes so many units a second.

The workers' own code, 32 times, on a simulated clock: what waits for a call, for its turn or
between attempts gives way to the others, so minutes pass in seconds, and each run is the same.
"""

import argparse
import heapq
import os
import random
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError
from greenlet import getcurrent, greenlet
from pydynox import pydynox_core
from rich.console import Console
from rich.progress import Progress

from ingestion.large import worker
from shared import dynamo, parallel, retries, unprocessed
from tests.benchmarks.cold import machine
from tests.benchmarks.ingest import lines
from tests.faults.on_demand import OnDemand, write_units
from tests.template import environment

WORKERS = 32
LATENCY = (0.004, 0.010)  # seconds of a call
SLOW = "ProvisionedThroughputExceededException"


class Clock:
    """Simulated time for greenlets, which take turns."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, greenlet]] = []
        self._number = count()
        self._hub = getcurrent()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.wake(getcurrent(), seconds)
        self.give_way()

    def wake(self, who: greenlet, after: float = 0.0) -> None:
        heapq.heappush(self._due, (self.now + after, next(self._number), who))

    def give_way(self) -> None:
        self._hub.switch()

    def run(self) -> None:
        """Until nobody waits for a moment any more."""
        while self._due:
            self.now, _, who = heapq.heappop(self._due)
            who.switch()


class Later:
    """The result of a call that a pool makes; as a Future."""

    def __init__(self, pool: "Pool", call: Callable[[], Any]) -> None:
        self.pool, self.call = pool, call
        self.done = self.cancelled = False
        self.value: Any = None
        self.error: BaseException | None = None
        self.waiting: list[greenlet] = []

    def run(self) -> None:
        try:
            self.value = None if self.cancelled else self.call()
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            self.error = error
        self.done = True
        for who in self.waiting:
            self.pool.clock.wake(who)

    def cancel(self) -> None:
        self.cancelled = True

    def wait(self) -> None:
        while not self.done:
            self.waiting.append(getcurrent())
            self.pool.clock.give_way()

    def result(self) -> Any:
        self.wait()
        if self.error is not None:
            raise self.error
        return self.value


class Pool:
    """As a ThreadPoolExecutor, of greenlets."""

    def __init__(self, clock: Clock, size: int) -> None:
        self.clock, self.free = clock, size
        self.tasks: deque[Later] = deque()

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Later:
        later = Later(self, lambda: call(*arguments))
        self.tasks.append(later)
        if self.free:
            self.free -= 1
            who = greenlet(self._work)
            who.worker = getcurrent().worker
            self.clock.wake(who)
        return later

    def _work(self) -> None:
        while self.tasks:
            self.tasks.popleft().run()
        self.free += 1
        self.clock.give_way()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Simulated:
    """The simulated worker whose turn it is; what is one per process is one of each worker's."""

    def __init__(self, clock: Clock) -> None:
        self.pool = Pool(clock, parallel.CONCURRENCY)
        self.state = retries.State()


class Own:
    """`retries.state`, of the worker whose turn it is."""

    def __getattr__(self, name: str) -> Any:
        return getattr(getcurrent().worker.state, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(getcurrent().worker.state, name, value)


class Store:
    """A table behind both clients: what is written how often."""

    def __init__(self, clock: Clock, tables: OnDemand) -> None:
        self.clock, self.tables = clock, tables
        self.chance = random.Random(0)
        self.calls = 0
        self.sent = 0
        self.written: dict[str, int] = {}

    def batch_write_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """As DynamoDB: what is not processed comes back, an error where that is all of it."""
        self.clock.sleep(self.chance.uniform(*LATENCY))
        ((table, batch),) = RequestItems.items()
        self.calls += 1
        self.sent += len(batch)
        left = []
        for request in batch:
            item = request["PutRequest"]["Item"]
            key = item["id"]["N"]
            if self.tables.take(table, "write", key, write_units(item)):
                self.written[key] = self.written.get(key, 0) + 1
            else:
                left.append(request)
        if len(left) == len(batch):
            status: Any = {"HTTPStatusCode": 400}
            raise ClientError(
                {"Error": {"Code": SLOW}, "ResponseMetadata": status}, "BatchWriteItem"
            )
        return {"UnprocessedItems": {table: left}}

    def sync_batch_write(self, table: str, puts: list[Any], _: list[Any]) -> None:
        """As the core, which sends five times what is left and then drops it without an error."""
        left = unprocessed.requests(list(map(pydynox_core.item_to_dynamo, puts)), [])
        for attempt in range(5):
            try:
                left = self.batch_write_item({table: left})["UnprocessedItems"][table]
            except ClientError as error:
                raise pydynox_core.ProvisionedThroughputExceededException(SLOW) from error
            if not left:
                return
            self.clock.sleep(0.1 * 2**attempt)
        raise pydynox_core.PydynoxException(f"Failed to process {len(left)} items after 5 retries")


@dataclass(frozen=True)
class Result:
    rows: int
    seconds: float
    used: float  # of what the table would have taken in that time
    failed: int  # chunks
    twice: int  # rows written more than once, each time
    calls: int
    sent: int  # rows sent


@contextmanager
def simulated(clock: Clock, store: Store) -> Iterator[None]:
    """The functions' modules with a simulated clock, pools and clients."""
    with (
        patch.dict(os.environ, environment()),
        patch.object(retries, "time", clock),
        patch.object(retries, "state", Own()),
        patch.object(dynamo, "client", lambda: store),
        patch.object(unprocessed, "client", lambda: store),
        patch.object(parallel, "pool", lambda: getcurrent().worker.pool),
        patch.object(parallel, "wait", lambda each: [later.wait() for later in each]),
        patch.object(worker, "ThreadPoolExecutor", lambda size: Pool(clock, size)),
    ):
        yield


def run(rows: int, rate: float, report: Callable[[float], object] = lambda _: None) -> Result:
    """So many rows, by 32 workers at once."""
    clock = Clock()
    tables = OnDemand(writes=rate, clock=clock.monotonic)
    store = Store(clock, tables)
    random.seed(0)
    failed: list[int] = []
    share = rows // WORKERS
    job = {"table": "hired_employees", "options": {}, "delimiter": ","}

    def chunk(number: int) -> None:
        first = number * share
        raw = [
            f"{first + n},".encode() + line.partition(b",")[2]
            for n, line in enumerate(lines(share), 1)
        ]
        load = worker.Load(job)
        size = max(1, worker.WINDOW // len(raw[0]))
        try:
            with retries.patient(clock.now + 570):
                for start in range(0, share, size):
                    window = b"".join(raw[start : start + size])
                    with tempfile.SpooledTemporaryFile(8_000_000) as rejected:
                        load.window(window, 1, 0, rejected)
                    report(len(window.splitlines()))
        except Exception:  # noqa: BLE001 - counted
            failed.append(number)

    with simulated(clock, store):
        for number in range(WORKERS):
            who = greenlet(lambda number=number: chunk(number))
            who.worker = Simulated(clock)
            clock.wake(who)
        clock.run()
    done = sum(store.written.values())
    room = rate * (clock.now + tables.seconds)
    return Result(
        rows=len(store.written),
        seconds=clock.now,
        used=len(store.written) / room,
        failed=len(failed),
        twice=done - len(store.written),
        calls=store.calls,
        sent=store.sent,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rates", type=int, nargs="+", default=[4000, 40_000])
    chosen = parser.parse_args()
    sys.stdout.write(
        "| rows | units a second | seconds | used | chunks failed | rows written again "
        "| calls a batch |\n|---:|---:|---:|---:|---:|---:|---:|\n"
    )
    for rate in chosen.rates:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            step = progress.add_task(f"{rate:,} a second", total=chosen.rows)
            done = run(chosen.rows, rate, partial(progress.advance, step))
        sys.stdout.write(
            f"| {done.rows:,} | {rate:,} | {done.seconds:,.0f} | {done.used:.1%} | {done.failed} "
            f"| {done.twice:,} | {done.calls * dynamo.BATCH / done.rows:.1f} |\n"
        )
    sys.stdout.write(f"\n{WORKERS} workers on a simulated clock; {machine()}\n")


if __name__ == "__main__":
    main()
