"""The names that reports show in numbers: set and removed where the counters only add."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from projector.deltas import Deltas
from shared.dynamo import Operation
from shared.views import ViewKey, names_key, names_slot
from shared.views_table import views_table

# Of each item the names to set, None for those to remove
Names = dict[ViewKey, dict[str, str | None]]


def names(deltas: Deltas) -> Names:
    """The names that change."""
    found: Names = defaultdict(dict)
    for (table, number, name), by in deltas.names.items():
        key, slot = names_key(table, number), names_slot(number)
        if by > 0:
            found[key][slot] = name
        elif by < 0:
            found[key].setdefault(slot, None)
    return found


def renamings(changed: Names) -> list[Operation]:
    return [_renaming(key, slots) for key, slots in changed.items()]


def corrections(missing: Deltas) -> Iterator[Operation]:
    """As `renamings`, each name on the condition that it is still the wrong one that was found."""
    wrong = {
        (names_key(table, number), names_slot(number)): name
        for (table, number, name), by in missing.names.items()
        if by < 0
    }
    for key, slots in names(missing).items():
        for slot, name in slots.items():
            if (key, slot) in wrong:
                seen = {":seen": wrong[key, slot]}
                yield _renaming(key, {slot: name}, "#0 = :seen", seen)
            else:
                yield _renaming(key, {slot: name}, "attribute_not_exists(#0)")


def _renaming(
    key: ViewKey,
    slots: Mapping[str, str | None],
    condition: str | None = None,
    seen: Mapping[str, Any] | None = None,
) -> Operation:
    """An update that sets and removes names of an item."""
    kept = [(n, name) for n, name in enumerate(slots.values()) if name is not None]
    removed = [f"#{n}" for n, name in enumerate(slots.values()) if name is None]
    expression = "SET " + ",".join(f"#{n} = :{n}" for n, _ in kept) if kept else ""
    if removed:
        expression += " REMOVE " + ",".join(removed)
    return views_table().update_operation(
        key._asdict(),
        expression,
        condition,
        names={f"#{n}": slot for n, slot in enumerate(slots)},
        values={f":{n}": name for n, name in kept} | dict(seen or {}),
    )
