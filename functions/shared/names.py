"""Names that an object of a JSON document has more than once (RFC 8259, section 4)."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from shared.problems import MOST_ERRORS, Fault, fault_at


class _Repeating(dict[str, Any]):
    """An object with names that are given more than once, and how often."""

    def __init__(self, members: list[tuple[str, Any]]) -> None:
        super().__init__(members)
        counts = Counter(name for name, _ in members)
        self.names = {name: count for name, count in counts.items() if count > 1}


def repeated_names(document: bytes) -> tuple[list[Fault], int]:
    """A fault for each of the first names that an object has more than once, and how many.

    Parsers take the last of their values, and the others would be lost unnoticed.
    """
    found: list[_Repeating] = []

    def object_of(members: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(members)
        if len(made) == len(members):
            return made
        found.append(_Repeating(members))
        return found[-1]

    root = json.loads(document, object_pairs_hook=object_of)
    if not found:
        return [], 0
    return list(islice(_faults(root, ("body",)), MOST_ERRORS)), sum(len(n.names) for n in found)


def _faults(value: object, loc: tuple[str | int, ...]) -> Iterator[Fault]:
    if isinstance(value, _Repeating):
        for name, count in value.names.items():
            yield fault_at((*loc, name), f"is given {count} times: give it once")
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _faults(member, (*loc, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _faults(element, (*loc, index))
