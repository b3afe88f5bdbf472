"""Where the records of a CSV end, told from bytes: as `csv.reader` in strict mode would.

A quote opens a quoted field only where a field begins; elsewhere it is a character like others.
Text after a closing quote breaks its record, which then ends with the line.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from ingestion.csv_text import LONGEST_RECORD, CsvError

# Bytes of a record at most: its characters take up to four
LONGEST_BYTES = 4 * LONGEST_RECORD
_QUOTE = b'"'
_NEWLINE = re.compile(rb"\r\n?|\n")
_FIELD = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"')


@cache
def _run_of_fields(delimiter: str) -> re.Pattern[bytes]:
    """Quoted fields, each where a field begins and ends, with all that is between them."""
    around = rb"[" + re.escape(delimiter.encode()) + rb"\r\n]"
    opening = rb'[^"]*+(?<=' + around + rb")"
    return re.compile(rb"(?:" + opening + _FIELD.pattern + rb"(?=" + around + rb"))*+")


def record_end(
    window: bytes, target: int, delimiter: str, *, start: int = 0, final: bool = False
) -> int | None:
    """The end of the first record that has its newline at `target` or behind it.

    A record begins at `start`. None where the window ends before the record does; the end of a
    `final` window ends its record, unless a quote is open there.
    """
    fields = _run_of_fields(delimiter)
    around = {b"", delimiter.encode(), b"\r", b"\n"}
    end = len(window) if final else None
    at = start  # not within quotes
    while True:
        run = fields.match(window, at, max(at, min(target, len(window))))
        at = run.end() if run else at
        quote = window.find(_QUOTE, at)
        newline = _NEWLINE.search(window, max(at, target))
        if newline and (quote < 0 or newline.start() < quote):
            return _known(newline, window, end)
        if quote < 0:
            return end
        if window[max(quote - 1, 0) : quote] not in around:
            at = quote + 1
            continue
        field = _FIELD.match(window, quote)
        if field is None:
            return None
        at = field.end()
        if at == len(window):  # a quote that follows would go on with the field
            return end
        if window[at : at + 1] in around:
            continue
        newline = _NEWLINE.search(window, at)
        if newline is None:
            return end
        if newline.start() >= target:
            return _known(newline, window, end)
        at = newline.end()


def _known(newline: re.Match[bytes], window: bytes, end: int | None) -> int | None:
    r"""The end of a newline, unless it is a \r which a \n may follow."""
    whole = newline.end() < len(window) or newline.group().endswith(b"\n")
    return newline.end() if whole else end


def line_count(window: bytes) -> int:
    """How many lines end within the bytes."""
    lines = window.count(b"\n")
    if b"\r" in window:
        lines += window.count(b"\r") - window.count(b"\r\n")
    return lines


def windows(
    pieces: Iterable[bytes], size: int, delimiter: str, line: int = 1
) -> Iterator[tuple[int, bytes]]:
    """Whole records of some `size` bytes at a time, with the line where each window begins.

    The same bytes are cut at the same places in whatever pieces they come. CsvError for a record
    that is too long or never closed.
    """
    held: list[bytes] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length <= size:
            continue
        window = b"".join(held)
        begun = 0
        while (end := record_end(window, begun + size, delimiter, start=begun)) is not None:
            whole = window[begun:end]
            yield line, whole
            line += line_count(whole)
            begun = end
        held = [window[begun:]]
        length = len(held[0])
        if length > size + LONGEST_BYTES:
            raise _too_long(held[0], delimiter, line)
    rest = b"".join(held)
    if not rest:
        return
    if record_end(rest, len(rest), delimiter, final=True) is None:
        raise _too_long(rest, delimiter, line)
    yield line, rest


def _too_long(window: bytes, delimiter: str, line: int) -> CsvError:
    """What is wrong with a window whose last record does not end."""
    at = 0
    while (end := record_end(window, at, delimiter, start=at)) is not None:
        at = end
    where = line + line_count(window[:at])
    if len(window) - at > LONGEST_RECORD:
        return CsvError(
            f"line {where}: a record of more than {LONGEST_RECORD} characters; "
            "a quote may not be closed"
        )
    return CsvError(f"line {where}: the record that begins here has a quote that is never closed")
