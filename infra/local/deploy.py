"""Deploys template.yaml to the local cloud by the SAM CLI, as it would be to AWS."""

import time
from typing import Any

from botocore.exceptions import ClientError

from infra.build import BUILD, ROOT, THIS_ARCHITECTURE, THIS_RUNTIME, run, tool
from infra.local.cloud import Cloud
from infra.local.starting import CloudError

STACK = "sprocketworks-local"
SETTLE_SECONDS = 300  # for what another start began
# Of a first deployment that failed: such a stack takes no update, and has nothing to lose
NEVER_MADE = {"CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}


def deploy(cloud: Cloud, built: str) -> dict[str, str]:
    """Deploy what was built unless it is deployed; the stack's outputs."""
    if not settled(cloud) or cloud.note("deployed") != built:
        parameters = {
            "Environment": "local",
            "Runtime": THIS_RUNTIME,
            "Architecture": THIS_ARCHITECTURE,
        }
        run(
            tool("sam"),
            "deploy",
            "--config-file",
            str(ROOT / "samconfig.toml"),
            "--config-env",
            "local",
            "--region",
            cloud.region,
            "--template-file",
            str(BUILD / "template.yaml"),
            "--parameter-overrides",
            " ".join(f"{name}={value}" for name, value in parameters.items()),
            what="sam deploy",
            env=cloud.environment,
        )
        cloud.take_note("deployed", built)
    return outputs(cloud)


def settled(cloud: Cloud) -> bool:
    """Whether there is a stack to update, when nobody changes it any more; CloudError."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (stack := _stack(cloud)) is not None:
        status = str(stack["StackStatus"])
        if status in NEVER_MADE:
            cloud.client("cloudformation").delete_stack(StackName=STACK)
        elif status == "REVIEW_IN_PROGRESS" or not status.endswith("_IN_PROGRESS"):
            return True
        if time.monotonic() > deadline:
            raise CloudError(
                f"the stack is {status} for {SETTLE_SECONDS} s: `make clean` starts again"
            )
        time.sleep(1)
    return False


def outputs(cloud: Cloud) -> dict[str, str]:
    """The stack's outputs by name; CloudError."""
    stack = _stack(cloud)
    if stack is None:
        raise CloudError(f"there is no stack {STACK}: `make up` deploys it")
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def _stack(cloud: Cloud) -> Any:
    client = cloud.client("cloudformation")
    try:
        (stack,) = client.describe_stacks(StackName=STACK)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack
