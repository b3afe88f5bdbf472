"""Sprockets, and how many points refer to each."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from uuid import uuid4

from shared.dynamo import ConditionFailedError, Operation, TransactionFailedError, transact
from shared.etags import Expected, unchanged
from shared.factory_keys import padded
from shared.factory_table import factory_table
from sprockets.store import loads
from sprockets.store.keys import ABSENT, EXISTS, SPROCKETS, sprocket_key
from sprockets.store.loads import Load
from sprockets.store.records import Sprocket


class NotAsExpectedError(Exception):
    """The sprocket does not exist, or is in no state that was expected."""

    def __init__(self, *, exists: bool) -> None:
        super().__init__()
        self.exists = exists


def get(number: int) -> Sprocket | None:
    item = factory_table().get(sprocket_key(number), consistent=True)
    return Sprocket.from_item(item) if item else None


def page(limit: int, after: int = 0) -> list[Sprocket]:
    """In order of id."""
    values = {":pk": SPROCKETS, ":after": padded(after)}
    found = factory_table().query("pk = :pk AND sk > :after", values, limit=limit, consistent=True)
    return [Sprocket.from_item(item) for item in found.items]


def known(numbers: Iterable[int]) -> set[int]:
    """Those that exist."""
    keys = [sprocket_key(number) for number in sorted(set(numbers))]
    return {item["id"] for item in factory_table().get_many(keys, consistent=True)}


def create(sprocket: Sprocket) -> None:
    # where it exists, an attempt got through whose response was lost: the id is ours alone
    with suppress(ConditionFailedError):
        factory_table().put(sprocket.item(), condition=ABSENT)


def create_part(load: Load, to: int, sprockets: Iterable[Sprocket]) -> bool:
    """The sprockets of a load before `to`; False where another request has created them."""
    operations = (factory_table().put_operation(each.item()) for each in sprockets)
    return loads.write_part(load, to, operations)


def replace(sprocket: Sprocket, expected: Expected) -> Sprocket:
    """The new state, a version later; NotAsExpectedError."""
    fields = sprocket.fields()
    condition, allowed = expected.condition(EXISTS)
    assignments = "".join(f", {name} = :{name}" for name in fields)
    writer = uuid4().hex
    values = {f":{name}": value for name, value in fields.items()} | allowed
    try:
        item = factory_table().update(
            sprocket_key(sprocket.id),
            f"SET writer = :writer{assignments} ADD version :one",
            condition=f"{EXISTS} AND {condition}" if condition else EXISTS,
            values={**values, ":one": 1, ":writer": writer},
        )
    except ConditionFailedError as error:
        # it may be written by an attempt whose response was lost
        if error.item is None or error.item.get("writer") != writer:
            raise NotAsExpectedError(exists=error.item is not None) from error
        item = error.item
    return Sprocket.from_item(item)


def delete(sprocket: Sprocket) -> bool:
    """Whether it was as it was read, and no point referred to it."""
    condition, values = unchanged(sprocket.version).condition(EXISTS)
    operation = factory_table().delete_operation(
        sprocket_key(sprocket.id),
        f"{condition} AND (attribute_not_exists(used_by) OR used_by = :none)",
        values={**values, ":none": 0},
    )
    try:
        # a transaction, for it is done once however often it is sent
        transact([operation])
    except TransactionFailedError as error:
        if not error.failed():
            raise
        return False
    return True


def count_references(references: Counter[int]) -> Iterator[Operation]:
    """That so many points more refer to each sprocket; fails where it does not exist."""
    for number, by in sorted(references.items()):
        if by:
            yield factory_table().update_operation(
                sprocket_key(number), "ADD used_by :by", EXISTS, values={":by": by}
            )
