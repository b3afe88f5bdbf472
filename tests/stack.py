"""The deployed stack on a local cloud of a test's own, and a client of its API."""

import json
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from infra.local.cloud import Cloud

T = TypeVar("T")
STACK_REGION = "eu-central-1"  # not the one that clients fall back on
PATIENCE = 180  # seconds; a machine with much to do is slow


def free_port() -> int:
    """A port of those that no connection gets: a cloud that is stopped finds it free again."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def until(look: Callable[[], T | None]) -> T:
    """What is found, once there is something."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, f"still {found!r} after {PATIENCE} s"
        time.sleep(0.2)
    return found


def soon(look: Callable[[], Any], wanted: Any) -> None:
    """The views follow the tables by a moment."""
    deadline = time.monotonic() + PATIENCE
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
