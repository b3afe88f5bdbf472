"""The views of a deployed stack, compared with its tables by the stack's reconcile function."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.config import Config

RECONCILE_SECONDS = 900  # that the function may take
Client = Callable[..., Any]  # makes a boto3 client of a service


class ViewsError(Exception):
    """One sentence on why the views could not be compared."""


@dataclass(frozen=True)
class DeadLetters:
    """An object of records that the views could not take, and the message that reports it."""

    place: str
    receipt: str


def reconcile(client: Client, outputs: Mapping[str, str], **event: Any) -> dict[str, Any]:
    """The function's response to an event of `repair` and `pause`; ViewsError."""
    config = Config(
        read_timeout=RECONCILE_SECONDS, retries={"total_max_attempts": 1}, tcp_keepalive=True
    )
    response = client("lambda", config=config).invoke(
        FunctionName=outputs["ReconcileFunctionName"],
        Qualifier="live",
        Payload=json.dumps(event).encode(),
    )
    result: dict[str, Any] = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        raise ViewsError(f"comparing the views failed: {result.get('errorMessage', result)}")
    return result


def dead_letters(client: Client, outputs: Mapping[str, str]) -> list[DeadLetters]:
    """All that are reported at the moment; nobody else receives them while they are repaired."""
    queue = client("sqs")
    found: list[DeadLetters] = []
    while True:
        response = queue.receive_message(
            QueueUrl=outputs["ProjectorDeadLettersUrl"],
            MaxNumberOfMessages=10,
            VisibilityTimeout=RECONCILE_SECONDS,
            WaitTimeSeconds=1,
        )
        if not response.get("Messages"):
            return found
        for message in response["Messages"]:
            detail = json.loads(message["Body"])["detail"]
            place = f"s3://{detail['bucket']['name']}/{detail['object']['key']}"
            found.append(DeadLetters(place, message["ReceiptHandle"]))


def clear(client: Client, outputs: Mapping[str, str], letters: list[DeadLetters]) -> None:
    """Delete the messages, so that the alarm ends; the objects stay."""
    queue = client("sqs")
    for each in letters:
        queue.delete_message(
            QueueUrl=outputs["ProjectorDeadLettersUrl"], ReceiptHandle=each.receipt
        )
