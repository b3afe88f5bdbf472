"""The lines of a CSV from its bytes, in whatever pieces they come."""

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain

# Characters of a record at most, its newlines included: what a quote that is never closed may hold
LONGEST_RECORD = 1_000_000

_LONE_CR = re.compile(rb"\r(?!\n)")

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class CsvError(Exception):
    """The file as a whole can't be read: why, and in which line. `kind` is for machines."""

    kind = "csv"


class EncodingError(CsvError):
    """The file is not UTF-8."""

    kind = "encoding"

    def __init__(self, byte: int, line: int) -> None:
        super().__init__(
            f"line {line}: byte {byte} (counted from 0) is not UTF-8; save the file as UTF-8"
        )


def line_count(raw: bytes) -> int:
    """How many lines end within the bytes."""
    lines = raw.count(b"\n")
    if _LONE_CR.search(raw):
        lines += raw.count(b"\r") - raw.count(b"\r\n")
    return lines


def with_whole_newlines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    r"""The pieces, but a \r at the end of one comes with the next, which may begin with a \n."""
    kept = b""
    for piece in pieces:
        whole = kept + piece
        kept = whole[-1:] if whole.endswith(b"\r") else b""
        yield whole.removesuffix(kept)
    yield kept


def lines(pieces: Iterable[bytes]) -> Iterator[str]:
    r"""Lines with their ends (\n, \r\n or \r) as they are, without the byte-order mark.

    A line longer than LONGEST_RECORD comes in parts. Raises EncodingError.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = ""
    end = ended = 0  # bytes, lines
    begun = False
    whole = with_whole_newlines(pieces)
    for piece, final in chain(((piece, False) for piece in whole), [(b"", True)]):
        end += len(piece)
        try:
            text = decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            # the bytes it looked at end where this piece does, and begin before it did
            at = end - len(error.object) + error.start
            ended += line_count(error.object[: error.start])
            raise EncodingError(at, 1 + ended) from error
        if text and not begun:
            text, begun = text.removeprefix(BOM), True
        text, rest = rest + text, ""
        for line in io.StringIO(text, newline=""):
            if final or line[-1] in "\r\n" or len(line) > LONGEST_RECORD:
                yield line
            else:
                rest = line
        ended += line_count(piece)
