"""Views that missed stream records are repaired by the command that docs/operations.md names."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from infra.build import ROOT
from tests.stack import Stack

pytestmark = pytest.mark.e2e

STACK = "sprocketworks-local"
YEAR = 1972


def reconcile(stack: Stack, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command with the environment of somebody who works on AWS."""
    return subprocess.run(
        [sys.executable, "-m", "infra.reconcile", *options],
        cwd=ROOT,
        env=os.environ | stack.cloud.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def hire(number: int, when: str) -> dict[str, Any]:
    found = {name: {"N": "1"} for name in ("department_id", "job_id")}
    return found | {"id": {"N": str(number)}, "datetime": {"S": when}}


def waiting(stack: Stack) -> list[dict[str, Any]]:
    """What the messages in the queue report; they stay there."""
    url = stack.cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in url["Outputs"]}
    response = stack.cloud.client("sqs").receive_message(
        QueueUrl=outputs["ProjectorDeadLettersUrl"], MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return [json.loads(message["Body"])["detail"] for message in response.get("Messages", [])]


def hired(stack: Stack) -> Any:
    report = stack.api.get("/reports/hires-by-quarter", params={"year": YEAR}).json()
    return [row["Q1"] for row in report["results"]]


def test_what_the_views_missed_is_repaired_by_one_command(stack: Stack) -> None:
    client = stack.cloud.client("dynamodb")
    table, views = stack.table("HiredEmployeesTable"), stack.table("ViewsTable")
    poison = hire(910_000, "some time in 1972")
    for row in (poison, *(hire(910_000 + n, f"{YEAR}-01-0{n}T00:00:00Z") for n in (1, 2, 3))):
        client.put_item(TableName=table, Item=row)
    deadline = time.monotonic() + 60
    while not waiting(stack) or hired(stack) != [3]:
        assert time.monotonic() < deadline, (waiting(stack), hired(stack))
        time.sleep(0.5)
    (detail,) = waiting(stack)
    bucket, key = detail["bucket"]["name"], detail["object"]["key"]
    body = stack.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    (letter,) = map(json.loads, body.splitlines())
    assert letter["record"]["dynamodb"]["NewImage"] == poison
    # as if their records had been lost
    (counted,) = client.scan(
        TableName=views,
        FilterExpression="begins_with(pk, :year)",
        ExpressionAttributeValues={":year": {"S": f"HIRED#{YEAR}#"}},
        ProjectionExpression="pk, sk",
    )["Items"]
    client.delete_item(TableName=views, Key=counted)
    assert hired(stack) == []

    done = reconcile(stack, "--repair", "--stack", STACK)
    assert done.returncode == 0, done.stderr
    assert f"s3://{bucket}/{key}" in done.stdout
    assert "differences: 1, repaired" in done.stdout
    assert hired(stack) == [3]
    assert waiting(stack) == []
    again = reconcile(stack, "--stack", STACK, "--region", stack.cloud.region)
    assert (again.returncode, again.stdout) == (0, "differences: 0\n"), again.stderr
    for number in range(4):
        client.delete_item(TableName=table, Key={"id": {"N": str(910_000 + number)}})


def test_a_stack_that_is_not_there_is_one_sentence(stack: Stack) -> None:
    done = reconcile(stack, "--stack", "nowhere")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "nowhere" in done.stderr
    assert reconcile(stack, "--region", "eu-west-1").returncode == 2
