"""All figures of the views: as they are stored, and as the tables say they should be."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools import Logger

from projector.deltas import PRODUCTION, UNREADABLE, Deltas
from projector.store.counters import read_counters
from projector.store.users import SPREAD, bucket_keys, most_common, state_of
from shared.datasets import DATA_SETS
from shared.dynamo import Item, Table, table
from shared.factory_table import factory_table
from shared.views import USERS_WITH_EXPERIMENTS, compounds_of, listed_item, user_key
from shared.views_table import views_table

logger = Logger()

Listed = tuple[str, str, Any]  # an item of the lists: its key and its `user_id`


@dataclass
class Figures:
    """All that the views contain, or should contain."""

    sums: Deltas = field(default_factory=Deltas)
    active: int = 0  # users with experiments
    listed: set[Listed] = field(default_factory=set)
    # users whose item names other compounds than the most common ones of their buckets
    stale: set[int] = field(default_factory=set)


def from_tables() -> Figures:
    """What the views should contain."""
    figures = Figures()
    tables = [
        (data_set.name, table(data_set.setting, data_set.key)) for data_set in DATA_SETS.values()
    ]
    for name, rows in [*tables, (PRODUCTION, factory_table())]:
        _count(figures.sums, name, rows)
    active = {user for user, count in figures.sums.experiments.items() if count}
    figures.active = len(active)
    figures.listed = {_listed(listed_item(user)) for user in active | set(figures.sums.known)}
    return figures


def _count(sums: Deltas, name: str, rows: Table) -> None:
    unreadable = 0
    for row in rows.scan_all():
        try:
            sums.add(name, row, +1)
        except UNREADABLE:
            unreadable += 1  # its record is among the dead letters
    if unreadable:
        logger.warning("rows that cannot be counted", extra={"table": name, "rows": unreadable})


def _listed(item: Item) -> Listed:
    return item["pk"], item["sk"], item.get("user_id")


def from_views() -> Figures:
    """What the views contain."""
    figures = Figures()
    users: dict[int, dict[str, Item]] = defaultdict(dict)
    for item in views_table().scan_all():
        kind, _, rest = item["pk"].partition("#")
        if kind == "USER":
            users[int(rest)][item["sk"]] = item
        elif kind == "USERS":
            figures.listed.add(_listed(item))
        elif item["sk"] == USERS_WITH_EXPERIMENTS:
            figures.active += item.get("n", 0)
        else:
            read_counters(item, figures.sums)
    for user, items in users.items():
        _add_user(figures, user, items)
    return figures


def _add_user(figures: Figures, user: int, items: dict[str, Item]) -> None:
    """Count a user's items as reports and the projector read them."""
    item = items.get(user_key(user).sk, {})
    state = state_of(item)
    figures.sums.experiments[user] += state.count
    figures.sums.known[user] += state.known
    named = compounds_of(item)
    parts = [named]
    if SPREAD in item:
        parts = [compounds_of(items.get(key.sk, {})) for key in bucket_keys(user)]
        if named != {c: n for part in parts for c, n in most_common(part).items()}:
            figures.stale.add(user)
    for part in parts:
        for compound, count in part.items():
            figures.sums.compounds[user, compound] += count
