"""Rows of a JSON document as the texts of a CSV, so that one set of rules checks both."""

import json
from typing import Any

from ingestion.cells import REASONS
from shared.datasets import Column, DataSet, Type
from shared.problems import Fault, fault_at


class Digits(str):
    """A number as the document has it."""

    __slots__ = ()


def keep_digits(data_set: DataSet, rows: list[dict[str, Any]], document: bytes) -> None:
    """Put numbers into rows as they were sent, where parsing them may have changed them."""
    names = [column.name for column in data_set.columns if column.type is Type.NUMBER]
    if not names:
        return
    sent = json.loads(document, parse_float=Digits, parse_int=Digits)["rows"]
    for row, digits in zip(rows, sent, strict=True):
        row.update({name: digits[name] for name in names if isinstance(row.get(name), float)})


def texts_of(data_set: DataSet, rows: list[dict[str, Any]]) -> tuple[list[list[str]], list[Fault]]:
    """The cells of each row in the columns' order, and what is no value of its column's type."""
    known = {column.name for column in data_set.columns}
    texts: list[list[str]] = []
    faults: list[Fault] = []
    for i, row in enumerate(rows):
        unknown = [name for name in row if name not in known]
        faults.extend(_fault(i, name, "is no column of this table") for name in unknown)
        cells = [_text(column, row.get(column.name)) for column in data_set.columns]
        checked = zip(data_set.columns, cells, strict=True)
        faults.extend(_fault(i, c.name, REASONS[c.type]) for c, cell in checked if cell is None)
        texts.append([cell or "" for cell in cells])
    return texts, faults


def _text(column: Column, value: Any) -> str | None:
    """A JSON value as a cell's text, "" for none; None where it is of another type."""
    if value is None:
        return ""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if column.type is Type.INTS and isinstance(value, list):
        parts = [_text(Column(column.name, Type.INT), each) for each in value]
        return None if None in parts or "" in parts else ";".join(map(str, parts))
    if column.type is Type.INT:
        return str(value) if number and isinstance(value, int) else None
    if column.type is Type.NUMBER:
        return str(value) if number or isinstance(value, Digits) else None
    return value if isinstance(value, str) else None


def _fault(index: int, column: str, message: str) -> Fault:
    return fault_at(("body", "rows", index, column), message)
