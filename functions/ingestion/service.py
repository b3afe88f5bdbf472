"""What clients read of the tables and their rows."""

from typing import Any

from ingestion import store
from shared import cursor as cursors
from shared.csv_out import csv_text
from shared.datasets import DATA_SETS, DataSet, Type
from shared.items import Item
from shared.params import integer
from shared.problems import NotFound


def data_set_of(name: str) -> DataSet:
    """The data set of a name in a path; NotFound."""
    data_set = DATA_SETS.get(name)
    if data_set is None:
        raise NotFound(f"no such table; there are {', '.join(DATA_SETS)}")
    return data_set


def columns(data_set: DataSet) -> list[dict[str, Any]]:
    return [
        {"name": column.name, "type": column.type.value, "required": column.required}
        for column in data_set.columns
    ]


def tables() -> dict[str, Any]:
    """All data sets with their columns and live counts."""
    counts = store.row_counts()
    return {
        "tables": [
            {"name": each.name, "columns": columns(each), "rows": max(0, counts[each.name])}
            for each in DATA_SETS.values()
        ]
    }


def sample(data_set: DataSet, limit: int) -> dict[str, Any]:
    rows, _ = store.page(data_set, limit)
    found = [as_dict(data_set, row) for row in rows]
    return {"table": data_set.name, "columns": columns(data_set), "sample": found}


def row_page(data_set: DataSet, limit: int, cursor: str | None) -> dict[str, Any]:
    listing = f"/tables/{data_set.name}/rows"
    place = cursors.decode(listing, cursor, key=int)
    rows, last = store.page(data_set, limit, place["key"] if place else None)
    return {
        "items": [as_dict(data_set, row) for row in rows],
        "next": cursors.encode(listing, None if last is None else {"key": last}),
    }


def rows_as_csv(data_set: DataSet, rows: list[dict[str, Any]]) -> str:
    """Rows as they are in a page, in the form in which a load takes them."""
    lists = [column.name for column in data_set.columns if column.type is Type.INTS]
    texts = [row | {name: ";".join(map(str, row[name] or ())) for name in lists} for row in rows]
    return csv_text([column.name for column in data_set.columns], texts)


def one_row(data_set: DataSet, key: str) -> dict[str, Any]:
    """The row of a key in a path; NotFound also for what is no key."""
    number = integer(key)
    item = None if number is None else store.get(data_set, number)
    if item is None:
        raise NotFound(f"{data_set.name} has no such row")
    return as_dict(data_set, item)


def as_dict(data_set: DataSet, item: Item) -> dict[str, Any]:
    """A row as JSON has it: every column, None where it was left blank."""
    return {column.name: item.get(column.name) for column in data_set.columns}
