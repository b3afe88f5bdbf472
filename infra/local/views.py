"""The deployed reconcile function, called."""

import json
from typing import Any

from botocore.config import Config

from infra.local.cloud import Cloud
from infra.local.deploy import outputs
from infra.local.starting import CloudError

SECONDS = 900  # at most


def reconcile(cloud: Cloud, **event: Any) -> dict[str, Any]:
    """What the function tells of the event's `repair` and `pause`; CloudError when it fails."""
    config = Config(read_timeout=SECONDS, retries={"total_max_attempts": 1})
    answer = cloud.client("lambda", config=config).invoke(
        FunctionName=outputs(cloud)["ReconcileFunctionName"],
        Payload=json.dumps(event).encode(),
    )
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise CloudError(f"comparing the views failed: {told.get('errorMessage', told)}")
    return told
