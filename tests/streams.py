"""DynamoDB Streams records as a Lambda function gets them."""

from itertools import count, groupby
from typing import Any
from uuid import uuid4

from boto3.dynamodb.types import TypeSerializer

from projector import handler as projector
from shared.datasets import DATA_SETS
from shared.settings import setting
from tests.front_door import Context

Row = dict[str, Any]
_serialize = TypeSerializer().serialize
_places = count(100)


def image(row: Row) -> dict[str, Any]:
    return {name: _serialize(value) for name, value in row.items()}


def record(
    table: str, event_id: str, old: Row | None, new: Row | None, sequence: int | None = None
) -> dict[str, Any]:
    """The record of a row that is inserted, modified or removed: of a data set, or `production`.

    Its place in the shard is behind all records before, if it is left out.
    """
    data_set = DATA_SETS.get(table)
    name = setting(data_set.setting if data_set else "FACTORY_TABLE")
    keys = [data_set.key] if data_set else ["pk", "sk"]
    row = new or old or {}
    images = {"OldImage": old, "NewImage": new}
    return {
        "eventID": event_id,
        "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
        "eventSource": "aws:dynamodb",
        "eventVersion": "1.1",
        "awsRegion": "us-east-1",
        "eventSourceARN": (
            f"arn:aws:dynamodb:us-east-1:123456789012:table/{name}/stream/2026-01-01T00:00:00.000"
        ),
        "dynamodb": {
            "ApproximateCreationDateTime": 1767225600,
            "Keys": image({key: row[key] for key in keys}),
            "SequenceNumber": f"{sequence or next(_places):021}",
            "SizeBytes": 100,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **{name: image(row) for name, row in images.items() if row is not None},
        },
    }


def stream_of(record: Row) -> str:
    return str(record.get("eventSourceARN", ""))


def end_window(shard: str) -> None:
    """Call the projector as at the end of a window, which may end early."""
    event = {"Records": [], "shardId": shard, "state": {}, "isFinalInvokeForWindow": True}
    assert projector.handler(event, Context()) == {"state": {}}


def deliver(records: list[Row], shard: str = "shardId-1") -> None:
    """Call the projector with the records of each stream's shard."""
    for _, some in groupby(sorted(records, key=stream_of), stream_of):
        context = Context(aws_request_id=uuid4().hex)
        projector.handler({"Records": list(some), "shardId": shard}, context)
