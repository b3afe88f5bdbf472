"""Records of a CSV (RFC 4180, and what real files make of it), lazily, with their line numbers."""

import csv
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ingestion.csv_text import LONGEST_RECORD, CsvError
from ingestion.large.boundaries import ends_record

LONGEST_FIELD = csv.field_size_limit()  # characters


class Record(NamedTuple):
    """A record, the line where it starts, from 1, and its text; `broken`: why it can't be split."""

    line: int
    fields: list[str]
    raw: str
    broken: str | None = None


def split(lines: Iterable[str], delimiter: str, first_line: int = 1) -> Iterator[Record]:
    """Records that are not blank; CsvError."""
    held: list[str] = []
    reader = csv.reader(_holding(lines, held, first_line), delimiter=delimiter, strict=True)
    line = first_line
    while True:
        try:
            for fields in reader:
                if fields and (len(fields) > 1 or fields[0].strip()):
                    yield Record(line, fields, "".join(held))
                held.clear()
                line = reader.line_num + first_line
        except csv.Error as error:
            raw = "".join(held)
            yield Record(line, [], raw, _why_broken(str(error), line, raw, delimiter))
            held.clear()
            line = reader.line_num + first_line
        else:
            return


def _holding(lines: Iterable[str], held: list[str], first_line: int) -> Iterator[str]:
    """Hands lines on, and keeps those of the record being read in `held`, a bounded number."""
    start = size = 0
    for number, line in enumerate(lines, first_line):
        if not held:
            start, size = number, 0
        size += len(line)
        if size > LONGEST_RECORD:
            raise CsvError(
                f"line {start}: a record of more than {LONGEST_RECORD} characters; "
                "a quote may not be closed"
            )
        held.append(line)
        yield line


def wrong_number(found: int, expected: int) -> str:
    """Why a record of too many or too few fields is rejected."""
    return f"has {found} {'field' if found == 1 else 'fields'}, not {expected}"


def _why_broken(error: str, line: int, raw: str, delimiter: str) -> str:
    """Why a record is rejected; CsvError where it goes on behind its lines that were read."""
    if "unexpected end of data" in error:
        raise CsvError(f"line {line}: the record that begins here has a quote that is never closed")
    if "field larger" not in error:
        return "has a quote in the wrong place"
    # the rest of a field that goes on in the next line would be read as records
    if not ends_record(raw, delimiter):
        raise CsvError(
            f"line {line}: a quoted field of more than {LONGEST_FIELD} characters; "
            "its quote may not be closed"
        )
    return f"has a field of more than {LONGEST_FIELD} characters"
