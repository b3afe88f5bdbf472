"""From a DynamoDB Streams record to a change."""

from collections.abc import Iterable
from typing import Any

from projector.deltas import PRODUCTION, Change, Row, change
from shared.datasets import DATA_SETS
from shared.dynamo import from_image
from shared.settings import setting

Record = dict[str, Any]


class MissingShardError(RuntimeError):
    """An event that does not say of which shard its records are."""


def table_of(record: Record) -> str:
    """Whose stream the record is of, a data set's or production's; KeyError for any other."""
    # arn:aws:dynamodb:region:account:table/NAME/stream/LABEL
    name = record["eventSourceARN"].split("/")[1]
    names = {setting(data_set.setting): data_set.name for data_set in DATA_SETS.values()}
    return names[name] if name != setting("FACTORY_TABLE") else PRODUCTION


def shard_of(event: dict[str, Any], records: Iterable[Record]) -> str:
    """The name of the stream and shard that all records of an event are of.

    MissingShardError where AWS does not say which shard it is: a guess would count wrongly.
    """
    (stream,) = {record["eventSourceARN"] for record in records}
    shard = event.get("shardId")
    if not shard and setting("ENVIRONMENT") == "local":
        shard = "shard"  # the local cloud has one for each stream, and no windows
    if not shard:
        raise MissingShardError("the event has no shardId: has the mapping no window?")
    return f"{stream}/{shard}"


def change_of(record: Record) -> Change:
    """What a record changes; one of UNREADABLE for a poison record."""
    images = record["dynamodb"]
    return change(
        int(images["SequenceNumber"]),
        table_of(record),
        _row(images.get("OldImage")),
        _row(images.get("NewImage")),
    )


def _row(image: dict[str, Any] | None) -> Row | None:
    return None if image is None else from_image(image)
