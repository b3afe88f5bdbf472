"""Opaque page cursors: where a page ended, with a checksum, so that a damaged one is found."""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from shared.problems import Malformed, fault_at

Place = dict[str, Any]
T = TypeVar("T")
LONGEST_KEY_TEXT = 1000  # bytes of a text
DAMAGED = "the cursor is damaged: pass on `next` unchanged"


def listing_of(path: str, **filters: object) -> str:
    """The name of a list: its path and what narrows it, None being no filter.

    A cursor belongs to its list: with other filters it would go on somewhere in another one.
    """
    given = {name: value for name, value in filters.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def encode(listing: str, place: Place | None) -> str | None:
    """A cursor that continues `listing` (see listing_of) behind a place, None behind its end."""
    if place is None:
        return None
    data = json.dumps([listing, place], separators=(",", ":"), ensure_ascii=False).encode()
    return urlsafe_b64encode(zlib.crc32(data).to_bytes(4, "big") + data).rstrip(b"=").decode()


def following(
    listing: str, found: Sequence[T], limit: int, place_of: Callable[[T], Place]
) -> str | None:
    """The cursor behind the first `limit` of what was found, None where that was all."""
    return encode(listing, place_of(found[limit - 1]) if len(found) > limit else None)


def page(
    listing: str,
    found: Sequence[T],
    limit: int,
    place_of: Callable[[T], Place],
    render: Callable[[Sequence[T]], list[dict[str, Any]]],
) -> dict[str, Any]:
    """The body of a list's page: the first `limit` elements found, and the cursor behind them."""
    return {
        "items": render(found[:limit]),
        "next": following(listing, found, limit, place_of),
    }


def link(query: Mapping[str, str], cursor: str) -> str:
    """`Link` to the next page (RFC 8288): the same path and query, wherever the API is served."""
    return f'<?{urlencode({**query, "cursor": cursor})}>; rel="next"'


def decode(listing: str, cursor: str | None, **shape: type) -> Place | None:
    """The place in `cursor`; Malformed when it is damaged, of another listing or shape."""
    if cursor is None:
        return None
    found, place = unpacked(cursor)
    if found != listing:
        raise refused("the cursor belongs to another list, or to one with other filters")
    # whoever makes a cursor up can make the checksum up as well
    if not (isinstance(place, dict) and _has_shape(place, shape)):
        raise refused(DAMAGED)
    return place


def refused(message: str) -> Malformed:
    """The problem of a cursor that this list has no page for."""
    return Malformed(message, [fault_at(("query", "cursor"), message)])


def unpacked(cursor: str) -> tuple[Any, Any]:
    """The listing and the place in a cursor that is not damaged; ValueError."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        found, place = json.loads(raw[4:])
        intact = encode(found, place) == cursor
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(DAMAGED) from error
    if not intact:
        raise ValueError(DAMAGED)
    return found, place


def _has_shape(place: Place, shape: dict[str, type]) -> bool:
    """Whether its values are of these types, and the store can take them as a key."""
    return {name: type(value) for name, value in place.items()} == shape and all(
        0 < len(value.encode()) < LONGEST_KEY_TEXT
        if isinstance(value, str)
        else -(2**63) <= value < 2**63
        for value in place.values()
    )
