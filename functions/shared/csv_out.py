"""CSV for people with spreadsheets (RFC 4180): every field quoted, nothing run as a formula."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

CSV = "text/csv"
# What a spreadsheet may take for a formula (OWASP, "CSV Injection"), and what is only a number
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")


class _Echo:
    """A file for csv.writer, whose `writerow` then returns the line."""

    def write(self, line: str) -> str:
        return line


# all fields quoted: where `;` separates, `y;=1+1` would else be two cells
_writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")


def safe(value: Any) -> Any:
    """The value as a cell that no spreadsheet runs as a formula; numbers stay as they are."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def csv_line(cells: Iterable[Any]) -> str:
    """One record with its line end; None becomes an empty field."""
    line: str = _writer.writerow(map(safe, cells))
    return line


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A header and a line per row."""
    records = ([row[column] for column in columns] for row in rows)
    return "".join([csv_line(columns), *map(csv_line, records)])
