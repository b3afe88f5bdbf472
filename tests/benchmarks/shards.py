"""`make bench-shards`: fifty shards of a stream at 1,000 records a second each meet at the views.

The projector's own code, once for each shard, on a simulated clock and over a store in which
transactions conflict as DynamoDB's do: each item is prepared at a moment of its own and is locked
until its transaction is committed or cancelled, so that two may cancel each other. Tables and
partition keys take as many units as DynamoDB's, and a cancelled transaction costs its units, too.
"""

import argparse
import os
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from greenlet import greenlet
from pydynox import pydynox_core

from projector.deltas import Change, change
from projector.store import changes as store
from shared import dynamo, retries
from shared.problems import StoreUnavailable
from tests.benchmarks.cold import machine
from tests.benchmarks.throttled import Clock
from tests.faults.on_demand import OnDemand
from tests.template import environment

REQUEST = (0.002, 0.005)  # seconds until a call reaches the store
PREPARED = 0.004  # seconds in which the items of a transaction are prepared
COMMIT = (0.005, 0.010)  # seconds from there to its end
POLL = 0.1  # seconds until a stream is asked, at most
RECORD = 50e-6  # seconds in which the function reads a record
BATCH, WINDOW = 5000, 1.0  # records, and seconds, after which a batch is delivered
DEPARTMENTS, JOBS = 12, 180
Item = dict[str, Any]
Key = tuple[str, str]
Make = Callable[[random.Random], Change]


class Store:
    """The views' table behind the client."""

    def __init__(self, clock: Clock, tables: OnDemand) -> None:
        self.clock, self.tables = clock, tables
        self.chance = random.Random(0)
        self.items: dict[Key, Item] = defaultdict(dict)
        self.bytes: dict[Key, int] = defaultdict(int)
        self.locked: set[Key] = set()
        self.units = 0.0
        self.attempts = self.committed = self.throttled = 0

    def sync_get_item(self, _table: str, key: Item, **_: object) -> tuple[Item | None, None]:
        self.clock.sleep(2 * self.chance.uniform(*REQUEST))
        return self.items.get((key["pk"], key["sk"])), None

    def sync_batch_get(self, _table: str, keys: list[Item], _consistent: bool) -> list[Item]:
        self.clock.sleep(2 * self.chance.uniform(*REQUEST))
        found = (self.items.get((key["pk"], key["sk"])) for key in keys)
        return [item for item in found if item]

    def sync_transact_write(self, operations: list[Any], **_: object) -> None:
        self.attempts += 1
        self.clock.sleep(self.chance.uniform(*REQUEST))
        written = [self._written(operation) for operation in operations]
        reasons = ["None"] * len(operations)
        moments = sorted((self.chance.uniform(0, PREPARED), n) for n in range(len(operations)))
        began = self.clock.now
        mine: list[Key] = []
        for after, n in moments:
            self.clock.sleep(max(0.0, began + after - self.clock.now))
            key, units = written[n]
            self.units += units
            if key in self.locked:
                reasons[n] = "TransactionConflict"
                continue
            self.locked.add(key)
            mine.append(key)
            if not self._holds(operations[n], self.items.get(key, {})):
                reasons[n] = "ConditionalCheckFailed"
            elif not self.tables.take("views", "write", key[0], units):
                reasons[n] = "ThrottlingError"
                self.throttled += 1
        if set(reasons) == {"None"}:
            self.clock.sleep(self.chance.uniform(*COMMIT))
            for operation, what in zip(operations, written, strict=True):
                self._write(operation, what[0])
            self.committed += 1
        self.locked.difference_update(mine)
        if set(reasons) != {"None"}:
            raise pydynox_core.TransactionCanceledException(f"[{', '.join(reasons)}]")

    def _written(self, operation: Any) -> tuple[Key, float]:
        """The key that an operation writes, and the units."""
        key = operation.get("item") or operation["key"]
        place = key["pk"], key["sk"]
        found = self.bytes[place] or sum(map(_size, key, key.values()))
        return place, 2 * -(-found // 1024)

    def _holds(self, operation: Any, item: Item) -> bool:
        """The conditions that the projector has: an attribute is as it was read, or not there."""
        if "condition_expression" not in operation:
            return True
        (name,) = operation["expression_attribute_names"].values()
        values = operation.get("expression_attribute_values", {})
        return bool(item.get(name) == values.get(":v", values.get(":p")))

    def _write(self, operation: Any, key: Key) -> None:
        if operation["type"] == "put":
            self.items[key] = operation["item"]
            self.bytes[key] = sum(map(_size, operation["item"], operation["item"].values()))
            return
        if operation["type"] == "delete":
            self.items.pop(key, None)
            self.bytes.pop(key, None)
            return
        item = self.items[key]
        item.update(operation["key"])
        names, values = (operation[f"expression_attribute_{each}"] for each in ("names", "values"))
        for name, value in re.findall(r"(#\d+) (:\d+)", operation["update_expression"]):
            attribute = names[name]
            before = item.get(attribute)
            item[attribute] = (before or 0) + values[value]
            self.bytes[key] += _size(attribute, item[attribute])
            self.bytes[key] -= 0 if before is None else _size(attribute, before)


def _size(name: str, value: object) -> int:
    """Bytes of an attribute."""
    return len(name) + (len(str(value)) // 2 + 1 if isinstance(value, int) else len(str(value)))


@dataclass(frozen=True)
class Result:
    records: int
    batch: float  # records in a batch
    attempts: float  # for each transaction that was committed
    units: float  # for each record
    behind: float  # seconds at the end
    failed: int  # batches that were delivered again


def hired(chance: random.Random, years: int = 1, jobs: int = JOBS // DEPARTMENTS) -> Item:
    """In a department that has so many jobs, which are others than those of the next one."""
    when = f"{2021 - chance.randrange(years)}-{chance.randint(1, 12):02}-05T10:00:00Z"
    department = chance.randrange(DEPARTMENTS)
    job = (department * JOBS // DEPARTMENTS + chance.randrange(jobs)) % JOBS
    return {"id": 1, "datetime": when, "department_id": department, "job_id": job}


def inserted(row: Callable[[random.Random], Item], table: str = "hired_employees") -> Make:
    return lambda chance: change(0, table, None, row(chance))


CASES: dict[str, Make] = {
    "compounds": inserted(lambda _: {"compound_id": 1}, "compounds"),
    "hires of a year, 15 jobs in each of 12 departments": inserted(hired),
    "the same, that move to another department": lambda chance: change(
        0, "hired_employees", hired(chance), hired(chance)
    ),
    "of three years": inserted(lambda chance: hired(chance, 3)),
    "of a year, 180 jobs in each": inserted(lambda chance: hired(chance, 1, JOBS)),
    "of three years, 180 jobs in each": inserted(lambda chance: hired(chance, 3, JOBS)),
}


@contextmanager
def simulated(clock: Clock, views: Store) -> Iterator[None]:
    with (
        patch.dict(os.environ, environment()),
        patch.object(retries, "time", clock),
        patch.object(store, "time", clock),
        patch.object(dynamo, "client", lambda: views),
    ):
        yield


def run(make: Make, *, shards: int = 50, rate: int = 1000, seconds: float = 10) -> Result:
    """As many shards, each with so many records a second, for so long."""
    clock = Clock()
    views = Store(clock, OnDemand(writes=40_000, clock=clock.monotonic))
    random.seed(0)
    chance = random.Random(0)
    pool = [make(chance) for _ in range(BATCH)]
    counted = batches = failed = 0

    def shard(number: int) -> None:
        nonlocal counted, batches, failed
        began, taken = clock.now, 0
        while True:
            due = began + taken / rate + WINDOW
            full = began + (taken + BATCH) / rate
            clock.sleep(max(0.0, min(due, full) - clock.now) + random.uniform(0, POLL))
            if clock.now > seconds:
                return
            count = min(BATCH, int(rate * (clock.now - began)) - taken)
            some = random.choices(pool, k=count)
            batch = [Change(taken + n, each.deltas) for n, each in enumerate(some, 1)]
            while True:
                clock.sleep(count * RECORD)
                try:
                    store.apply(f"stream/shardId-{number:020}", batch, _refused)
                    break
                except StoreUnavailable:
                    failed += 1
                    if clock.now > seconds:
                        return
            taken += count
            counted += count
            batches += 1

    with simulated(clock, views), retries.patient(seconds + 100):
        for number in range(shards):
            clock.wake(greenlet(lambda number=number: shard(number)), random.uniform(0, WINDOW))
        clock.run()
    arrived = shards * rate * (clock.now - WINDOW / 2)
    return Result(
        records=counted,
        batch=counted / batches,
        attempts=views.attempts / views.committed,
        units=views.units / counted,
        behind=(arrived - counted) / shards / rate,
        failed=failed,
    )


def _refused(change: Change) -> None:
    raise AssertionError(f"refused: {change}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shards", type=int, default=50)
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 100])
    parser.add_argument("--seconds", type=int, default=10)
    chosen = parser.parse_args()
    sys.stdout.write(
        "| records | a second and shard | in a batch | attempts a transaction "
        "| write units a record | seconds behind | batches delivered again |\n"
        "|---|---:|---:|---:|---:|---:|---:|\n"
    )
    for name, make in CASES.items():
        for rate in chosen.rates:
            done = run(make, shards=chosen.shards, rate=rate, seconds=chosen.seconds)
            sys.stdout.write(
                f"| {name} | {rate:,} | {done.batch:,.0f} | {done.attempts:.2f} "
                f"| {done.units:.3f} | {done.behind:.1f} | {done.failed} |\n"
            )
            sys.stdout.flush()
    sys.stdout.write(f"\n{chosen.shards} shards on a simulated clock; {machine()}\n")


if __name__ == "__main__":
    main()
