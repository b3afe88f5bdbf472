"""BatchWriteItem that returns what was not written.

The core keeps that to itself, so a throttled batch would be sent again whole. boto3 takes some
five times the processor time: it is used while a table throttles, when there is time.
"""

from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from shared.aws import make_client
from shared.retries import PassingError, RefusedError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Typed = dict[str, Any]
Requests = list[Any]

THROTTLES = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
}
_making = Lock()


@cache
def _client() -> "DynamoDBClient":
    return make_client(
        "dynamodb", connect_timeout=1, read_timeout=5, attempts=1, parameter_validation=False
    )


def client() -> "DynamoDBClient":
    with _making:  # threads ask for it at once
        return _client()


def forget_client() -> None:
    _client.cache_clear()


def requests(puts: Sequence[Typed], deletes: Sequence[Typed]) -> Requests:
    """The requests of one batch, from items and keys such as `{"id": {"N": "1"}}`."""
    return [
        *({"PutRequest": {"Item": _raw(item)}} for item in puts),
        *({"DeleteRequest": {"Key": _raw(key)}} for key in deletes),
    ]


def _raw(item: Typed) -> Typed:
    """Bytes as boto3 takes them, which encodes them itself."""
    return {
        name: {"B": b64decode(value["B"])} if "B" in value else value
        for name, value in item.items()
    }


def write(table: str, batch: Requests) -> Requests:
    """Write a batch; those of its requests that were not processed. PassingError."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        done = client().batch_write_item(RequestItems={table: batch})
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in THROTTLES or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise PassingError(throttled=code in THROTTLES) from error
        if code == "ValidationException":
            raise RefusedError(str(error)) from error
        raise
    except BotoCoreError as error:
        raise PassingError from error
    return list(done.get("UnprocessedItems", {}).get(table, []))
