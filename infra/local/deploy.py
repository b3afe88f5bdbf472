"""Deploys to the local cloud what a release deploys to AWS."""

import json
import time
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError, WaiterError
from samcli.yamlhelper import yaml_parse

from infra.build import BUILD
from infra.local.cloud import Cloud
from infra.local.starting import CloudError
from infra.release import name_of, release

STACK = "sprocketworks-local"
BUCKET = "sprocketworks-local-releases"
SETTLE_SECONDS = 300  # for what another start began
# Of a first deployment that failed: such a stack takes no update, and has nothing to lose
NEVER_MADE = {"CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}


def deploy(cloud: Cloud, built: str) -> dict[str, str]:
    """Deploy what was built unless it is deployed; the stack's outputs."""
    there = settled(cloud)
    if not there or cloud.note("deployed") != built:
        _send(cloud, *_stored(cloud), update=there)
        cloud.take_note("deployed", built)
    return outputs(cloud)


def _stored(cloud: Cloud) -> tuple[str, str]:
    """The bucket with the files of the release, and the address of its template there."""
    s3 = cloud.client("s3")
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET, **({} if cloud.region == "us-east-1" else elsewhere))
    template, files = release(yaml_parse((BUILD / "template.yaml").read_text("utf-8")))
    for path in files:
        s3.upload_file(str(path), BUCKET, name_of(path))
    s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(template).encode())
    return BUCKET, f"{cloud.endpoint}/{BUCKET}/template.json"


def _send(cloud: Cloud, bucket: str, template: str, *, update: bool) -> None:
    """Create or update the stack; CloudError with the reasons when that fails."""
    client = cloud.client("cloudformation")
    parameters = {"Environment": "local", "ArtifactBucket": bucket}
    change = client.update_stack if update else client.create_stack
    try:
        change(
            StackName=STACK,
            TemplateURL=template,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in parameters.items()
            ],
        )
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        return
    waiter = client.get_waiter(f"stack_{'update' if update else 'create'}_complete")
    try:
        waiter.wait(StackName=STACK, WaiterConfig={"Delay": 0.2, "MaxAttempts": 3000})
    except WaiterError as error:
        events = client.describe_stack_events(StackName=STACK)["StackEvents"]
        reasons = [
            f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}"
            for each in reversed(events)
            if each["ResourceStatus"].endswith("_FAILED")
        ]
        raise CloudError(f"the stack could not be deployed: {' | '.join(reasons[:3])}") from error


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
