"""Opaque page cursors: a key of the store, packed and checked, so that a damaged one is found."""

import binascii
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from shared.problems import Malformed

Key = dict[str, Any]
DAMAGED = "the cursor is damaged: pass `next` on as it came"


def encode(listing: str, key: Key) -> str:
    """A cursor that continues `listing` (its path) after `key`."""
    data = json.dumps([listing, key], separators=(",", ":"), ensure_ascii=False).encode()
    return urlsafe_b64encode(zlib.crc32(data).to_bytes(4, "big") + data).rstrip(b"=").decode()


def decode(listing: str, cursor: str | None) -> Key | None:
    """The key in `cursor`; Malformed when it is damaged or of another listing."""
    if cursor is None:
        return None
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        checksum, data = raw[:4], raw[4:]
        intact = zlib.crc32(data).to_bytes(4, "big") == checksum
        found, key = json.loads(data) if intact else (None, {})
    except (ValueError, TypeError, binascii.Error) as error:
        raise Malformed(DAMAGED) from error
    if not intact or encode(found, key) != cursor:
        raise Malformed(DAMAGED)
    if found != listing:
        raise Malformed("the cursor belongs to another list")
    return dict(key)
