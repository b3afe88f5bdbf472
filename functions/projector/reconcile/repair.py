"""Adds what the views lack, and gathers hires that are spread over shards."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from projector.deltas import Deltas
from projector.reconcile.compare import Difference, differences
from projector.reconcile.figures import ACTIVE, Line
from projector.store import runs
from projector.store.repair import add_missing, correct_lists, gather
from shared.items import Item
from shared.views import HireCell, ViewKey


class InterruptedRepairError(RuntimeError):
    """A call that added to the views has ended early, so nobody knows how much it added."""

    def __init__(self) -> None:
        super().__init__("a repair was interrupted: run it again, it compares everything anew")


def repair(part: dict[str, Any]) -> bool:
    """Adds each difference once; InterruptedRepairError in place of a second time."""
    if not runs.put_once(f"{part['to']}/begun", b""):
        if runs.found(f"{part['to']}/done"):
            return True
        raise InterruptedRepairError
    add(list(differences(part["from"])))
    runs.put_once(f"{part['to']}/done", b"")
    return True


def add(found: Iterable[Difference]) -> None:
    missing = {(each.kind, each.name): each.expected - each.stored for each in found}
    listed = {name: by for (kind, name), by in missing.items() if kind == "listed"}
    stale = [name for kind, name in missing if kind == "stale"]
    add_missing(_deltas(missing), missing.get(ACTIVE, 0), stale)
    correct_lists(
        [item for item, by in listed.items() if by > 0],
        [item for item, by in listed.items() if by < 0],
    )


def _deltas(missing: dict[tuple[str, Any], int]) -> Deltas:
    deltas = Deltas()
    kinds: dict[str, Counter[Any]] = dict(deltas.kinds())
    for (kind, name), by in missing.items():
        if kind in kinds:
            kinds[kind][_typed(kind, name)] = by
    return deltas


def _typed(kind: str, name: Any) -> Any:
    """A name with the types that JSON does not keep."""
    if kind == "hires":
        return name[0], HireCell(*name[1])
    if kind == "production":
        return ViewKey(*name[0]), name[1]
    return name


class Gathered:
    """A scan of the views that moves hires of busy times into the first shard."""

    def __init__(self) -> None:
        self._moved = 0

    def add(self, _table: str, item: Item) -> None:
        self._moved += gather(item)

    def size(self) -> int:
        return 0

    def lines(self) -> Iterator[Line]:
        yield "moved", "hires", self._moved
