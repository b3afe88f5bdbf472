"""A small CSV in the body of a request: as it is, or as the field `file` of a form."""

import codecs
from typing import Any

from ingestion.csv_text import EncodingError, line_count
from shared.body import FORM, expect_media_type, not_utf8_at, raw_body
from shared.csv_out import CSV
from shared.problems import Invalid, TooLarge, fault_at
from shared.request import header

LARGEST = 5_000_000  # bytes
HINT = "; larger files go through POST /ingestions"


def uploaded_file(event: dict[str, Any]) -> bytes:
    """The CSV that a request carries.

    Raises UnsupportedMediaType, TooLarge, Malformed for a broken form, Invalid for an empty file
    and for one that API Gateway could not take as UTF-8.
    """
    kind = expect_media_type(event, CSV, FORM)
    # a form's boundary and headers come on top of the file
    room = LARGEST if kind == CSV else LARGEST + 10_000
    raw = raw_body(event, room, hint=HINT)
    if kind == FORM:
        # imported here: few requests are forms
        from ingestion.forms import file_of

        raw = file_of(header(event, "content-type") or "", raw)
    if len(raw) > LARGEST:
        raise TooLarge(f"the file has {len(raw)} bytes, at most {LARGEST} are taken{HINT}")
    if (wrong := not_utf8_at(event, raw)) >= 0:
        raise _invalid(str(EncodingError(wrong, 1 + line_count(raw[:wrong]))), EncodingError.kind)
    if not raw.removeprefix(codecs.BOM_UTF8).strip():
        raise _invalid("the file is empty", "empty")
    return raw


def _invalid(message: str, kind: str) -> Invalid:
    return Invalid(message, [fault_at(("body",), message, kind)])
