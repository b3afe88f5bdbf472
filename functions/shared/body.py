"""The body of a request as bytes, bounded, of a media type that the route accepts."""

import json
from base64 import b64decode
from codecs import BOM_UTF8

from shared.problems import MalformedBody, TooLarge, UnsupportedMediaType
from shared.request import Event, header

JSON = "application/json"
# The largest event as JSON that Lambda accepts; AWS refuses more itself, the local cloud does not
LARGEST_EVENT = 6 * 1024 * 1024  # bytes
LONGEST_EVENT_ESCAPE = 6  # bytes for one
FORM = "multipart/form-data"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


def media_type(event: Event) -> str:
    """The type of the body without parameters, in lower case."""
    return (header(event, "content-type") or "").partition(";")[0].strip().lower()


def expect_media_type(event: Event, *known: str) -> str:
    """The body's media type; UnsupportedMediaType when it is not one of `known`."""
    found = media_type(event)
    if found not in known:
        raise UnsupportedMediaType(
            f"the body must be {' or '.join(known)}; its content type is {found or 'missing'}"
        )
    return found


def raw_body(event: Event, limit: int, hint: str = "") -> bytes:
    """The body as it was sent; TooLarge over `limit` bytes, UnsupportedMediaType where compressed.

    API Gateway passes text on as text: bytes that are not UTF-8 are U+FFFD by then.
    """
    body = event.get("body") or ""
    coding = (header(event, "content-encoding") or "").strip().lower()
    if coding not in {"", "identity"}:
        raise UnsupportedMediaType(
            f"the body must be sent without a content coding, not as {coding}",
            headers={"Accept-Encoding": "identity"},
        )
    raw = b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")
    if len(raw) > limit:
        raise TooLarge(f"the body has {len(raw)} bytes, more than {limit}{hint}")
    if len(raw) > LARGEST_EVENT // LONGEST_EVENT_ESCAPE:
        escaped = len(json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if escaped > LARGEST_EVENT:
            raise TooLarge(
                f"the body has {escaped} bytes as API Gateway passes it on, where each quote and"
                f" line end counts twice; more than {LARGEST_EVENT}{hint}"
            )
    return raw


def not_utf8_at(event: Event, raw: bytes) -> int:
    """Where in a body that API Gateway passed on as text the bytes were not UTF-8, -1 if they were.

    It puts a replacement character there.
    """
    return -1 if event.get("isBase64Encoded") else raw.find(_REPLACEMENT)


def json_bytes(event: Event, limit: int) -> bytes:
    """The JSON body; Malformed when there is none, or it is not UTF-8."""
    raw = raw_body(event, limit)
    if not raw:
        raise MalformedBody("a JSON body is required")
    expect_media_type(event, JSON)
    if raw.startswith(BOM_UTF8):
        raise MalformedBody("the body begins with a byte-order mark, which JSON has none of")
    if (wrong := not_utf8_at(event, raw)) >= 0:
        raise MalformedBody(
            f"the body is not UTF-8 at byte {wrong} (from 0); U+FFFD itself is sent as \\ufffd"
        )
    return raw
