"""Rows of the same content: those whose columns other than the key equal another's."""

from collections import defaultdict

from ingestion import store
from ingestion.rows import CONTENT
from shared.datasets import DataSet
from shared.items import Item

Stored = dict[bytes, set[int]]  # content -> keys of rows that have it


def first_of_each(items: list[Item]) -> list[Item]:
    """The first item of each content, in their order."""
    found: dict[bytes, Item] = {}
    for item in items:
        found.setdefault(item[CONTENT], item)
    return list(found.values())


def stored_rows(data_set: DataSet, items: list[Item]) -> Stored:
    """The stored rows that have the items' contents.

    Of each content those whose keys the items have too, which may be replaced, and one other row
    at most, which stays.
    """
    keys = {item[data_set.key] for item in items}
    return store.holders(data_set, list({item[CONTENT] for item in items}), keys)


def not_stored(data_set: DataSet, items: list[Item]) -> list[Item]:
    """Those of whose content the table has no row."""
    stored = store.holders(data_set, [item[CONTENT] for item in items], ())
    return [item for item in items if item[CONTENT] not in stored]


def places_to_write(items: list[Item], key: str, stored: Stored) -> list[int]:
    """The places of the items to write: of each content that no row would have, the first.

    A row that is replaced by another of the items, stored or not, does not count: then a further
    item of its content is written. So no content is lost but by items that share a key.
    """
    others: dict[bytes, list[int]] = defaultdict(list)  # items of a content, the first at the end
    for i in reversed(range(len(items))):
        others[items[i][CONTENT]].append(i)
    holders = {content: set(stored.get(content, ())) for content in others}
    # what each row will be: the item that is written last, or -1 for the row stored now
    final = {number: (-1, content) for content in holders for number in holders[content]}
    chosen: set[int] = set()
    missing = [content for content in others if not holders[content]]
    while missing:
        content = missing.pop()
        while others[content] and not holders[content]:
            i = others[content].pop()
            chosen.add(i)
            number = items[i][key]
            last, replaced = final.get(number, (-1, content))
            if last > i:
                continue  # a later item of the same key is written over it
            final[number] = (i, content)
            if replaced != content:
                holders[replaced].discard(number)
                missing += [] if holders[replaced] else [replaced]
            holders[content].add(number)
    return sorted(chosen)
