"""Views that missed stream records are repaired by the command that docs/operations.md names."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from infra.build import ROOT
from tests.stack import Stack, soon, until

pytestmark = pytest.mark.e2e

STACK = "sprocketworks-local"
YEAR = 1972


def begin(stack: Stack, *options: str) -> subprocess.Popen[str]:
    """The command, with the environment of somebody who works on AWS or on this local cloud."""
    local = {
        "SPROCKETWORKS_STATE": str(stack.cloud.folder),
        "SPROCKETWORKS_PORT": str(stack.cloud.port),
        "SPROCKETWORKS_REGION": stack.cloud.region,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "infra.reconcile", *options],
        cwd=ROOT,
        env=os.environ | (stack.cloud.environment if "--stack" in options else local),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def reconcile(stack: Stack, *options: str) -> subprocess.CompletedProcess[str]:
    with begin(stack, *options) as process:
        out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(options, process.returncode, out, err)


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
    soon(lambda: hired(stack), [3])
    (detail,) = until(lambda: waiting(stack))
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

    done = reconcile(stack, "--repair", "--stack", STACK, "--pause", "1")
    assert done.returncode == 0, done.stderr
    assert f"s3://{bucket}/{key}" in done.stdout
    assert "differences: 1, repaired" in done.stdout
    assert hired(stack) == [3]
    assert waiting(stack) == []
    again = reconcile(stack)
    assert (again.returncode, again.stdout) == (0, "differences: 0\n"), again.stderr
    for number in range(4):
        client.delete_item(TableName=table, Key={"id": {"N": str(910_000 + number)}})


def read(stack: Stack, seen: list[int], until: Event) -> None:
    """Read a report and the row counts all the time, as a client does."""
    while not until.is_set():
        seen += [stack.api.get(path).status_code for path in ("/tables", "/reports/mean-hires")]


def test_views_are_built_anew_while_they_are_read(stack: Stack) -> None:
    """Also: a command that was interrupted joins its run when it is called again."""
    client = stack.cloud.client("dynamodb")
    views = stack.table("ViewsTable")
    urls = ("/tables", "/reports/hires-by-quarter?year=2021", "/reports/experiments?limit=100")

    def bodies() -> list[Any]:
        found = [stack.api.get(url).json() for url in urls]
        return [{**each, "as_of": None} if "as_of" in each else each for each in found]

    # the sample data may just be loaded
    soon(lambda: reconcile(stack).stdout, "differences: 0\n")
    before = bodies()
    for page in client.get_paginator("scan").paginate(TableName=views):
        for item in page["Items"]:
            if not item["pk"]["S"].startswith("CHECKPOINT#"):
                client.delete_item(TableName=views, Key={"pk": item["pk"], "sk": item["sk"]})
    assert bodies() != before
    seen: list[int] = []
    done = Event()
    with ThreadPoolExecutor(1) as reader:
        reader.submit(read, stack, seen, done)
        try:
            with begin(stack, "--repair", "--stack", STACK, "--pause", "6") as process:
                assert process.stderr is not None
                # what is read comes and goes; the pause after it takes longer
                while "reading the" not in (line := process.stderr.readline()):
                    assert line, process.wait()
                process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=300)
            assert process.returncode != 0
            assert "joins it again" in err
            joined = reconcile(stack, "--repair", "--stack", STACK)
        finally:
            done.set()
    assert joined.returncode == 0, joined.stderr
    assert joined.stderr.startswith("joining the run repair-"), joined.stderr
    assert "gathering hires: 1 of 1 parts" in joined.stderr
    assert ", repaired" in joined.stdout
    assert set(seen) == {200}
    assert bodies() == before
    assert reconcile(stack).stdout == "differences: 0\n"


def test_a_stack_that_is_not_there_is_one_sentence(stack: Stack) -> None:
    done = reconcile(stack, "--stack", "nowhere")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "nowhere" in done.stderr
    assert reconcile(stack, "--region", "eu-west-1").returncode == 2
