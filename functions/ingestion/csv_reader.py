"""Records of a CSV (RFC 4180, and what real files make of it), lazily, with their line numbers."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from ingestion.csv_text import LONGEST_RECORD, CsvError
from shared.datasets import DataSet

DELIMITERS = (",", ";", "\t", "|")
# Records from which the delimiter is told
PROBE = 20
LONGEST_FIELD = csv.field_size_limit()  # characters


@dataclass(frozen=True)
class Format:
    """How a file is written: its delimiter, and the columns of its header, if it has one."""

    delimiter: str
    header: tuple[str, ...] | None


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
            yield Record(line, [], raw, _told(str(error), line, raw))
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


def _told(error: str, line: int, raw: str) -> str:
    """Why a record is refused; CsvError where what follows it can't be told apart from it."""
    if "unexpected end of data" in error:
        raise CsvError(f"line {line}: the record that begins here has a quote that is never closed")
    if "field larger" not in error:
        return "has a quote in the wrong place"
    # the rest of a field that goes on in the next line would be read as records
    if raw.count('"') % 2:
        raise CsvError(
            f"line {line}: a quoted field of more than {LONGEST_FIELD} characters; "
            "its quote may not be closed"
        )
    return f"has a field of more than {LONGEST_FIELD} characters"


def recognise(data_set: DataSet, sample: list[str]) -> Format:
    """The format of a file that begins with these lines; CsvError for a header that can't be."""
    probes = {delimiter: _probe(sample, delimiter) for delimiter in DELIMITERS}
    for delimiter, records in probes.items():
        if records and is_header(data_set, records[0]):
            return Format(delimiter, header_of(data_set, records[0]))
    width = len(data_set.columns)

    def fitting(delimiter: str) -> int:
        return Counter(len(fields) for fields in probes[delimiter])[width]

    return Format(max(DELIMITERS, key=fitting), None)


def _probe(sample: list[str], delimiter: str) -> list[list[str]]:
    found: list[list[str]] = []
    # the sample may end within a quoted field; what is really broken shows when it is read
    with suppress(CsvError):
        found.extend(record.fields for record in islice(split(sample, delimiter), PROBE))
    return found


def _name(field: str) -> str:
    return field.strip().casefold()


def is_header(data_set: DataSet, fields: list[str]) -> bool:
    """Whether a first record names columns: the key, or more columns than it has other fields.

    One that begins with a number is a row, of a department called "ID" for instance.
    """
    known = {column.name for column in data_set.columns}
    names = [_name(field) for field in fields]
    if not names or re.fullmatch(r"[+-]?\d+", names[0]):
        return False
    return data_set.key in names or 2 * sum(name in known for name in names) > len(names)


def header_of(data_set: DataSet, fields: list[str]) -> tuple[str, ...]:
    """The columns of a header; CsvError names the unknown, repeated and missing ones."""
    names = tuple(_name(field) for field in fields)
    known = {column.name for column in data_set.columns}
    faults = [f"unknown column {name[:100]!r}" for name in names if name not in known]
    faults += [f"column {name[:100]!r} twice" for name, n in Counter(names).items() if n > 1]
    faults += [
        f"required column {column.name!r} is missing"
        for column in data_set.columns
        if column.required and column.name not in names
    ]
    if faults:
        raise CsvError(f"the header is not one of {data_set.name}: {', '.join(faults[:20])}")
    return names


def records(data_set: DataSet, lines: Iterable[str]) -> Iterator[Record]:
    """The records of a file below its header, in the order of the data set's columns.

    `lines` end as they do in the file. A record with the wrong number of fields comes as it is.
    Raises CsvError.
    """
    rest = iter(lines)
    sample = list(islice(rest, PROBE * 5))
    found = recognise(data_set, sample)
    whole = split(chain(sample, rest), found.delimiter)
    if found.header is not None:
        next(whole)
    return in_order(data_set, found, whole)


def above_rows(found: Format, sample: list[str]) -> str:
    """What a file that begins with these lines has above its rows: its header, and blanks there."""
    if found.header is None:
        return ""
    header = next(split(sample, found.delimiter))
    lines = len(list(io.StringIO(header.raw, newline="")))
    return "".join(sample[: header.line - 1 + lines])


def in_order(data_set: DataSet, found: Format, whole: Iterator[Record]) -> Iterator[Record]:
    """Records as the header has them, in the order of the data set's columns."""
    names = tuple(column.name for column in data_set.columns)
    if found.header is None or found.header == names:
        return whole
    return _reordered(whole, found.header, names)


def _reordered(
    split: Iterator[Record], header: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[Record]:
    """Records with the fields of `names`, blank where the header has no such column."""
    width = len(header)
    # what is missing is read from the blank behind the last field
    places = [header.index(name) if name in header else width for name in names]
    for record in split:
        if record.broken is not None:
            yield record
        elif len(record.fields) != width:
            yield record._replace(broken=f"has {len(record.fields)} fields, not {width}")
        else:
            fields = [*record.fields, ""]
            yield Record(record.line, [fields[place] for place in places], record.raw)
