"""Reads a segment of a table, call after call, and stores what each call has read.

A call's object also has the key behind which the next one goes on. Of two calls that read the same,
one stores its object, so a call may be repeated or cut off at any moment.
"""

import json
from collections.abc import Callable
from typing import Any

from projector.reconcile.figures import Fold, packed
from projector.store import runs, scans
from shared.problems import StoreUnavailable

# Lines that a call keeps in memory: some 400 MB
MOST_LINES = 2_000_000


def read_segment(part: dict[str, Any], fold: Fold, more_time: Callable[[], bool]) -> bool:
    """Whether a segment of the part's tables is read to its end.

    StoreUnavailable if nothing could be read.
    """
    tables, before = part["tables"], runs.found(f"{part['to']}/")
    # the table that is being read, and the key behind which it goes on
    at, after = json.loads(runs.facts_of(before[-1].key)["next"]) if before else (0, None)
    rows = calls = 0
    while at < len(tables) and (calls == 0 or (fold.size() < MOST_LINES and more_time())):
        try:
            page = scans.page(tables[at], part["segment"], part["segments"], after)
        except StoreUnavailable:
            if calls == 0:
                raise
            break
        for item in page.items:
            fold.add(tables[at], item)
        calls += 1
        rows += len(page.items)
        at, after = (at, page.last_key) if page.last_key else (at + 1, None)
    if calls == 0:
        return True
    key = f"{part['to']}/{len(before):06}"
    facts = {"rows": str(rows), "next": json.dumps([at, after]), "left": str(len(tables) - at)}
    return runs.put_sums(key, map(packed, fold.lines()), **facts) and at == len(tables)
