"""How much DynamoDB's on-demand tables take: units of calls, and buckets of units.

A unit of writing is 1 KB of an item, two in a transaction; one of reading is 4 KB, a half of one
where the reader takes what may be a moment old, two in a transaction.
"""

import base64
import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Typed = Mapping[str, Mapping[str, Any]]
Kind = Literal["write", "read"]
MOST_KEYS = 20_000  # partition keys whose use is remembered, those of which nothing is left apart


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "N": lambda digits: len(digits) // 2 + 1,
    # boto3 holds bytes, the protocol base64
    "B": lambda raw: len(raw) if isinstance(raw, bytes) else len(base64.b64decode(raw)),
    "L": lambda values: 3 + sum(1 + size(each) for each in values),
    "M": lambda values: 3 + len(values) + item_size(values),
    "SS": lambda texts: sum(size({"S": each}) for each in texts),
    "NS": lambda numbers: sum(size({"N": each}) for each in numbers),
}


def size(value: Mapping[str, Any]) -> int:
    """Bytes of a typed value, such as `{"S": "a"}`; 1 of true, false and null."""
    ((kind, inner),) = value.items()
    return _SIZES[kind](inner) if kind in _SIZES else 1


def item_size(item: Typed) -> int:
    return sum(len(name.encode()) + size(value) for name, value in item.items())


def write_units(item: Typed, *, transacted: bool = False) -> int:
    return math.ceil(max(1, item_size(item)) / 1024) * (1 + transacted)


def read_units(found: int, *, consistent: bool = False, transacted: bool = False) -> float:
    """Units of reading so many bytes at once."""
    return math.ceil(max(1, found) / 4096) * (2 if transacted else 1 if consistent else 0.5)


@dataclass
class Bucket:
    """Units that come at a rate, of which those of `seconds` are kept."""

    rate: float
    seconds: float
    at: float
    units: float = field(init=False)

    def __post_init__(self) -> None:
        self.units = self.most

    @property
    def most(self) -> float:
        return self.rate * self.seconds

    def fill(self, now: float) -> float:
        self.units = min(self.most, self.units + (now - self.at) * self.rate)
        self.at = now
        return self.units

    def has(self, units: float, now: float) -> bool:
        # an item larger than the bucket passes when that is full
        return self.fill(now) >= units or self.units >= self.most > 0


@dataclass
class OnDemand:
    """Tables that take so many units a second, and of each partition key fewer."""

    writes: float = 4000
    reads: float = 12_000
    key_writes: float = 1000
    key_reads: float = 3000
    seconds: float = 1.0  # of unused units that are kept
    clock: Callable[[], float] = time.monotonic
    taken: dict[tuple[str, Kind], float] = field(default_factory=lambda: defaultdict(float))
    refused: int = 0  # items and calls
    _tables: dict[tuple[str, Kind], Bucket] = field(default_factory=dict)
    _keys: dict[tuple[str, Kind, Any], Bucket] = field(default_factory=dict)

    def take(self, table: str, kind: Kind, key: Any, units: float) -> bool:
        """Whether an item is read or written; `key` is its partition's."""
        now = self.clock()
        whole, part = self._buckets(table, kind, key, now)
        if not (whole.has(units, now) and part.has(units, now)):
            self.refused += 1
            return False
        self._spend(table, kind, (whole, part), units)
        return True

    def spend(self, table: str, kind: Kind, key: Any, units: float) -> None:
        """Units of a call that was taken: what is read is known afterwards."""
        self._spend(table, kind, self._buckets(table, kind, key, self.clock()), units)

    def _spend(self, table: str, kind: Kind, buckets: tuple[Bucket, Bucket], units: float) -> None:
        for bucket in buckets:
            bucket.units -= units
        self.taken[table, kind] += units

    def _buckets(self, table: str, kind: Kind, key: Any, now: float) -> tuple[Bucket, Bucket]:
        if (table, kind) not in self._tables:
            rate = self.writes if kind == "write" else self.reads
            self._tables[table, kind] = Bucket(rate, self.seconds, now)
        if (table, kind, key) not in self._keys:
            if len(self._keys) > MOST_KEYS:
                used = {at: part for at, part in self._keys.items() if part.fill(now) < part.most}
                self._keys = used
            rate = self.key_writes if kind == "write" else self.key_reads
            self._keys[table, kind, key] = Bucket(rate, 1.0, now)
        return self._tables[table, kind], self._keys[table, kind, key]
