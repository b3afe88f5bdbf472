"""Pages of a report: the rows that were asked for, or as many as a response has room for."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared import cursor as cursors

Row = Mapping[str, Any]

# Bytes of rows. Lambda's response ends at 6 MB, a JSON document in which the body is a text.
ROOM = 5_000_000


@dataclass(frozen=True)
class Asked:
    """What a client asked for, None where it left that out."""

    limit: int | None = None
    cursor: str | None = None


WHOLE = Asked()


def fitting(rows: Sequence[Row]) -> int:
    """How many of the first rows a response has room for, one at least."""
    room = ROOM
    for count, row in enumerate(rows):
        room -= len(json.dumps(json.dumps(row, ensure_ascii=False)))
        if room < 0 and count:
            return count
    return len(rows)


def page(
    listing: str, rows: Sequence[Row], asked: Asked, place_of: Callable[[Row], cursors.Place]
) -> dict[str, Any]:
    """`results`, and `next` where a page was asked for or not all rows fit."""
    some = rows[: asked.limit]
    count = fitting(some)
    following = cursors.encode(listing, place_of(rows[count - 1]) if count < len(rows) else None)
    paged = asked.limit is not None or asked.cursor is not None or following is not None
    return {"results": some[:count], **({"next": following} if paged else {})}
