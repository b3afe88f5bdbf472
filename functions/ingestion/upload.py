"""A small CSV in the body of a request: as it is, or as the field `file` of a form."""

import codecs
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from ingestion.csv_text import EncodingError
from shared.body import expect_media_type, header, raw_body
from shared.problems import Fault, Invalid, Malformed, TooLarge

LARGEST = 5_000_000  # bytes
HINT = "; larger files go through POST /ingestions"
CSV = "text/csv"
FORM = "multipart/form-data"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


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
        raw = _file_of(header(event, "content-type"), raw)
    if len(raw) > LARGEST:
        raise TooLarge(f"the file has {len(raw)} bytes, at most {LARGEST} are taken{HINT}")
    # text that API Gateway handed over has this where the bytes were not UTF-8
    wrong = -1 if event.get("isBase64Encoded") else raw.find(REPLACEMENT)
    if wrong >= 0:
        raise _invalid(str(EncodingError(wrong)), EncodingError.kind)
    if not raw.removeprefix(codecs.BOM_UTF8).strip():
        raise _invalid("the file is empty", "empty")
    return raw


def _invalid(message: str, kind: str) -> Invalid:
    fault: Fault = {"loc": ["body"], "msg": message, "type": kind}
    return Invalid(message, [fault])


def _file_of(content_type: str, raw: bytes) -> bytes:
    """The field `file` of a form (RFC 7578)."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + raw)
    if form.defects or not form.is_multipart():
        raise Malformed("the body is not the multipart/form-data that its content type says")
    for part in form.iter_parts():
        if part.get_param("name", header="content-disposition") == "file":
            return _payload(part)
    raise _invalid("the form has no field `file`", "missing")


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise Malformed("the field `file` is not a file")
    return payload
