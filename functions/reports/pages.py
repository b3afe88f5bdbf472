"""Pages of a report: the rows that were asked for, or as many as a response has room for."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared import cursor as cursors

Row = Mapping[str, Any]

# Bytes of rows. A response of Lambda ends at 6 MB, a JSON document in which the body is a text.
ROOM = 5_000_000


def fitting(rows: Sequence[Row]) -> int:
    """How many of the first rows a response has room for, one at least."""
    room = ROOM
    for count, row in enumerate(rows):
        room -= len(json.dumps(json.dumps(row, ensure_ascii=False)))
        if room < 0 and count:
            return count
    return len(rows)


def page(
    listing: str,
    rows: Sequence[Row],
    limit: int | None,
    cursor: str | None,
    place_of: Callable[[Row], cursors.Place],
) -> dict[str, Any]:
    """`results`, and `next` where a page was asked for or not all rows fit.

    `rows` are those behind the cursor.
    """
    some = rows[:limit]
    count = fitting(some)
    following = cursors.encode(listing, place_of(rows[count - 1]) if count < len(rows) else None)
    paged = limit is not None or cursor is not None or following is not None
    return {"results": some[:count], **({"next": following} if paged else {})}
