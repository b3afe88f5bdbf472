"""Seed documents: loaded once by their content, whatever the order of their keys."""

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.dynamo import ConditionFailedError, Item
from shared.factory_keys import factory_table
from sprockets.catalog import item_of
from sprockets.factories import write_new
from sprockets.store import reserve

if TYPE_CHECKING:
    from sprockets.models import FactoryImport, SprocketImport


def sprockets(document: "SprocketImport") -> int | None:
    """How many were created, None when the document was loaded already."""

    def write(first: int) -> None:
        each = enumerate(document.sprockets, first)
        factory_table().put_many(item_of(number, sprocket) for number, sprocket in each)

    return _once("sprocket", document.model_dump(), len(document.sprockets), write)


def factories(document: "FactoryImport") -> int | None:
    """How many were created, None when the document was loaded already."""

    def write(first: int) -> None:
        for number, each in enumerate(document.factories, first):
            write_new(number, each.factory)

    return _once("factory", document.model_dump(), len(document.factories), write)


def _once(
    kind: str, document: dict[str, Any], count: int, write: Callable[[int], None]
) -> int | None:
    """Writes under ids that are reserved once, so that a call after a crash completes the first."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    marker: Item = {"pk": "IMPORT", "sk": f"{kind}#{digest}"}
    known = factory_table().get(marker, consistent=True)
    if known is None:
        known = _claim({**marker, "first": reserve(kind, max(1, count)), "count": count})
    if known.get("finished"):
        return None
    write(known["first"])
    factory_table().update(marker, "SET finished = :true", values={":true": True})
    return count


def _claim(claim: Item) -> Item:
    """The ids of the document: those claimed now, or by another request at the same time."""
    try:
        factory_table().put(claim, condition="attribute_not_exists(pk)")
    except ConditionFailedError as error:
        return error.item or claim
    return claim
