"""Every kind of counter is written to items that reconcile reads back."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from projector.deltas import Deltas
from projector.store.counters import counters, read_counters
from tests.histories import any_row, points

# written whole with the user's item, see projector.store.users
OF_USERS = {"experiments", "known", "compounds"}


@pytest.mark.parametrize("kind", [kind for kind, _ in Deltas().kinds()])
def test_the_histories_of_the_tests_count_in_every_kind(kind: str) -> None:
    def counts(of: tuple[str, Any]) -> bool:
        deltas = Deltas()
        deltas.add(*of, +1)
        return bool(dict(deltas.kinds())[kind])

    find(st.one_of(any_row, points), counts)


@given(st.lists(st.one_of(any_row, points)), st.integers(0, 15), st.integers(0, 7))
def test_what_is_counted_is_read_back(rows: list[Any], row_shard: int, hire_shard: int) -> None:
    deltas, found = Deltas(), Deltas()
    for table, row in rows:
        deltas.add(table, row, +1)
    for key, attributes in counters(deltas, row_shard, hire_shard).items():
        read_counters({**key._asdict(), **attributes}, found)
    kept = dict(found.kinds())
    for kind, counter in deltas.kinds():
        assert +kept[kind] == (Counter() if kind in OF_USERS else +counter)
