"""Executions of the state machine that loads large files."""

import json
from functools import cache
from typing import TYPE_CHECKING

from shared.aws import make_client
from shared.items import Item
from shared.problems import StoreUnavailable
from shared.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@cache
def client() -> "SFNClient":
    return make_client("stepfunctions")


def _name(job: Item) -> str:
    return f"{job['id']}-{job['attempt']}"


def start(job: Item) -> Item:
    """The job, its attempt started; nothing happens where it was started already.

    StoreUnavailable, also from `is_running`.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().start_execution(
            stateMachineArn=setting("STATE_MACHINE"),
            name=_name(job),
            input=json.dumps({"id": job["id"], "attempt": job["attempt"]}),
            # whoever starts it: it belongs to the request for the job
            **({"traceHeader": job["trace"]} if "trace" in job else {}),
        )
    except (BotoCoreError, ClientError) as error:
        _expect("ExecutionAlreadyExists", error)
    return job


def is_running(job: Item) -> bool | None:
    """Whether the execution of the job's attempt runs; None where there never was one."""
    from botocore.exceptions import BotoCoreError, ClientError

    arn = setting("STATE_MACHINE").replace(":stateMachine:", ":execution:")
    try:
        found = client().describe_execution(executionArn=f"{arn}:{_name(job)}")
    except (BotoCoreError, ClientError) as error:
        _expect("ExecutionDoesNotExist", error)
        return None
    # one that waits to be redriven counts as one that runs
    return found["status"] in {"RUNNING", "PENDING_REDRIVE"}


def _expect(code: str, error: Exception) -> None:
    """StoreUnavailable for every error but the one of this code."""
    if getattr(error, "response", {}).get("Error", {}).get("Code") != code:
        raise StoreUnavailable from error
