"""Records that the views of a deployed stack could not take, as its queue reports them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from infra.runs import Client

# Seconds for which messages that were received are hidden
HIDDEN = 30


@dataclass(frozen=True)
class DeadLetters:
    """An object of records, and the message that reports it."""

    place: str
    receipt: str


def reported(client: Client, outputs: Mapping[str, str], before: datetime) -> list[DeadLetters]:
    """All that were reported before a moment."""
    queue = client("sqs")
    found: list[DeadLetters] = []
    while True:
        response = queue.receive_message(
            QueueUrl=outputs["ProjectorDeadLettersUrl"],
            MaxNumberOfMessages=10,
            VisibilityTimeout=HIDDEN,
            WaitTimeSeconds=1,
            AttributeNames=["SentTimestamp"],
        )
        if not response.get("Messages"):
            return found
        for message in response["Messages"]:
            if int(message["Attributes"]["SentTimestamp"]) >= before.timestamp() * 1000:
                continue
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
