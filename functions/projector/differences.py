"""How the views differ from the tables."""

import time
from collections import Counter
from typing import Any

from projector.deltas import Deltas
from projector.store.figures import from_tables, from_views
from shared.views import USERS_WITH_EXPERIMENTS

# What to add to each counter so that it is right, by the counter's kind and name. Beside the kinds
# of Deltas: `active`, users with experiments; `listed`, items of the lists; `stale`, users whose
# item has to be written again.
Differences = dict[tuple[str, Any], int]


def differences() -> Differences:
    expected, stored = from_tables(), from_views()
    found: Differences = {("active", USERS_WITH_EXPERIMENTS): expected.active - stored.active}
    counted = dict(stored.sums.kinds())
    for kind, counter in expected.sums.kinds():
        for name in counter.keys() | counted[kind].keys():
            found[kind, name] = counter[name] - counted[kind][name]
    for listed in expected.listed ^ stored.listed:
        found["listed", listed] = 1 if listed in expected.listed else -1
    for user in stored.stale:
        found["stale", user] = 1
    return {counter: by for counter, by in found.items() if by}


def lasting_differences(pause: float) -> Differences:
    """Differences that are the same in two passes, `pause` seconds apart."""
    first = differences()
    if not first:
        return first
    time.sleep(pause)
    second = differences()
    return {counter: by for counter, by in second.items() if first.get(counter) == by}


def missing(found: Differences) -> Deltas:
    """What is missing of the counters."""
    deltas = Deltas()
    kinds: dict[str, Counter[Any]] = dict(deltas.kinds())
    for (kind, name), by in found.items():
        if kind in kinds:
            kinds[kind][name] = by
    return deltas
