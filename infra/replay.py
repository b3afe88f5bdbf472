"""Call functions again with the events that they could not take: those of IngestionDeadLetters.

An event that succeeds leaves the queue, so that its alarm ends; functions take an event that comes
again as one. The queue of the views is not replayed: what was counted would be counted again, and
`make reconcile REPAIR=1` does in its place.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from infra import stacks
from infra.runs import Client

HIDDEN = 180  # seconds for which a message is hidden, longer than its function may take


def messages(queue: Any, url: str) -> Iterator[dict[str, Any]]:
    """Each message that is there, once."""
    seen: set[str] = set()
    while found := queue.receive_message(
        QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=HIDDEN, WaitTimeSeconds=1
    ).get("Messages"):
        (message,) = found
        if message["MessageId"] in seen:
            return
        seen.add(message["MessageId"])
        yield message


def replay(client: Client, outputs: Mapping[str, str]) -> int:
    """A line for each event; how many failed again."""
    queue, functions = client("sqs"), client("lambda")
    url = outputs["IngestionDeadLettersUrl"]
    failed = 0
    for message in messages(queue, url):
        # as Lambda reports what it gives up
        record = json.loads(message["Body"])
        function = record["requestContext"]["functionArn"]
        payload = json.dumps(record["requestPayload"]).encode()
        response = functions.invoke(FunctionName=function, Payload=payload)
        result = response["Payload"].read().decode()
        if "FunctionError" in response:
            failed += 1
            sys.stdout.write(f"failed again: {function}: {result}\n")
        else:
            queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            sys.stdout.write(f"replayed: {function}\n")
    return failed


def main() -> None:
    parser = stacks.parser("python -m infra.replay", __doc__)
    with stacks.chosen(parser, parser.parse_args()) as stack:
        failed = replay(*stack)
    if failed:
        sys.exit(f"{failed} events failed again and stay in the queue: see the functions' logs")


if __name__ == "__main__":
    main()
