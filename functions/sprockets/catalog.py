"""Rules of the sprockets."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shared import cursor as cursors
from shared.dynamo import ConditionFailedError, Item
from shared.factory_keys import factory_table
from shared.problems import Conflict, NotFound, PreconditionFailed
from sprockets.store import SPROCKETS, page, reserve, sprocket_key

if TYPE_CHECKING:
    from sprockets.models import SprocketIn

Shown = dict[str, Any]
SIZES = ("pitch_diameter", "outside_diameter", "pitch")
MISSING = "no such sprocket"
STALE = "it has changed since: read it again"
# of an item that is there and on which no deletion has begun
LIVE = "attribute_exists(pk) AND attribute_not_exists(deleting)"


def number_of(text: str, missing: str) -> int:
    """An id in a path; NotFound for what can be none."""
    if not (text.isascii() and text.isdigit()) or len(text) > 15 or text.startswith("0"):
        raise NotFound(missing)
    return int(text)


def _fields(sprocket: "SprocketIn") -> Item:
    """As stored: sizes as the JSON text they came as, since DynamoDB's numbers would round."""
    sizes = {name: json.dumps(getattr(sprocket, name)) for name in SIZES}
    return {"teeth": sprocket.teeth, **sizes}


def item_of(number: int, sprocket: "SprocketIn") -> Item:
    """A new sprocket's item."""
    return {**sprocket_key(number), "id": number, "version": 1, **_fields(sprocket)}


def shown(item: Item) -> Shown:
    sizes = {name: json.loads(item[name]) for name in SIZES}
    return {"id": item["id"], "teeth": item["teeth"], **sizes}


def listed(limit: int, cursor: str | None) -> Shown:
    """A page in order of id."""
    items, last = page(SPROCKETS, limit, cursors.decode("/sprockets", cursor))
    following = None if last is None else cursors.encode("/sprockets", last)
    return {"items": [shown(item) for item in items], "next": following}


def one(sprocket_id: str) -> Item:
    number = number_of(sprocket_id, MISSING)
    item = factory_table().get(sprocket_key(number), consistent=True)
    if item is None:
        raise NotFound(MISSING)
    return item


def create(sprocket: "SprocketIn") -> Item:
    item = item_of(reserve("sprocket"), sprocket)
    # where it is there already, an attempt got through whose answer was lost: the id is ours alone
    with suppress(ConditionFailedError):
        factory_table().put(item, condition="attribute_not_exists(pk)")
    return item


def condition(expected: list[int] | None) -> dict[str, Any]:
    """The condition of a write to a live item of one of the expected versions."""
    if expected is None:
        return {"condition": LIVE}
    names = [f":e{i}" for i in range(len(expected))] or [":none"]
    return {
        "condition": f"{LIVE} AND version IN ({', '.join(names)})",
        "values": dict(zip(names, expected or [0], strict=True)),
    }


def refusal(item: Item | None, missing: str) -> NotFound | PreconditionFailed:
    """Why a condition did not hold, from the item that was there."""
    if item is None or "deleting" in item:
        return NotFound(missing)
    return PreconditionFailed(STALE)


def replace(sprocket_id: str, sprocket: "SprocketIn", expected: list[int] | None) -> Item:
    """The new state; NotFound, PreconditionFailed."""
    number = number_of(sprocket_id, MISSING)
    fields = _fields(sprocket)
    when = condition(expected)
    values = {f":{name}": value for name, value in fields.items()} | when.get("values", {})
    assignments = ", ".join(f"{name} = :{name}" for name in fields)
    try:
        return factory_table().update(
            sprocket_key(number),
            f"SET {assignments} ADD version :one",
            condition=when["condition"],
            values={**values, ":one": 1},
        )
    except ConditionFailedError as error:
        raise refusal(error.item, MISSING) from error


def delete(sprocket_id: str, expected: list[int] | None) -> None:
    """NotFound, PreconditionFailed, or Conflict while production refers to it.

    Marked first: from then on no point can refer to it, so what refers to it can be looked up.
    """
    number = number_of(sprocket_id, MISSING)
    key = sprocket_key(number)
    when = condition(expected)
    # a mark that an interrupted deletion left is taken over
    when["condition"] = when["condition"].replace(" AND attribute_not_exists(deleting)", "")
    values = {":true": True, **when.get("values", {})}
    try:
        factory_table().update(
            key, "SET deleting = :true", condition=when["condition"], values=values
        )
    except ConditionFailedError as error:
        raise refusal(error.item, MISSING) from error
    uses = factory_table().query("pk = :pk", {":pk": f"USES#{number}"}, limit=1, consistent=True)
    if uses.items:
        factory_table().update(key, "REMOVE deleting", condition="attribute_exists(pk)")
        raise Conflict("production refers to this sprocket")
    factory_table().delete(key)
