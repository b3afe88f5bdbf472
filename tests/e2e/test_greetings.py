"""Birthdays on the deployed stack, from the function to a queue that listens."""

import json
from datetime import UTC, datetime

import pytest

from infra.local.deploy import outputs
from tests.stack import Stack

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
    today = datetime.now(UTC).date()
    born = today.replace(year=1992).isoformat()
    assert stack.api.put("/hello/Jubilar", json={"dateOfBirth": born}).status_code == 204
    for _ in range(2):
        stack.invoke("AnnounceFunction")
    # what SNS delivers takes a moment
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2)["Messages"]
    messages = [json.loads(json.loads(each["Body"])["Message"]) for each in got]
    assert [each["message"] for each in messages if each["username"] == "Jubilar"] == [
        "Hello, Jubilar! Happy Birthday!"
    ]
