"""Runs of the state machine that compares the views of a deployed stack with its tables."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Client = Callable[..., Any]  # makes a boto3 client of a service
# Seconds between two looks at a run: at its start, and after a while
SOON, LATER = 0.2, 2.0
DOING = {
    "views": "reading the views",
    "tables": "reading the tables",
    "compare": "comparing",
    "repair": "repairing",
    "compact": "gathering hires",
}


class ViewsError(Exception):
    """One sentence on why the views could not be compared."""


@dataclass
class Run:
    """An execution, and what its objects in the bucket say."""

    client: Client
    bucket: str
    arn: str
    started: datetime
    _parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _facts: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.arn.rpartition(":")[2]

    @property
    def repairs(self) -> bool:
        return self.name.startswith("repair-")

    def result(self) -> dict[str, Any]:
        result: dict[str, Any] = self._read(f"reconcile/{self.name}/result.json")
        return result

    def follow(self) -> Iterator[str]:
        """A line whenever more has been done, until the run has ended; ViewsError if it fails."""
        pause, last = SOON, ""
        while True:
            ended = self._ended()
            line = self._progress()
            if line != last:
                yield line
                last = line
            if ended:
                return
            time.sleep(pause)
            pause = min(LATER, pause * 1.2)

    def _ended(self) -> bool:
        found = self.client("stepfunctions").describe_execution(executionArn=self.arn)
        if found["status"] in {"RUNNING", "PENDING_REDRIVE"}:
            return False
        if found["status"] != "SUCCEEDED":
            why = found.get("cause") or found.get("error") or "see the execution"
            raise ViewsError(f"the run {self.name} has {found['status'].lower()}: {why}")
        return True

    def _progress(self) -> str:
        """How far the last step is."""
        pages = self.client("s3").get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.bucket, Prefix=f"reconcile/{self.name}/")
        keys = [each["Key"] for page in found for each in page.get("Contents", [])]
        plans = [key for key in keys if re.search(r"/\d\d\.json$", key)]
        if not plans:
            return "starting"
        plan = max(plans)
        if plan not in self._parts:
            self._parts[plan] = self._read(plan)
        parts = self._parts[plan]
        below = [key for key in keys if key.startswith(plan.replace(".json", "/"))]
        doing, of = parts[0]["do"], f"of {len(parts)} parts"
        if doing in {"compare", "repair"}:
            done = sum(key.endswith(("/facts", "/done")) for key in below)
            return f"{DOING[doing]}: {done} {of}"
        facts = [self._facts_of(key) for key in below]
        done = sum(each["left"] == "0" for each in facts)
        return f"{DOING[doing]}: {done} {of}, {sum(int(each['rows']) for each in facts):,} rows"

    def _facts_of(self, key: str) -> dict[str, str]:
        if key not in self._facts:
            found = self.client("s3").head_object(Bucket=self.bucket, Key=key)
            self._facts[key] = found["Metadata"]
        return self._facts[key]

    def _read(self, key: str) -> Any:
        return json.loads(self.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read())


def join(client: Client, outputs: Mapping[str, str]) -> Run | None:
    """The run that is under way."""
    found = client("stepfunctions").list_executions(
        stateMachineArn=outputs["ReconcileMachineArn"], statusFilter="RUNNING"
    )["executions"]
    if not found:
        return None
    first = min(found, key=lambda each: each["startDate"])
    return Run(client, outputs["LandingBucketName"], first["executionArn"], first["startDate"])


def start(client: Client, outputs: Mapping[str, str], **options: Any) -> Run:
    kind = "repair" if options.get("repair") else "compare"
    made = client("stepfunctions").start_execution(
        stateMachineArn=outputs["ReconcileMachineArn"],
        name=f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}",
        input=json.dumps(options),
    )
    return Run(client, outputs["LandingBucketName"], made["executionArn"], made["startDate"])


def reconcile(
    client: Client,
    outputs: Mapping[str, str],
    report: Callable[[str], object] = lambda _: None,
    **options: Any,
) -> Run:
    """A run with these options that has ended, or one that was under way and does as much.

    Two repairs at once would add the same twice. ViewsError.
    """
    while (run := join(client, outputs)) is not None:
        report(f"joining the run {run.name}")
        for line in run.follow():
            report(line)
        if run.repairs or not options.get("repair"):
            return run
    run = start(client, outputs, **options)
    for line in run.follow():
        report(line)
    return run
