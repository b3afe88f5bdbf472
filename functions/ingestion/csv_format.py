"""How a CSV is written: its delimiter, its header, and the order of its columns."""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice

from ingestion.csv_reader import Record, split, wrong_number
from ingestion.csv_text import CsvError
from shared.datasets import DataSet

DELIMITERS = (",", ";", "\t", "|")
# Records from which the delimiter is found
PROBE = 20
_KEY = re.compile(r"\s*[+-]?[0-9]+\s*")


@dataclass(frozen=True)
class Format:
    """How a file is written: its delimiter, and the columns of its header, if it has one."""

    delimiter: str
    header: tuple[str, ...] | None


@dataclass(frozen=True)
class Beginning:
    """The format of a file, what is above its rows, and those lines of its rows that were read."""

    format: Format
    above: str  # blank lines and the header
    lines: list[str]

    @property
    def line(self) -> int:
        """The line where the rows begin, from 1."""
        return 1 + len(_lines(self.above))


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def begin(data_set: DataSet, lines: Iterator[str]) -> Beginning:
    """Read as many lines as it takes to know the format; CsvError for a header that can't be."""
    above = []
    sample: list[str] = []
    for line in lines:
        if line.strip():
            sample = [line, *islice(lines, PROBE * 5 - 1)]
            break
        above.append(line)
    found = recognise(data_set, sample)
    rows = 0
    if found.header is not None:
        header = next(split(sample, found.delimiter))
        rows = header.line - 1 + len(_lines(header.raw))
    return Beginning(found, "".join([*above, *sample[:rows]]), sample[rows:])


def recognise(data_set: DataSet, sample: list[str]) -> Format:
    """The format of a file that begins with these lines; CsvError for a header that can't be."""
    probes = {delimiter: _probe(sample, delimiter) for delimiter in DELIMITERS}
    first = {delimiter: records[0] for delimiter, records in probes.items() if records}
    headers = [each for each, fields in first.items() if is_header(data_set, fields)]
    if headers:
        best = max(headers, key=lambda delimiter: _known(data_set, first[delimiter]))
        return Format(best, header_of(data_set, first[best], "the header"))
    best = max(DELIMITERS, key=lambda delimiter: _fit(data_set, probes[delimiter]))
    if first.get(best) and not _has_key(first[best]) and any(map(_has_key, probes[best])):
        what = f"the first record, a header because it has no valid {data_set.key!r},"
        header_of(data_set, first[best], what)
    return Format(best, None)


def _probe(sample: list[str], delimiter: str) -> list[list[str]]:
    found: list[list[str]] = []
    # the sample may end within a quoted field; what is really broken is found when it is read
    with suppress(CsvError):
        found.extend(record.fields for record in islice(split(sample, delimiter), PROBE))
    return found


def _has_key(fields: list[str]) -> bool:
    return bool(fields) and _KEY.fullmatch(fields[0]) is not None


def _fit(data_set: DataSet, records: list[list[str]]) -> tuple[int, int, int]:
    """How well records fit a data set: those with a key count more than those as wide as it is."""
    width = len(data_set.columns)
    keyed = [fields for fields in records if _has_key(fields)]
    return (
        sum(len(fields) == width for fields in keyed),
        sum(len(fields) > 1 for fields in keyed),
        sum(len(fields) == width for fields in records),
    )


def _known(data_set: DataSet, fields: list[str]) -> int:
    """How many more known than unknown columns a header has."""
    known = {column.name for column in data_set.columns}
    return sum(1 if _name(field) in known else -1 for field in fields)


def _name(field: str) -> str:
    return field.strip().casefold()


def is_header(data_set: DataSet, fields: list[str]) -> bool:
    """Whether a first record names columns: the key, or more columns than it has other fields.

    One that begins with a number is a row, of a department called "ID" for instance.
    """
    if not fields or _has_key(fields):
        return False
    return data_set.key in map(_name, fields) or _known(data_set, fields) > 0


def header_of(data_set: DataSet, fields: list[str], what: str) -> tuple[str, ...]:
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
        raise CsvError(f"{what} is not one of {data_set.name}: {', '.join(faults[:20])}")
    return names


def records(data_set: DataSet, lines: Iterable[str]) -> Iterator[Record]:
    """The records of a file below its header, in the order of the data set's columns.

    `lines` end as they do in the file. A record with the wrong number of fields comes as it is.
    Raises CsvError.
    """
    rest = iter(lines)
    begun = begin(data_set, rest)
    whole = split(chain(begun.lines, rest), begun.format.delimiter, begun.line)
    return in_order(data_set, begun.format, whole)


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
            yield record._replace(broken=wrong_number(len(record.fields), width))
        else:
            fields = [*record.fields, ""]
            yield Record(record.line, [fields[place] for place in places], record.raw)
