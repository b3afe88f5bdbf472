"""Where the records of a CSV end, found in its bytes: as `csv.reader` in strict mode would.

A quote opens a quoted field only where a field begins; elsewhere it is a character like others.
Text after a closing quote breaks its record, which then ends with the line.
"""

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import cache
from typing import NamedTuple

from ingestion.csv_text import LONGEST_RECORD, CsvError, line_count, with_whole_newlines

# Bytes of a record at most: its characters take up to four
LONGEST_BYTES = 4 * LONGEST_RECORD
_QUOTE = b'"'
_QUOTED = re.compile(rb'[^"]*+(?:""[^"]*+)*+')
_LINE = re.compile(rb"[^\r\n]*+")


class _In(Enum):
    """Where the bytes read so far end."""

    GAP = auto()  # where a field may begin
    FIELD = auto()  # in a field without quotes
    QUOTED = auto()  # in a quoted field
    QUOTE = auto()  # behind a quote that closes the field, unless another follows
    BROKEN = auto()  # in a record that is broken, until its line ends


class _Patterns(NamedTuple):
    """Patterns of a delimiter; both runs go on as far as quoted fields are whole."""

    file: re.Pattern[bytes]
    record: re.Pattern[bytes]  # stops at the newline that ends the record
    field: re.Pattern[bytes]
    ends: frozenset[bytes]  # what a field ends with


@cache
def _patterns(delimiter: str) -> _Patterns:
    ends = re.escape(delimiter.encode()) + rb"\r\n"
    text = rb'"[^"]*+(?:""[^"]*+)*+"'
    quoted = rb'(?<![^"' + ends + rb"])" + text
    broken = quoted + rb"[^" + ends + rb"][^\r\n]*+(?=[\r\n])"
    literal = rb'(?<=[^"' + ends + rb'])"++'
    # quoted fields side by side need no look at what is before them
    behind = rb"[" + ends + rb"]++"
    row = behind + rb"(?:" + text + behind + rb")*+"

    def run(between: bytes, whole: bytes) -> re.Pattern[bytes]:
        # the exceptions have a loop of their own: tried with each field, they take a third more
        fields = rb"(?:" + between + whole + rb")*+"
        exceptions = (
            rb"(?:" + between + rb"(?:" + literal + rb"|" + broken + rb")" + fields + rb")*+"
        )
        return re.compile(fields + exceptions + between)

    return _Patterns(
        file=run(rb'[^"]*+', quoted + row),
        record=run(rb'[^"\r\n]*+', quoted + rb"(?=[" + ends + rb"])"),
        field=re.compile(rb"[^" + ends + rb"]*+"),
        ends=frozenset([delimiter.encode(), b"\r", b"\n"]),
    )


class _Scanner:
    """Reads bytes in pieces, each byte a bounded number of times; begins where a record does."""

    def __init__(self, delimiter: str) -> None:
        self._patterns = _patterns(delimiter)
        self._in = _In.GAP

    @property
    def quote_is_open(self) -> bool:
        return self._in is _In.QUOTED

    def skip(self, piece: bytes, at: int, end: int) -> None:
        """Read the bytes from `at` to `end`."""
        self._read(self._patterns.file, piece, at, end)

    def record_end(self, piece: bytes, at: int) -> int | None:
        r"""The end of the record that `at` is in; None where the piece ends before.

        A \r at the end of the piece is a newline of its own.
        """
        newline = self._read(self._patterns.record, piece, at, len(piece))
        if newline == len(piece):
            return None
        self._in = _In.GAP
        return newline + (2 if piece[newline : newline + 2] == b"\r\n" else 1)

    def _read(self, run: re.Pattern[bytes], piece: bytes, at: int, end: int) -> int:
        """Where the run stops: at `end`, or at the newline that ends a record."""
        at = self._finish(piece, at, end)
        if at == end:
            return end
        found = run.match(piece, at, end)
        stop = found.end() if found else at
        if stop == end:
            self._in = _In.GAP if piece[end - 1 : end] in self._patterns.ends else _In.FIELD
            return end
        if piece[stop : stop + 1] != _QUOTE:
            return stop
        # a field that goes on behind the end, or breaks a record that does
        self._in = _In.QUOTED
        return self._finish(piece, stop + 1, end)

    def _finish(self, piece: bytes, at: int, end: int) -> int:
        """The end of the field, or of the broken record, that `at` is in; `end` if it goes on."""
        if self._in is _In.QUOTE and at < end:
            self._in = self._behind(piece[at : at + 1])
            at += self._in is _In.QUOTED
        if self._in is _In.QUOTED:
            at = _end_of(_QUOTED, piece, at, end)
            if at < end:
                at += 1
                self._in = self._behind(piece[at : at + 1]) if at < end else _In.QUOTE
        if self._in is _In.BROKEN:
            at = _end_of(_LINE, piece, at, end)
        elif self._in is _In.FIELD:
            at = _end_of(self._patterns.field, piece, at, end)
        return at

    def _behind(self, byte: bytes) -> _In:
        """Where a byte behind a quote in a quoted field is."""
        if byte == _QUOTE:
            return _In.QUOTED
        return _In.GAP if byte in self._patterns.ends else _In.BROKEN


def ends_record(record: str, delimiter: str) -> bool:
    """Whether lines that begin a record end it too: no quoted field goes on behind them."""
    scanner = _Scanner(delimiter)
    return scanner.record_end(record.encode(), 0) is not None or not scanner.quote_is_open


def _end_of(pattern: re.Pattern[bytes], piece: bytes, at: int, end: int) -> int:
    found = pattern.match(piece, at, end)
    return found.end() if found else at


class Window(NamedTuple):
    """Whole records, the line where they begin, and the line behind them."""

    line: int
    raw: bytes
    next_line: int


def _window(line: int, raw: bytes) -> Window:
    return Window(line, raw, line + line_count(raw))


def windows(pieces: Iterable[bytes], size: int, delimiter: str, line: int = 1) -> Iterator[Window]:
    """Whole records of some `size` bytes at a time, at least.

    The same bytes are cut at the same places in whatever pieces they come. CsvError for a record
    that is too long or never closed.
    """
    scanner = _Scanner(delimiter)
    held: list[bytes] = []  # the beginning of a window
    length = 0
    for piece in with_whole_newlines(pieces):
        begun = at = 0
        while True:
            target = min(begun + size - length, len(piece))
            if at < target:
                scanner.skip(piece, at, target)
                at = target
            if at == len(piece):
                break
            end = scanner.record_end(piece, at)
            if end is None:
                break
            window = _window(line, b"".join([*held, piece[begun:end]]))
            yield window
            line = window.next_line
            held, length = [], 0
            begun = at = end
        held.append(piece[begun:])
        length += len(piece) - begun
        if length > size + LONGEST_BYTES:
            raise _too_long(b"".join(held), delimiter, line)
    rest = b"".join(held)
    if scanner.quote_is_open:
        raise _too_long(rest, delimiter, line)
    if rest:
        yield _window(line, rest)


def _too_long(window: bytes, delimiter: str, line: int) -> CsvError:
    """What is wrong with a window whose last record does not end."""
    scanner = _Scanner(delimiter)
    at = 0
    while (end := scanner.record_end(window, at)) is not None:
        at = end
    where = line + line_count(window[:at])
    if len(window) - at > LONGEST_RECORD:
        return CsvError(
            f"line {where}: a record of more than {LONGEST_RECORD} characters; "
            "a quote may not be closed"
        )
    return CsvError(f"line {where}: the record that begins here has a quote that is never closed")
