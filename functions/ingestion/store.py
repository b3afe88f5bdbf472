"""The rows of the data sets."""

from collections.abc import Iterable
from functools import cache

from shared.datasets import DataSet
from shared.dynamo import Item, Table, table, together

BY_CONTENT = "by-content"


@cache
def _rows(data_set: DataSet) -> Table:
    return table(data_set.setting, data_set.key)


def put(data_set: DataSet, items: Iterable[Item]) -> None:
    """Write rows; one that is there already is replaced, of equal keys the last stays."""
    _rows(data_set).put_many(items)


def contents(data_set: DataSet, wanted: list[bytes]) -> set[bytes]:
    """Those of the contents that a stored row has."""
    rows = _rows(data_set)

    def is_stored(content: bytes) -> bool:
        # a page of an index is not cut short before its first item
        return bool(
            rows.query("content = :content", {":content": content}, limit=1, index=BY_CONTENT).items
        )

    return {
        content
        for content, is_there in zip(wanted, together(is_stored, wanted), strict=True)
        if is_there
    }


def get(data_set: DataSet, number: int) -> Item | None:
    return _rows(data_set).get({data_set.key: number}, consistent=True)


def page(data_set: DataSet, limit: int, after: int | None = None) -> tuple[list[Item], int | None]:
    """Some rows, in no order, and the key of the last of them where more may follow."""
    start = None if after is None else {data_set.key: after}
    found = _rows(data_set).scan(limit=limit + 1, after=start)
    if len(found.items) > limit:
        return found.items[:limit], found.items[limit - 1][data_set.key]
    last = found.last_key
    return found.items, last[data_set.key] if last else None
