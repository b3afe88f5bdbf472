"""The rows of the data sets."""

from collections.abc import Iterable
from functools import cache

from shared.datasets import DataSet
from shared.dynamo import Item, Key, Page, Table, table


@cache
def _rows(data_set: DataSet) -> Table:
    return table(data_set.setting, data_set.key)


def put(data_set: DataSet, items: Iterable[Item]) -> None:
    """Write rows; one that is there already is replaced, of equal keys the last stays."""
    _rows(data_set).put_many(items)


def get(data_set: DataSet, number: int) -> Item | None:
    return _rows(data_set).get({data_set.key: number}, consistent=True)


def page(data_set: DataSet, limit: int, after: Key | None = None) -> Page:
    """Some rows, in no order."""
    return _rows(data_set).scan(limit=limit, after=after)
