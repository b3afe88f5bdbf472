"""The deployed stack on a local cloud of a test's own, and a client of its API."""

import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from infra.local.cloud import Cloud

STACK_REGION = "eu-central-1"  # not the one that clients fall back on


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def soon(look: Callable[[], Any], wanted: Any, seconds: float = 30) -> None:
    """The views follow the tables by a moment."""
    deadline = time.monotonic() + seconds
    while (found := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert found == wanted


@dataclass(frozen=True)
class Stack:
    """A running stack, and a client of its API."""

    cloud: Cloud
    described: dict[str, Any]
    api: httpx.Client

    def table(self, logical_id: str) -> str:
        """The name of a table of the template."""
        names = self.cloud.client("dynamodb").list_tables()["TableNames"]
        (name,) = [name for name in names if logical_id in name]
        return str(name)

    def count(self, logical_id: str) -> int:
        """The rows of a table, counted one by one."""
        pages = self.cloud.client("dynamodb").get_paginator("scan")
        found = pages.paginate(TableName=self.table(logical_id), Select="COUNT")
        return sum(page["Count"] for page in found)

    def invoke(self, logical_id: str) -> Any:
        """The response of a function that is called on a schedule."""
        functions = self.cloud.client("lambda")
        names = [each["FunctionName"] for each in functions.list_functions()["Functions"]]
        (name,) = [name for name in names if logical_id in name]
        response = functions.invoke(FunctionName=name, Payload=b"{}")
        payload = response["Payload"].read()
        assert "FunctionError" not in response, payload
        return json.loads(payload)
