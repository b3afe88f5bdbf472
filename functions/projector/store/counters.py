"""The counters of the views: which item has each, in both directions, and how they are moved.

The figures of users are in `users`: their items are written whole. Names are in `names`.
"""

from collections import Counter, defaultdict

from projector.deltas import Deltas
from shared.dynamo import Item, Operation
from shared.views import (
    HIRED,
    ROWS,
    USERS_WITH_EXPERIMENTS,
    VERSION,
    ViewKey,
    hires_attribute,
    hires_cells,
    hires_key,
    hires_place,
    moves_key,
    names_in,
    rows_key,
)
from shared.views_table import views_table

Sums = dict[ViewKey, Counter[str]]


def counters(deltas: Deltas, shard: int) -> Sums:
    """What the deltas add to each item."""
    sums: Sums = defaultdict(Counter)
    for name, by in deltas.rows.items():
        sums[rows_key(shard)][name] += by
    for (year, cell), by in deltas.hires.items():
        if by:
            item = sums[hires_key(year, shard, cell)]
            item[hires_attribute(cell)] += by
            item[VERSION] = 1
    for year in deltas.years_left():
        sums[moves_key(year, shard)]["n"] = 1
    for (key, attribute), by in deltas.production.items():
        sums[key][attribute] += by
    return sums


def read_counters(item: Item, sums: Deltas) -> None:
    """Add what an item counts, the inverse of `counters`; other items have nothing to add."""
    kind = item["pk"].partition("#")[0]
    if kind == ROWS:
        for name in item.keys() - {"pk", "sk", USERS_WITH_EXPERIMENTS}:
            sums.rows[name] += item[name]
    elif kind == HIRED:
        year, _ = hires_place(item)
        for cell, hired in hires_cells(item):
            sums.hires[year, cell] += hired
    elif kind == "NAMES":
        for number, name in names_in(item).items():
            sums.names[item["pk"].partition("#")[2], number, name] += 1
    elif kind == "PRODUCTION":
        key = ViewKey(item["pk"], item["sk"])
        for attribute in item.keys() - {"pk", "sk"}:
            sums.production[key, attribute] += item[attribute]


def additions(sums: Sums) -> list[Operation]:
    return [addition(key, counter) for key, counter in sums.items() if any(counter.values())]


def addition(key: ViewKey, counter: Counter[str]) -> Operation:
    """An update that adds to the attributes of an item; there are 257 in an item at most."""
    changed = [(name, by) for name, by in counter.items() if by]
    return views_table().update_operation(
        key._asdict(),
        "ADD " + ",".join(f"#{i} :{i}" for i in range(len(changed))),
        names={f"#{i}": name for i, (name, _) in enumerate(changed)},
        values={f":{i}": by for i, (_, by) in enumerate(changed)},
    )
