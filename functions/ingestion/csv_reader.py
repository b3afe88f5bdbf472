"""Records of a CSV (RFC 4180, and what real files make of it), lazily, with their line numbers."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from shared.datasets import DataSet

DELIMITERS = (",", ";", "\t", "|")
# Records from which the delimiter is told
PROBE = 20
LONGEST_FIELD = csv.field_size_limit()  # characters


class CsvError(Exception):
    """The file as a whole can't be read; says why, and in which line."""


@dataclass(frozen=True)
class Format:
    """How a file is written: its delimiter, and the columns of its header, if it has one."""

    delimiter: str
    header: tuple[str, ...] | None


class Record(NamedTuple):
    """A record and the line where it starts, from 1; `broken` says why it can't be split."""

    line: int
    fields: list[str]
    broken: str | None = None


def _split(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Records that are not blank."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 0
    while True:
        try:
            for fields in reader:
                if fields and (len(fields) > 1 or fields[0].strip()):
                    yield Record(line + 1, fields)
                line = reader.line_num
        except csv.Error as error:
            reason = str(error)
            if "unexpected end of data" in reason:
                raise CsvError(f"line {line + 1}: a quote is opened and never closed") from error
            if "field larger" in reason and reader.line_num > line + 1:
                raise CsvError(
                    f"line {line + 1}: a field of more than {LONGEST_FIELD} characters over "
                    "several lines; its quote may not be closed"
                ) from error
            told = (
                f"has a field of more than {LONGEST_FIELD} characters"
                if "field larger" in reason
                else "has a quote in the wrong place"
            )
            yield Record(line + 1, [], told)
            line = reader.line_num
        else:
            return


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
        probe = islice(_split(sample, delimiter), PROBE)
        found.extend(record.fields for record in probe if record.broken is None)
    return found


def _name(field: str) -> str:
    return field.strip().casefold()


def is_header(data_set: DataSet, fields: list[str]) -> bool:
    """Whether a first record names columns: the key among them, or nothing but columns."""
    known = {column.name for column in data_set.columns}
    names = [_name(field) for field in fields]
    return data_set.key in names or all(name in known for name in names)


def header_of(data_set: DataSet, fields: list[str]) -> tuple[str, ...]:
    """The columns of a header; CsvError names the unknown, repeated and missing ones."""
    names = tuple(_name(field) for field in fields)
    known = {column.name for column in data_set.columns}
    faults = [f"unknown column {name!r}" for name in names if name not in known]
    faults += [f"column {name!r} twice" for name, n in Counter(names).items() if n > 1]
    faults += [
        f"required column {column.name!r} is missing"
        for column in data_set.columns
        if column.required and column.name not in names
    ]
    if faults:
        raise CsvError(f"the header is not one of {data_set.name}: {', '.join(faults)}")
    return names


def records(data_set: DataSet, lines: Iterable[str]) -> Iterator[Record]:
    """The records of a file below its header, in the order of the data set's columns.

    `lines` end as they do in the file. A record with the wrong number of fields comes as it is.
    Raises CsvError.
    """
    rest = iter(lines)
    sample = list(islice(rest, PROBE * 5))
    found = recognise(data_set, sample)
    split = _split(chain(sample, rest), found.delimiter)
    if found.header is None:
        return split
    next(split)
    names = tuple(column.name for column in data_set.columns)
    return split if found.header == names else _reordered(split, found.header, names)


def _reordered(
    split: Iterator[Record], header: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[Record]:
    """Records with the fields of `names`, blank where the header has no such column."""
    width = len(header)
    # what is missing is read from the blank behind the last field
    places = [header.index(name) if name in header else width for name in names]
    for record in split:
        if record.broken is None and len(record.fields) != width:
            reason = f"has {len(record.fields)} fields, not {width}"
            yield Record(record.line, record.fields, reason)
        elif record.broken is None:
            fields = [*record.fields, ""]
            yield Record(record.line, [fields[place] for place in places])
        else:
            yield record
