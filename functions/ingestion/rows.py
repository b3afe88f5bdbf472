"""Checks rows of texts and makes them the tables' items, many at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from pydantic_core import SchemaValidator, ValidationError
from pydantic_core import core_schema as cs

from ingestion.cells import STORED, cell_schema, reason
from ingestion.csv_reader import wrong_number
from shared.datasets import DataSet
from shared.items import Item

Row = Sequence[str]
# The attribute of an item that is the same where all columns but the key are
CONTENT = "content"


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a cell, or with the row where `column` is None."""

    column: str | None
    value: str
    reason: str


class Checker:
    """Checks rows of a data set, cells in the order of its columns; `strict` refuses blanks."""

    def __init__(self, data_set: DataSet, *, strict: bool = False) -> None:
        self.data_set = data_set
        self.columns = data_set.columns
        self._names = [column.name for column in self.columns]
        cells = [cell_schema(c, required=c.required or strict) for c in self.columns]
        self._required = [c.required or strict for c in self.columns]
        self._cells = [SchemaValidator(cell) for cell in cells]
        # None for a row that is not valid: the others need no second look
        row = cs.with_default_schema(cs.tuple_schema(cells), default=None, on_error="default")
        self._rows = SchemaValidator(cs.list_schema(row))
        self._converted = [
            (place, STORED[column.type])
            for place, column in enumerate(self.columns)
            if column.type in STORED
        ]

    def check(self, rows: Sequence[Row]) -> tuple[list[Item], dict[int, list[RowFault]]]:
        """The items of the good rows in their order, and the faults of the others by index."""
        checked = self._rows.validate_python(rows, strict=False)
        bad = {i for i, row in enumerate(checked) if row is None} if None in checked else set()
        try:
            items = self._items([row for row in checked if row is not None] if bad else checked)
        except OverflowError:
            bad = {i for i, row in enumerate(rows) if self.faults(row)}
            items = self._items([row for i, row in enumerate(checked) if i not in bad])
        return items, {i: self.faults(rows[i]) for i in sorted(bad)}

    def _items(self, rows: list[tuple[object, ...]]) -> list[Item]:
        if not rows:
            return []
        columns: list[Sequence[object]] = list(zip(*rows, strict=True))
        for place, stored in self._converted:
            columns[place] = stored(columns[place])
        key, *names = self._names
        items: list[Item] = []
        for number, values in zip(columns[0], zip(*columns[1:], strict=True), strict=True):
            item = dict(zip(names, values, strict=True))
            if "" in values:
                item = {name: value for name, value in item.items() if value != ""}
            item[CONTENT] = blake2b(repr(item).encode(), digest_size=12).digest()
            item[key] = number
            items.append(item)
        return items

    def faults(self, row: Row) -> list[RowFault]:
        """Everything wrong with a row, nothing where it is fine."""
        if len(row) != len(self.columns):
            return [RowFault(None, "", wrong_number(len(row), len(self.columns)))]
        return list(self._cell_faults(row))

    def _cell_faults(self, row: Row) -> Iterator[RowFault]:
        checks = zip(self.columns, self._required, self._cells, row, strict=True)
        for column, required, cell, text in checks:
            if required and not text.strip():
                yield RowFault(column.name, text, "is required")
                continue
            try:
                value = cell.validate_python(text)
                if value != "" and column.type in STORED:
                    STORED[column.type]([value])
            except (ValidationError, OverflowError):
                yield RowFault(column.name, text, reason(column.type, text))
