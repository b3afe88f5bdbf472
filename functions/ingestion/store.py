"""The rows of the data sets."""

from collections.abc import Collection, Iterable
from functools import cache

from shared import views_table
from shared.datasets import DATA_SETS, DataSet
from shared.dynamo import Item, Table, table
from shared.parallel import together
from shared.settings import setting

BY_CONTENT = "by-content"
PAGE = 25  # keys of one content that are read at once


@cache
def _rows(data_set: DataSet) -> Table:
    return table(data_set.setting, data_set.key)


def row_counts() -> dict[str, int]:
    """How many rows each data set has, by its name."""
    return views_table.row_counts(*DATA_SETS)


def is_indexed() -> bool:
    """Whether the tables have the index of contents, which takes a write unit for each row."""
    return setting("CONTENT_INDEX") == "true"


def put(data_set: DataSet, items: Iterable[Item]) -> None:
    """Write rows, which replace those of the same keys; if a key occurs twice, the last wins."""
    if not is_indexed():
        items = ({name: item[name] for name in item if name != "content"} for item in items)
    _rows(data_set).put_many(items)


def holders(
    data_set: DataSet, contents: list[bytes], replaceable: Collection[int]
) -> dict[bytes, set[int]]:
    """The keys of rows that have one of the contents, by content; those of no row are left out.

    All keys that are `replaceable`, and the first one that is not. The index that is asked is a
    moment behind the table. Without the index, nothing is found.
    """
    if not is_indexed():
        return {}
    rows = _rows(data_set)

    def holding(content: bytes) -> set[int]:
        found: set[int] = set()
        values = {":content": content}
        for row in rows.query_all("content = :content", values, limit=PAGE, index=BY_CONTENT):
            found.add(row[data_set.key])
            if row[data_set.key] not in replaceable:
                break
        return found

    found = zip(contents, together(holding, contents), strict=True)
    return {content: keys for content, keys in found if keys}


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
