"""Lambda entry point of CodeDeploy's pre-traffic hook.

The new version is called with the events that `infra/pretraffic.py` has chosen for its function. If
a response is an error, the deployment ends, and all requests stay with the old version.
"""

import json
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

from aws_lambda_powertools import Logger

from shared.aws import make_client
from shared.settings import setting

logger = Logger()

EVENTS = Path(__file__).with_name("events.json")
# CloudFormation's names: the stack's, the logical id, and what makes it the only one
GROUP = re.compile(r"-(\w+)DeploymentGroup-\w+$")
CALL_SECONDS = 35  # a function of the API has 28


@cache
def client(service: Literal["codedeploy", "lambda"]) -> Any:
    return make_client(service, read_timeout=CALL_SECONDS)


class BrokenError(Exception):
    """Why the new version may not get traffic."""


def handler(event: dict[str, Any], _context: object) -> None:
    codedeploy = client("codedeploy")
    status = "Failed"
    try:
        info = codedeploy.get_deployment(deploymentId=event["DeploymentId"])["deploymentInfo"]
        check(info["deploymentGroupName"])
        status = "Succeeded"
    except BrokenError:
        logger.exception("the new version gets no traffic")
    finally:
        # without it CodeDeploy would wait an hour
        codedeploy.put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )


def check(group: str) -> None:
    """Call the new version that a deployment group deploys; BrokenError."""
    found = GROUP.search(group)
    name = found[1] if found else ""
    versions = [arn for arn in setting("VERSIONS").split() if f"-{name}-" in arn]
    if len(versions) != 1:
        raise BrokenError(f"the deployment group {group} is not of this stack")
    (version,) = versions
    for title, sample in json.loads(EVENTS.read_text("utf-8"))[name].items():
        call(version, title, sample)
        logger.info("called", extra={"version": version, "event": title})


def call(version: str, title: str, sample: dict[str, Any]) -> None:
    """BrokenError unless the version responds as it should."""
    response = client("lambda").invoke(FunctionName=version, Payload=json.dumps(sample).encode())
    result = json.loads(response["Payload"].read() or "null")
    if "FunctionError" in response:
        raise BrokenError(f"{version} fails at {title}: {result.get('errorType')}")
    if "httpMethod" in sample and result["statusCode"] != HTTPStatus.OK:
        raise BrokenError(f"{version} responds {result['statusCode']} to {title}")
