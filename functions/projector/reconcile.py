"""Works the views out anew from the tables, tells every difference, repairs on request.

The tables are read page by page and not at one moment, so a change under way looks like a
difference: only what differs by the same amount in two passes counts.
"""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from projector.deltas import PRODUCTION, Deltas
from projector.store import addition, operations_for, state_of
from shared.datasets import DATA_SETS
from shared.dynamo import Item, Operation, TransactionFailedError, table, transact
from shared.factory_keys import factory_table
from shared.views import (
    USERS_WITH_EXPERIMENTS,
    VERSION,
    ViewKey,
    compounds_of,
    hires_attribute,
    hires_cells,
    hires_partition,
    listed_key,
    row_key,
    views,
)

logger = Logger()
metrics = Metrics()

# Seconds between the passes: the projector is seldom that late
PAUSE = 20.0
SHOWN = 1000


@dataclass
class Figures:
    """All that the views say, or should say; `active` counts the users with experiments."""

    sums: Deltas = field(default_factory=Deltas)
    active: int = 0
    listed: set[int] = field(default_factory=set)


def from_tables() -> Figures:
    """What the views should say."""
    figures = Figures()
    for data_set in DATA_SETS.values():
        for row in table(data_set.setting, data_set.key).scan_all():
            figures.sums.add(data_set.name, row, +1)
    for row in factory_table().scan_all():
        figures.sums.add(PRODUCTION, row, +1)
    active = {user for user, count in figures.sums.experiments.items() if count}
    figures.active = len(active)
    figures.listed = active | set(figures.sums.known)
    return figures


def from_views() -> Figures:
    """What the views say."""
    figures = Figures()
    for item in views().scan_all():
        kind, _, rest = item["pk"].partition("#")
        if kind == "ROWS" and item["sk"] == USERS_WITH_EXPERIMENTS:
            figures.active += item["n"]
        elif kind == "ROWS":
            figures.sums.rows[item["sk"]] += item["n"]
        elif kind == "HIRES":
            year = int(rest.partition("#")[0])
            for cell, hired in hires_cells(item):
                figures.sums.hires[year, cell] += hired
        elif kind == "USER":
            _add_user(figures.sums, int(rest), item)
        elif kind == "PRODUCTION":
            key = ViewKey(item.pop("pk"), item.pop("sk"))
            for attribute, number in item.items():
                figures.sums.production[key, attribute] += number
        elif kind == "USERS":
            figures.listed.add(item["user_id"])
    return figures


def _add_user(sums: Deltas, user: int, item: Item) -> None:
    state = state_of(item)
    sums.experiments[user] += state.count
    sums.known[user] += state.known
    for compound, count in compounds_of(item).items():
        sums.compounds[user, compound] += count


Differences = dict[tuple[str, Any], int]


def differences() -> Differences:
    """What to add to each counter so that it is right, by the counter's kind and name."""
    should, does = from_tables(), from_views()
    found: Differences = {("active", USERS_WITH_EXPERIMENTS): should.active - does.active}
    for kind in ("rows", "hires", "experiments", "known", "compounds", "production"):
        expected: Counter[Any] = getattr(should.sums, kind)
        stored: Counter[Any] = getattr(does.sums, kind)
        for name in expected.keys() | stored.keys():
            found[kind, name] = expected[name] - stored[name]
    for user in should.listed ^ does.listed:
        found["listed", user] = 1 if user in should.listed else -1
    return {counter: by for counter, by in found.items() if by}


def lasting_differences(pause: float) -> Differences:
    """Differences that are the same in two passes, `pause` seconds apart."""
    first = differences()
    if not first:
        return first
    time.sleep(pause)
    second = differences()
    return {counter: by for counter, by in second.items() if first.get(counter) == by}


def repair(found: Differences) -> None:
    """Add what is missing; sums may move meanwhile, so nothing is set, only added."""
    for (kind, name), by in found.items():
        transact(_mending(kind, name, by))


def _mending(kind: str, name: Any, by: int) -> list[Operation]:
    if kind == "active":
        return [addition(row_key(name, 0), Counter(n=by))]
    if kind == "listed":
        key = listed_key(name)._asdict()
        if by > 0:
            return [views().put_operation({**key, "user_id": name})]
        return [views().delete_operation(key)]
    mended = Deltas()
    getattr(mended, kind)[name] = by
    # users' transitions are differences of their own, found above
    return [
        operation
        for operation in operations_for(mended, busy=False)
        if kind not in {"experiments", "known"} or operation["key"]["pk"].startswith("USER#")
    ]


def compact() -> int:
    """Move the hires that busy times spread over the shards into the first; items moved."""
    moved = 0
    for item in views().scan_all():
        kind, _, rest = item["pk"].partition("#")
        year, _, shard = rest.partition("#")
        if kind != "HIRES" or shard == "0":
            continue
        counts = Counter({VERSION: 1, **{hires_attribute(c): n for c, n in hires_cells(item)}})
        target = ViewKey(hires_partition(int(year), 0), item["sk"])
        key = {"pk": item["pk"], "sk": item["sk"]}
        unchanged = {"names": {"#v": VERSION}, "values": {":v": item[VERSION]}}
        try:
            transact(
                [
                    views().delete_operation(key, "#v = :v", **unchanged),
                    addition(target, counts),
                ]
            )
        except TransactionFailedError:
            continue  # written to meanwhile: another time
        moved += 1
    return moved


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"repair": true}` mends what is wrong, `{"pause": seconds}` is for quiet tables."""
    found = lasting_differences(float(event.get("pause", PAUSE)))
    for (kind, name), by in found.items():
        # names of counters are ids, never a person's data
        logger.warning("difference", extra={"counter": f"{kind} {name}", "missing": by})
    if event.get("repair"):
        repair(found)
    moved = compact()
    metrics.add_metric("ViewDifferences", MetricUnit.Count, len(found))
    metrics.flush_metrics()
    shown = [{"counter": f"{kind} {name}", "missing": by} for (kind, name), by in found.items()]
    return {
        "differences": len(found),
        "repaired": bool(event.get("repair")),
        "compacted": moved,
        "first": shown[:SHOWN],
    }
