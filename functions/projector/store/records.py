"""From a DynamoDB Streams record to a change."""

from typing import Any

from projector.deltas import PRODUCTION, Change, Row, change
from shared.datasets import DATA_SETS
from shared.dynamo import from_image
from shared.settings import setting

Record = dict[str, Any]


def table_of(record: Record) -> str:
    """Whose stream the record is of, a data set's or production's; KeyError for any other."""
    # arn:aws:dynamodb:region:account:table/NAME/stream/LABEL
    name = record["eventSourceARN"].split("/")[1]
    names = {setting(data_set.setting): data_set.name for data_set in DATA_SETS.values()}
    return names[name] if name != setting("FACTORY_TABLE") else PRODUCTION


def change_of(record: Record) -> Change:
    """What a record changes; one of UNREADABLE for a poison record."""
    images = record["dynamodb"]
    return change(
        record["eventID"],
        table_of(record),
        _row(images.get("OldImage")),
        _row(images.get("NewImage")),
    )


def _row(image: dict[str, Any] | None) -> Row | None:
    return None if image is None else from_image(image)
