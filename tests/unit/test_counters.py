"""Every kind of counter is written to items that reconcile reads back."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from projector.deltas import Deltas
from projector.store.counters import counters, read_counters
from projector.store.names import names
from shared.views import SHARDS
from tests.histories import Row, any_row, key_of, points

# written whole with the user's item, see projector.store.users
OF_USERS = {"experiments", "known", "compounds"}


def place(of: tuple[str, Row]) -> tuple[str, Any]:
    return of[0], key_of(*of)


@pytest.mark.parametrize("kind", [kind for kind, _ in Deltas().kinds()])
def test_the_histories_of_the_tests_count_in_every_kind(kind: str) -> None:
    def counts(of: tuple[str, Any]) -> bool:
        deltas = Deltas()
        deltas.add(*of, +1)
        return bool(dict(deltas.kinds())[kind])

    find(st.one_of(any_row, points), counts)


@given(st.lists(st.one_of(any_row, points), unique_by=place), st.integers(0, SHARDS - 1))
def test_what_is_counted_is_read_back(rows: list[Any], shard: int) -> None:
    deltas, found = Deltas(), Deltas()
    for table, row in rows:
        deltas.add(table, row, +1)
    for items in (counters(deltas, shard), names(deltas)):
        for key, attributes in items.items():
            read_counters({**key._asdict(), **attributes}, found)
    kept = dict(found.kinds())
    for kind, counter in deltas.kinds():
        assert +kept[kind] == (Counter() if kind in OF_USERS else +counter)
