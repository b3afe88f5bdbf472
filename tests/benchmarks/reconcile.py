"""What a row, a line of partial sums and a compared figure cost: processor time and memory.

`make bench-reconcile`. Without DynamoDB and S3; docs/capacity.md reckons with it.
"""

import time
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from projector.reconcile.figures import Rows, expected, packed, unpacked
from tests.benchmarks.cold import machine

ROWS = 200_000
T = TypeVar("T")


def hire(number: int) -> dict[str, Any]:
    job = number % 180
    return {"id": number, "datetime": "2021-05-01T00:00:00Z", "department_id": 1, "job_id": job}


def experiment(number: int) -> dict[str, Any]:
    user = number * 7919 % 1_000_003
    compounds = [number % 997, number % 991, number % 983]
    return {"experiment_id": number, "user_id": user, "experiment_compound_ids": compounds}


def timed(of: int, work: Callable[[], T]) -> tuple[T, float, float]:
    """The result, microseconds of processor time and bytes of memory for each of `of`."""
    tracemalloc.start()
    work()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    started = time.process_time()
    result = work()
    return result, (time.process_time() - started) / of * 1e6, size / of


def fold(table: str, rows: Iterable[dict[str, Any]]) -> Rows:
    found = Rows()
    for row in rows:
        found.add(table, row)
    return found


def main() -> None:
    print(machine())
    print("\n| what | µs of CPU | bytes of memory |\n|---|---:|---:|")
    for table, make in (("hired_employees", hire), ("user_experiments", experiment)):
        rows = [make(number) for number in range(ROWS)]
        sums, cost, size = timed(ROWS, lambda rows=rows, table=table: fold(table, rows))  # type: ignore[misc]
        print(f"| a row of {table}, folded | {cost:.1f} | {size:.0f} |")
    count = sums.size()
    lines, cost, size = timed(count, lambda: [text for _, text in map(packed, sums.lines())])
    print(f"| a line of its sums, written | {cost:.1f} | {size:.0f} |")
    _, cost, size = timed(count, lambda: expected(map(unpacked, lines)))
    print(f"| a line of its sums, compared | {cost:.1f} | {size:.0f} |")
    length = sum(map(len, lines)) / count
    print(f"\n{count / ROWS:.1f} lines an experiment, {length:.0f} bytes each")


if __name__ == "__main__":
    main()
