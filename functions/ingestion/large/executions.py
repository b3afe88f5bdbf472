"""Executions of the state machine that loads large files."""

import json
from functools import cache
from typing import TYPE_CHECKING

from shared.dynamo import Item
from shared.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@cache
def client() -> "SFNClient":
    import boto3
    from botocore.config import Config

    return boto3.client(
        "stepfunctions",
        config=Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard"}),
    )


def _name(job: Item) -> str:
    return f"{job['id']}-{job['attempt']}"


def start(job: Item) -> None:
    """Start the job's attempt; nothing happens where it was started already."""
    from botocore.exceptions import ClientError

    try:
        client().start_execution(
            stateMachineArn=setting("STATE_MACHINE"),
            name=_name(job),
            input=json.dumps({"id": job["id"]}),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise


def is_running(job: Item) -> bool:
    from botocore.exceptions import ClientError

    arn = setting("STATE_MACHINE").replace(":stateMachine:", ":execution:")
    try:
        found = client().describe_execution(executionArn=f"{arn}:{_name(job)}")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
            return False
        raise
    return found["status"] == "RUNNING"
