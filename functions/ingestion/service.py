"""What is told of the tables and their rows."""

from typing import Any

from ingestion import store
from shared import cursor as cursors
from shared.datasets import DATA_SETS, DataSet
from shared.dynamo import Item
from shared.problems import NotFound
from shared.views import row_counts


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
    counts = row_counts(*DATA_SETS)
    return {
        "tables": [
            {"name": each.name, "columns": columns(each), "rows": max(0, counts[each.name])}
            for each in DATA_SETS.values()
        ]
    }


def sample(data_set: DataSet, limit: int) -> dict[str, Any]:
    page = store.page(data_set, limit)
    rows = [shown(data_set, item) for item in page.items]
    return {"table": data_set.name, "columns": columns(data_set), "sample": rows}


def row_page(data_set: DataSet, limit: int, cursor: str | None) -> dict[str, Any]:
    listing = f"/tables/{data_set.name}/rows"
    page = store.page(data_set, limit, cursors.decode(listing, cursor))
    return {
        "items": [shown(data_set, item) for item in page.items],
        "next": None if page.last_key is None else cursors.encode(listing, page.last_key),
    }


def one_row(data_set: DataSet, key: str) -> dict[str, Any]:
    """The row of a key in a path; NotFound also for what is no key."""
    digits = key.removeprefix("-")
    plain = digits.isascii() and digits.isdigit() and len(digits) < 20
    item = store.get(data_set, int(key)) if plain else None
    if item is None:
        raise NotFound(f"{data_set.name} has no such row")
    return shown(data_set, item)


def shown(data_set: DataSet, item: Item) -> dict[str, Any]:
    """A row as it is answered: every column, None where it was left blank."""
    return {column.name: item.get(column.name) for column in data_set.columns}
