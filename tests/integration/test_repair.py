"""Views that are damaged in any way are repaired to what the tables say."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.reconcile import compare, plan
from projector.store import users
from shared.datasets import DATA_SETS
from shared.dynamo import Item, table
from shared.factory_table import factory_table
from shared.views import (
    NAMED,
    USERS_WITH_EXPERIMENTS,
    HireCell,
    hires_attribute,
    hires_key,
    listed_item,
    moves_key,
    names_key,
    names_slot,
    production_keys,
    rows_key,
    user_key,
)
from shared.views_table import views_table
from tests.examples import some
from tests.expected_views import assert_views_equal
from tests.front_door import call
from tests.histories import MOMENTS, State, records_of, steps, titles
from tests.reconcile import reconcile
from tests.streams import deliver

numbers = st.integers(-3, 3).filter(bool)
ids = st.integers(-1, 7)
cells = st.builds(HireCell, ids, st.none() | st.integers(0, 70), st.integers(1, 4))
shards = st.integers(0, 7)
names = st.sampled_from([*DATA_SETS, USERS_WITH_EXPERIMENTS])


def extra(key: Any, **attributes: Any) -> Item:
    return {**key._asdict(), **attributes}


extras = st.one_of(
    st.builds(lambda name, shard, n: extra(rows_key(shard), **{name: n}), names, shards, numbers),
    st.builds(
        lambda table, number, name: extra(names_key(table, number), **{names_slot(number): name}),
        st.sampled_from(NAMED),
        ids,
        titles,
    ),
    st.builds(
        lambda cell, shard, n: extra(hires_key(2021, shard, cell), **{hires_attribute(cell): n}),
        cells,
        shards,
        numbers,
    ),
    st.builds(lambda shard, n: extra(moves_key(2021, shard), n=n), shards, numbers),
    st.builds(lambda user, n: extra(user_key(user), count=n, known=1, c3=n), ids, numbers),
    st.builds(lambda user, n: extra(user_key(user), count=n, c3=n, spread=True), ids, numbers),
    st.builds(lambda user, part, n: extra(user_key(user, part), c4=n), ids, shards, numbers),
    st.builds(listed_item, ids),
    st.builds(lambda user, other: {**listed_item(user), "user_id": other}, ids, ids),
    st.builds(lambda user, number: {**listed_item(user), "pk": f"USERS#{number}"}, ids, shards),
    st.builds(
        lambda factory, moment, kind, n: extra(production_keys(factory, moment)[kind], goal=n),
        ids,
        st.sampled_from(MOMENTS),
        st.integers(0, 2),
        numbers,
    ),
)


def damage(data: st.DataObject) -> None:
    """Items lost, attributes lost or changed, items that should not be there."""
    for item in list(views_table().scan_all()):
        if item["pk"].startswith("CHECKPOINT#"):
            continue  # no figure
        key = {"pk": item["pk"], "sk": item["sk"]}
        what = data.draw(st.sampled_from(["keep", "keep", "lose", "change", "lose part"]))
        attribute = data.draw(st.sampled_from(sorted(item.keys() - key.keys()) or ["n"]))
        if what == "lose":
            views_table().delete(key)
        elif what == "lose part":
            views_table().put({name: item[name] for name in item if name != attribute})
        elif what == "change" and attribute != users.SPREAD:
            by = data.draw(numbers)
            value = item.get(attribute, 0)
            changed = f"{value}{by}" if isinstance(value, str) else value + by
            views_table().put({**item, attribute: changed})
    views_table().put_many(data.draw(st.lists(extras, max_size=6)))


def store_rows(state: State) -> None:
    for (name, _), row in state.items():
        data_set = DATA_SETS.get(name)
        (table(data_set.setting, data_set.key) if data_set else factory_table()).put(row)


@some(8)
@given(st.data())
def test_any_damage_is_repaired(fresh: Callable[[], None], data: st.DataObject) -> None:
    fresh()
    state, records = records_of(data.draw(steps))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "MOST_INLINE", 3)
        patch.setattr(users, "BUCKETS", 2)
        if data.draw(st.booleans()):  # in many shares, and repairs of one owner each
            patch.setattr(plan, "SHARE", 1000)
            patch.setattr(compare, "CHUNK", 1)
        store_rows(state)
        deliver(records)
        damage(data)
        reconcile(repair=True, segments=data.draw(st.sampled_from([1, 1, 3])))
        assert reconcile()["differences"] == 0
        assert_views_equal(state)


def test_users_that_are_missing_from_the_views_are_repaired(tables: None) -> None:
    rows = "".join(f"{number},user {number},,\n" for number in range(200))
    assert call("POST", "/tables/users", rows, {"Content-Type": "text/csv"}).json["written"] == 200
    found = reconcile(repair=True)
    assert found["differences"] == 401  # the count of rows, and for each user two
    assert reconcile()["differences"] == 0
    page = call("GET", "/reports/experiments?limit=100").json
    assert [row["user_id"] for row in page["user_reports"]] == list(range(100))
