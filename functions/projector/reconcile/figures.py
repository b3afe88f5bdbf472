"""All figures of the views as flat counters: as the tables say they should be, and as stored.

A scan folds what it reads into lines of a kind, a name and a value, and a comparison folds the
lines of many scans. The kinds are those of Deltas, and `active`, users with experiments; `listed`,
items of the lists; `stale`, users whose item has to be written again; `version`, which grows with
each write to an owner's figures; `item`, an item of a user, from which the user's figures are read.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from itertools import islice
from typing import Any, Protocol
from zlib import crc32

from aws_lambda_powertools import Logger

from projector.deltas import UNREADABLE, Deltas
from projector.store.counters import read_counters
from projector.store.runs import HASHES
from projector.store.users import SPREAD, bucket_keys, most_common, state_of
from shared.items import Item
from shared.views import (
    HIRED,
    JOBS_PER_ITEM,
    USERS_WITH_EXPERIMENTS,
    VERSION,
    compounds_of,
    hires_cells,
    hires_place,
    listed_item,
    listed_user,
    user_key,
)

logger = Logger()

Line = tuple[str, Any, Any]
Figures = Counter[tuple[str, Any]]  # by kind and name
ACTIVE = ("active", USERS_WITH_EXPERIMENTS)


class Fold(Protocol):
    """What becomes of the items of a scan."""

    def add(self, table: str, item: Item) -> None: ...

    def size(self) -> int:
        """About how many lines there are."""

    def lines(self) -> Iterable[Line]: ...


class Rows:
    """What the rows of tables count."""

    def __init__(self) -> None:
        self._sums = Deltas()
        self._unreadable: Counter[str] = Counter()

    def add(self, table: str, item: Item) -> None:
        try:
            self._sums.add(table, item, +1)
        except UNREADABLE:
            self._unreadable[table] += 1  # its record is among the dead letters

    def size(self) -> int:
        return sum(len(counter) for _, counter in self._sums.kinds())

    def lines(self) -> Iterator[Line]:
        for table, rows in self._unreadable.items():
            logger.warning("rows that cannot be counted", extra={"table": table, "rows": rows})
        return lines_of(self._sums)


class Views:
    """What the items of the views say."""

    def __init__(self) -> None:
        self._sums = Deltas()
        self._others: list[Line] = []
        self._size = 0

    def add(self, _table: str, item: Item) -> None:
        kind, _, rest = item["pk"].partition("#")
        self._size += len(item)
        if kind == "USER":
            self._others.append(("item", (int(rest), item["sk"]), item))
        elif kind == "USERS":
            self._others.append(("listed", listing(item), 1))
        else:
            if USERS_WITH_EXPERIMENTS in item:
                self._others.append((*ACTIVE, item[USERS_WITH_EXPERIMENTS]))
            read_counters(item, self._sums)
            if kind == HIRED and VERSION in item:
                year, _ = hires_place(item)
                for cell, _ in islice(hires_cells(item), 1):
                    self._others.append(("version", owner("hires", (year, cell)), item[VERSION]))

    def size(self) -> int:
        return self._size

    def lines(self) -> Iterator[Line]:
        yield from lines_of(self._sums)
        yield from self._others


def lines_of(sums: Deltas) -> Iterator[Line]:
    for kind, counter in sums.kinds():
        for name, by in counter.items():
            yield kind, name, by


def listing(item: Item) -> tuple[str, str, Any]:
    return item["pk"], item["sk"], item.get("user_id")


def owner(kind: str, name: Any) -> Any:
    """What a figure is compared and repaired with: a user's figures, those of an item of hires."""
    if kind in {"compounds", "item"}:
        return name[0]
    if kind == "names":
        return name[:2]
    if kind == "hires":
        year, cell = name
        department, job, _ = cell if isinstance(cell, tuple) else astuple(cell)
        return year, department, None if job is None else job // JOBS_PER_ITEM
    if kind == "listed" and name[1].isdecimal():
        return listed_user(name[1])
    return name


def packed(line: Line) -> tuple[int, bytes]:
    """A line's hash, and its text."""
    text = json.dumps(line, default=astuple, separators=(",", ":"))
    return crc32(repr(owner(*line[:2])).encode()) % HASHES, text.encode() + b"\n"


def unpacked(text: bytes) -> Line:
    kind, name, value = json.loads(text)
    return kind, tuples(name), value


def tuples(value: Any) -> Any:
    return tuple(map(tuples, value)) if isinstance(value, list) else value


def expected(lines: Iterable[Line]) -> Figures:
    """What the views should contain, by the lines of all tables."""
    figures = Figures()
    for kind, name, by in lines:
        figures[kind, name] += by
    users = [name for kind, name in figures if kind in {"experiments", "known"}]
    for user in set(users):
        figures["listed", listing(listed_item(user))] = 1
        if figures["experiments", user]:
            figures[ACTIVE] += 1
    return figures


def stored(lines: Iterable[Line]) -> Figures:
    """What the views contain, as reports and the projector read it."""
    figures = Figures()
    users: dict[int, dict[str, Item]] = defaultdict(dict)
    for kind, name, value in lines:
        if kind == "item":
            user, sort_key = name
            users[user][sort_key] = value
        else:
            figures[kind, name] += value
    for user, items in users.items():
        _add_user(figures, user, items)
    return figures


def _add_user(figures: Figures, user: int, items: dict[str, Item]) -> None:
    item = items.get(user_key(user).sk, {})
    state = state_of(item)
    figures["version", user] = item.get(VERSION, 0)
    figures["experiments", user] += state.count
    figures["known", user] += state.known
    named = compounds_of(item)
    parts = [named]
    if SPREAD in item:
        parts = [compounds_of(items.get(key.sk, {})) for key in bucket_keys(user)]
        if named != {c: n for part in parts for c, n in most_common(part).items()}:
            figures["stale", user] = 1
    for part in parts:
        for compound, count in part.items():
            figures["compounds", (user, compound)] += count
