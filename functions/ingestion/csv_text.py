"""The lines of a CSV from its bytes, in whatever pieces they come."""

import codecs
import io
from collections.abc import Iterable, Iterator
from itertools import chain

# Characters of a record at most, its newlines included: what a quote that is never closed may hold
LONGEST_RECORD = 1_000_000

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class CsvError(Exception):
    """The file as a whole can't be read; says why, and in which line. `kind` is for machines."""

    kind = "csv"


class EncodingError(CsvError):
    """The file is not UTF-8."""

    kind = "encoding"

    def __init__(self, byte: int) -> None:
        super().__init__(f"byte {byte} (counted from 0) is not UTF-8: save the file as UTF-8")


def lines(pieces: Iterable[bytes]) -> Iterator[str]:
    r"""Lines with their ends (\n, \r\n or \r) as they are, without the byte-order mark.

    A line longer than LONGEST_RECORD comes in parts. Raises EncodingError.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    # holds a \r back until it is known whether a \n follows in the next piece
    newlines = io.IncrementalNewlineDecoder(decoder, translate=False)
    rest = ""
    end = 0
    begun = False
    for piece, final in chain(((piece, False) for piece in pieces), [(b"", True)]):
        end += len(piece)
        try:
            text = newlines.decode(piece, final)
        except UnicodeDecodeError as error:
            # the bytes it looked at end where this piece does, and begin before it did
            raise EncodingError(end - len(error.object) + error.start) from error
        if text and not begun:
            text, begun = text.removeprefix(BOM), True
        text, rest = rest + text, ""
        for line in io.StringIO(text, newline=""):
            if final or line[-1] in "\r\n" or len(line) > LONGEST_RECORD:
                yield line
            else:
                rest = line
