"""The field `file` of a form, multipart/form-data (RFC 7578)."""

from multipart import (
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from shared.problems import Invalid, MalformedBody, fault_at

FIELD = "file"
MOST_PARTS = 20
# What a part may be encoded by: the others are of mail (RFC 7578, section 4.7)
_PLAIN = {"7bit", "8bit", "binary"}


def file_of(content_type: str, raw: bytes) -> bytes:
    """The file of a form; Malformed, and Invalid where it has none or more than one."""
    found: list[bytes] = []
    part: list[bytes] | None = None  # of the part that is read, if it is the file
    try:
        _, parameters = parse_options_header(content_type)
        parser = PushMultipartParser(parameters.get("boundary", ""), max_segment_count=MOST_PARTS)
        with parser:
            for event in parser.parse(raw):
                if isinstance(event, MultipartSegment):
                    _check(event)
                    part = [] if event.name == FIELD else None
                elif part is None:
                    continue
                elif event is None:
                    found.append(b"".join(part))
                else:
                    part.append(event)
    except (MultipartError, UnicodeError) as error:
        raise MalformedBody(
            f"the body is not the form that its content type promises: {error.args[0]}"
        ) from error
    if len(found) != 1:
        number = "no" if not found else "more than one"
        message = f"the form has {number} field `{FIELD}`; send one file per request"
        raise Invalid(message, [fault_at(("body",), message, "missing" if not found else "many")])
    return found[0]


def _check(part: MultipartSegment) -> None:
    """Malformed for a part without a name, and for a file that is not sent as it is."""
    if not part.name:
        raise MalformedBody("the form has a part without a name")
    encoding = dict(part.headerlist).get("Content-Transfer-Encoding", "binary").strip()
    if part.name == FIELD and encoding.lower() not in _PLAIN:
        raise MalformedBody(
            f"the field `{FIELD}` is encoded as {encoding[:40]!r}: send it as it is"
        )
    if part.name == FIELD and (part.content_type or "").startswith("multipart/"):
        raise MalformedBody(f"the field `{FIELD}` is not a file")
