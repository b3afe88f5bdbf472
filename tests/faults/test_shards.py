"""The projector's transactions seldom meet those of other shards of a stream."""

import pytest

from shared import views
from tests.benchmarks.shards import CASES, run

CASE = CASES["hires of a year, 15 jobs in each of 12 departments"]


@pytest.mark.parametrize("rate", [1000, 100])
def test_fifty_shards_of_a_stream_seldom_meet(tables: None, rate: int) -> None:
    done = run(CASE, rate=rate, seconds=3)
    assert done.records > 50 * rate
    assert done.attempts < 1.3
    assert done.units < 0.15 * 1000 / rate * 1.3
    assert done.failed == 0


def test_the_simulation_knows_conflicts(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SHARDS", 1)
    assert run(CASE, rate=100, seconds=2).attempts > 1.3
