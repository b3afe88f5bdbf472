"""Rules of the sprockets."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.dynamo import ConditionFailedError, Item, TransactionFailedError, transact
from shared.factory_keys import factory_table
from shared.params import integer
from shared.problems import Conflict, NotFound, PreconditionFailed
from sprockets.generations import clear_abandoned
from sprockets.store import SAME, SPROCKETS, THERE, page, reserve, sprocket_key

if TYPE_CHECKING:
    from sprockets.models import SprocketIn

Shown = dict[str, Any]
SIZES = ("pitch_diameter", "outside_diameter", "pitch")
MISSING = "no such sprocket"
STALE = "it has changed since: read it again"
# How often a deletion is begun anew because others write to the same sprocket
ROUNDS = 10


def number_of(text: str, missing: str) -> int:
    """An id in a path; NotFound for what can be none."""
    number = integer(text)
    # an id has one spelling, and at most the digits that keys have
    if number is None or str(number) != text or not 0 < number < 10**15:
        raise NotFound(missing)
    return number


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
    items, following = page(SPROCKETS, limit, "/sprockets", cursor)
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
    """The condition of a write to a sprocket that is there, of one of the expected versions."""
    if expected is None:
        return {"condition": THERE}
    names = [f":e{i}" for i in range(len(expected))] or [":none"]
    return {
        "condition": f"{THERE} AND version IN ({', '.join(names)})",
        "values": dict(zip(names, expected or [0], strict=True)),
    }


def replace(sprocket_id: str, sprocket: "SprocketIn", expected: list[int] | None) -> Item:
    """The new state; NotFound, PreconditionFailed."""
    number = number_of(sprocket_id, MISSING)
    fields = _fields(sprocket)
    when = condition(expected)
    values = {f":{name}": value for name, value in fields.items()} | when.get("values", {})
    assignments = "".join(f", {name} = :{name}" for name in fields)
    writer = uuid4().hex
    try:
        return factory_table().update(
            sprocket_key(number),
            f"SET writer = :writer{assignments} ADD version :one",
            condition=when["condition"],
            values={**values, ":one": 1, ":writer": writer},
        )
    except ConditionFailedError as error:
        if error.item is None:
            raise NotFound(MISSING) from error
        if error.item.get("writer") == writer:
            return error.item  # written by an attempt whose answer was lost
        raise PreconditionFailed(STALE) from error


def delete(sprocket_id: str, expected: list[int] | None) -> None:
    """NotFound, PreconditionFailed, or Conflict while production refers to it."""
    clear_abandoned()  # points that nobody sees refer to it until they are cleared
    for _ in range(ROUNDS):
        item = one(sprocket_id)
        if expected is not None and item["version"] not in expected:
            raise PreconditionFailed(STALE)
        if item.get("used_by", 0):
            raise Conflict("production refers to this sprocket")
        unchanged = f"{SAME} AND (attribute_not_exists(used_by) OR used_by = :none)"
        values = {":v": item["version"], ":none": 0}
        key = sprocket_key(item["id"])
        try:
            # a transaction, for it is done once however often it is sent
            transact([factory_table().delete_operation(key, unchanged, values=values)])
        except TransactionFailedError as error:
            if not error.failed():
                raise
        else:
            return
    raise Conflict("the sprocket is being written by others")
