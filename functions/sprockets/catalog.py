"""Rules of the sprockets."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.dynamo import ConditionFailedError, Item, TransactionFailedError, transact
from shared.etags import UNCONDITIONAL, Expected
from shared.factory_table import factory_table
from shared.params import integer
from shared.problems import Conflict, NotFound, PreconditionFailed, Problem
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


def number_of(text: str, what: str, expected: Expected = UNCONDITIONAL) -> int:
    """An id in a path; NotFound or PreconditionFailed for what can be none."""
    number = integer(text)
    # an id has one spelling, and at most the digits that keys have
    if number is None or str(number) != text or not 0 < number < 10**15:
        raise missing(what, expected)
    return number


def missing(what: str, expected: Expected) -> Problem:
    """Of what does not exist: 412 where a state of it was expected, else 404."""
    return NotFound(what) if expected.allows(None) else PreconditionFailed(what)


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


def one(sprocket_id: str, expected: Expected = UNCONDITIONAL) -> Item:
    """NotFound, PreconditionFailed."""
    number = number_of(sprocket_id, MISSING, expected)
    item = factory_table().get(sprocket_key(number), consistent=True)
    if item is None:
        raise missing(MISSING, expected)
    if not expected.allows(item["version"]):
        raise PreconditionFailed(STALE)
    return item


def create(sprocket: "SprocketIn") -> Item:
    item = item_of(reserve("sprocket"), sprocket)
    # where it is there already, an attempt got through whose answer was lost: the id is ours alone
    with suppress(ConditionFailedError):
        factory_table().put(item, condition="attribute_not_exists(pk)")
    return item


def replace(sprocket_id: str, sprocket: "SprocketIn", expected: Expected) -> Item:
    """The new state; NotFound, PreconditionFailed."""
    number = number_of(sprocket_id, MISSING, expected)
    fields = _fields(sprocket)
    condition, allowed = expected.condition(THERE)
    assignments = "".join(f", {name} = :{name}" for name in fields)
    writer = uuid4().hex
    values = {f":{name}": value for name, value in fields.items()} | allowed
    try:
        return factory_table().update(
            sprocket_key(number),
            f"SET writer = :writer{assignments} ADD version :one",
            condition=condition or THERE,
            values={**values, ":one": 1, ":writer": writer},
        )
    except ConditionFailedError as error:
        if error.item is None:
            raise missing(MISSING, expected) from error
        if error.item.get("writer") == writer:
            return error.item  # written by an attempt whose answer was lost
        raise PreconditionFailed(STALE) from error


def delete(sprocket_id: str, expected: Expected = UNCONDITIONAL) -> None:
    """NotFound, PreconditionFailed, or Conflict while production refers to it."""
    clear_abandoned()  # points that nobody sees refer to it until they are cleared
    for _ in range(ROUNDS):
        item = one(sprocket_id, expected)
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
