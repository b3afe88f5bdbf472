"""Rows of the same content: those whose columns other than the key equal another's."""

from ingestion import store
from ingestion.rows import CONTENT
from shared.datasets import DataSet
from shared.dynamo import Item


def first_of_each(items: list[Item]) -> list[Item]:
    """The first item of each content, in their order."""
    found: dict[bytes, Item] = {}
    for item in items:
        found.setdefault(item[CONTENT], item)
    return list(found.values())


def not_stored(data_set: DataSet, items: list[Item]) -> list[Item]:
    """Those of whose content the table has no row."""
    stored = store.contents(data_set, [item[CONTENT] for item in items])
    return [item for item in items if item[CONTENT] not in stored]
