"""A report that is read while rows change shows the rows in some order of their changes."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.store import changes as store
from reports import store as reports
from shared import dynamo
from shared.views import SHARDS, HireCell
from tests.examples import some
from tests.front_door import call
from tests.histories import Row, records_of
from tests.reconcile import compact
from tests.streams import deliver


def hired(number: int, department: int, job: int) -> tuple[str, Row]:
    when = "2021-02-03T00:00:00Z"
    row = {"id": number, "datetime": when, "department_id": department, "job_id": job}
    return "hired_employees", row


changes = st.tuples(
    # jobs of two items for each department
    st.builds(hired, st.integers(1, 4), st.integers(1, 2), st.sampled_from([1, 2, 64])),
    st.sampled_from([False, False, False, True]),
)


def cell_of(image: Row | None) -> HireCell | None:
    if image is None:
        return None
    row = dynamo.from_image(image)
    return HireCell(row["department_id"], row["job_id"], 1)


def possible(records: list[Row]) -> list[Counter[HireCell]]:
    """The cells after each number of changes of each row, in every combination."""
    states: dict[str, list[HireCell | None]] = {}
    for one in records:
        number = one["dynamodb"]["Keys"]["id"]["N"]
        states.setdefault(number, [None]).append(cell_of(one["dynamodb"].get("NewImage")))
    combinations = product(*states.values())
    return [Counter(cell for cell in cells if cell is not None) for cells in combinations]


def between_queries(monkeypatch: pytest.MonkeyPatch, step: Callable[[], object]) -> None:
    """Shards are read one after the other, and before each something happens."""

    def one_by_one(call: Callable[[Any], Any], arguments: Any) -> list[Any]:
        found = []
        for argument in arguments:
            step()
            found.append(call(argument))
        return found

    monkeypatch.setattr(reports, "together", one_by_one)
    monkeypatch.setattr(reports, "READ_PAUSE", 0)


@some(30)
@given(
    st.lists(changes, min_size=2, max_size=12),
    st.lists(st.integers(0, 2), min_size=24, max_size=24),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_a_report_is_the_outcome_of_some_order_of_the_changes(
    fresh: Callable[[], None], history: Any, steps: list[int], size: int, shards: Any
) -> None:
    fresh()
    _, records = records_of(history)
    batches = iter([records[start : start + size] for start in range(0, len(records), size)])
    waits = iter(steps)

    def step() -> None:
        for _ in range(next(waits, 9)):
            batch = next(batches, None)
            if batch is None:
                compact()
                return
            deliver(batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "shard_of", lambda _: shards.randrange(SHARDS))
        patch.setattr(store, "TRANSACTION", 5)  # so that a batch needs several
        between_queries(patch, step)
        found = reports.hires(2021)
    assert min(found.values(), default=0) >= 0
    assert +found in possible(records)


def test_a_row_that_changes_often_in_one_batch_is_counted_in_its_order(
    fresh: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    history = [(hired(1, department, 1), False) for department in (2, 1, 2, 1, 2)]
    _, records = records_of(history)
    seen: list[Counter[HireCell]] = []

    def watched(operations: list[Any]) -> None:
        dynamo.transact(operations)
        seen.append(reports.hires(2021))

    monkeypatch.setattr(store, "transact", watched)
    monkeypatch.setattr(store, "TRANSACTION", 4)
    deliver(records)
    assert len(seen) > 1
    for cells in seen:
        assert sorted(n for n in cells.values() if n) == [1]


def test_hires_that_never_rest_are_a_503(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    history = [(hired(1, 1 + number % 2, 1), False) for number in range(1000)]
    _, records = records_of(history)
    endless: Iterator[Row] = iter(records)
    between_queries(monkeypatch, lambda: deliver([next(endless)]))
    monkeypatch.setattr(reports, "READS", 3)
    response = call("GET", "/reports/mean-hires?year=2021")
    assert response.status == 503
    assert "retry-after" in response.headers
