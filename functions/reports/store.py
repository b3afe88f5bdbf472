"""Reads the views and the names that reports show; every read costs the same at any size."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import islice

from reports.figures import Names
from reports.spans import Span, spans
from shared.datasets import DATA_SETS
from shared.dynamo import Item, table
from shared.factory_keys import factory_key
from shared.factory_table import factory_table
from shared.parallel import together
from shared.problems import StoreUnavailable
from shared.views import (
    HIRE_PARTITIONS,
    IN_TABLE,
    NAMED,
    USER_LISTS,
    USERS_WITH_EXPERIMENTS,
    HireCell,
    compounds_of,
    hires_cells,
    hires_partition,
    moves_partition,
    names_in,
    names_key,
    ordered,
    user_key,
    users_list,
)
from shared.views_table import row_counts, views_table

# How often hires are read because some were moved meanwhile, and the longest pause in seconds
READS = 30
READ_PAUSE = 0.5
MEASURES = ("actual", "goal", "points")


@dataclass(frozen=True)
class UserFigures:
    """A user's number of experiments, and how often each compound was in them."""

    user_id: int
    count: int
    compounds: dict[int, int]


def hires(year: int) -> Counter[HireCell]:
    """Hires of a year by department, job and quarter, as they were at one moment.

    StoreUnavailable while they are moved between departments or jobs faster than they are read.
    """
    for _ in range(READS):
        before = _moves(year)
        cells = _hires(year)
        if _moves(year) == before:
            return cells
        time.sleep(random.uniform(0, READ_PAUSE))  # noqa: S311 - jitter, no secret
    raise StoreUnavailable("too many hires are being changed: try again")


def _items(partition: str) -> list[Item]:
    return list(views_table().query_all("pk = :pk", {":pk": partition}, consistent=True))


def _moves(year: int) -> list[Item]:
    return _items(moves_partition(year))


def _hires(year: int) -> Counter[HireCell]:
    """From items that are read one after the other, which may not belong together."""
    partitions = [hires_partition(year, number) for number in range(HIRE_PARTITIONS)]
    cells: Counter[HireCell] = Counter()
    for items in together(_items, partitions):
        for item in items:
            for cell, hired in hires_cells(item):
                cells[cell] += hired
    return cells


def names(data_set: str, ids: Iterable[int]) -> Names:
    """The names of those rows that are there."""
    wanted = set(ids)
    if data_set not in NAMED:
        return _names_in_table(data_set, wanted)
    keys = {names_key(data_set, number) for number in wanted}
    found: dict[int, str] = {}
    for item in views_table().get_many([key._asdict() for key in sorted(keys)]):
        found |= {number: name for number, name in names_in(item).items() if number in wanted}
    in_table = [number for number, name in found.items() if name == IN_TABLE]
    for number in in_table:
        del found[number]
    return found | _names_in_table(data_set, in_table)


def _names_in_table(data_set: str, ids: Iterable[int]) -> dict[int, str]:
    """By key; a data set's second column is its name."""
    columns = DATA_SETS[data_set].columns
    key, name = columns[0].name, columns[1].name
    rows = table(DATA_SETS[data_set].setting, key)
    keys = [{key: number} for number in sorted(ids)]
    return {item[key]: item[name] for item in rows.get_many(keys)}


def user_ids(after: int | None, limit: int) -> list[int]:
    """The next listed users in order of id."""
    start = "" if after is None else ordered(after)

    def listed(number: int) -> list[Item]:
        return (
            views_table()
            .query(
                "pk = :pk AND sk > :after",
                {":pk": users_list(number), ":after": start or "-"},
                limit=limit,
            )
            .items
        )

    lists = together(listed, range(USER_LISTS))
    everyone = merge(*[[item["user_id"] for item in items] for items in lists])
    return list(islice(everyone, limit))


def users(ids: Sequence[int]) -> list[UserFigures]:
    """The figures of users, in the order of `ids`; users without any are all zero."""
    keys = {user_key(user): user for user in ids}
    found: dict[int, UserFigures] = {}
    for item in views_table().get_many([key._asdict() for key in keys]):
        user = int(item["pk"].partition("#")[2])
        found[user] = UserFigures(user, item.get("count", 0), compounds_of(item))
    return [found.get(user, UserFigures(user, 0, {})) for user in ids]


@dataclass(frozen=True)
class Production:
    """What a factory made in a span, and was to make."""

    factory_id: int
    actual: int
    goal: int
    points: int


def production(first: date, last: date) -> list[Production]:
    """Sums per factory over whole days, in order of id; of years and months where they are whole.

    Five queries at most, however long the span is.
    """
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for items in together(_sums_between, list(spans(first, last))):
        for item in items:
            factory = int(item["sk"].partition("#")[2])
            sums[factory].update({name: item[name] for name in MEASURES if name in item})
    return [
        Production(factory, *(counter[name] for name in MEASURES))
        for factory, counter in sorted(sums.items())
        if any(counter.values())
    ]


def _sums_between(span: Span) -> list[Item]:
    values = {":pk": span.partition, ":first": span.first, ":last": f"{span.last}#~"}
    return list(views_table().query_all("pk = :pk AND sk BETWEEN :first AND :last", values))


def factory_names(ids: Iterable[int]) -> Names:
    """The names of those factories that have one."""
    found = factory_table().get_many([factory_key(number) for number in ids])
    return {item["id"]: item["name"] for item in found if "name" in item}


def experiments_and_their_users() -> tuple[int, int]:
    """The number of experiments, and of users who have one."""
    counts = row_counts("user_experiments", USERS_WITH_EXPERIMENTS)
    return counts["user_experiments"], counts[USERS_WITH_EXPERIMENTS]


def is_listed(user: int) -> bool:
    """Whether a user is in the users table or has experiments."""
    figures = views_table().get(user_key(user)._asdict()) or {}
    return bool(figures.get("count", 0) > 0 or figures.get("known", 0) > 0)
