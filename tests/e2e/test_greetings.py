"""Birthdays on the deployed stack, from the function to a queue that listens."""

import json
from datetime import UTC, datetime

import pytest

from infra.local.deploy import outputs
from tests.stack import Stack, until

pytestmark = pytest.mark.e2e


def test_a_birthday_is_announced_once(stack: Stack) -> None:
    sns, sqs = stack.cloud.client("sns"), stack.cloud.client("sqs")
    url = sqs.create_queue(QueueName="birthdays")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    topic = outputs(stack.cloud)["GreetingsTopicArn"]
    endpoint = arn["Attributes"]["QueueArn"]
    allowed = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": endpoint,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(allowed)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    # where it is noon: the day does not end meanwhile
    now = datetime.now(UTC)
    born = now.date().replace(year=1992).isoformat()
    person = {"dateOfBirth": born, "timeZone": f"Etc/GMT{now.hour - 12:+}"}
    assert stack.api.put("/hello/Jubilar", json=person).status_code == 204
    stack.invoke("AnnounceFunction")
    greeted: list[str] = []

    def receive() -> list[str]:
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for each in got.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            message = json.loads(json.loads(each["Body"])["Message"])
            # others may have their birthday today, too
            greeted.extend([message["message"]] if message["username"] == "Jubilar" else [])
        return greeted

    until(receive)
    assert stack.invoke("AnnounceFunction") == {"greeted": 0}
    assert receive() == ["Hello, Jubilar! Happy Birthday!"]
