"""The deployed stack on a local cloud of its own: a free port, a state folder that goes away."""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.__main__ import up
from infra.local.cloud import Cloud

REGION = "eu-central-1"  # of AWS, and not the one that clients fall back on


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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

    def invoke(self, logical_id: str) -> Any:
        """What a function that is called on a schedule answers."""
        functions = self.cloud.client("lambda")
        names = [each["FunctionName"] for each in functions.list_functions()["Functions"]]
        (name,) = [name for name in names if logical_id in name]
        told = functions.invoke(FunctionName=name, Payload=b"{}")
        answer = told["Payload"].read()
        assert "FunctionError" not in told, answer
        return json.loads(answer)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack with the sample data; nothing is left running after it."""
    # what tests against moto set would reach the SAM CLI
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        if name != "AWS_CA_BUNDLE":
            del os.environ[name]
    cloud = Cloud(Path(tmp_path_factory.mktemp("cloud")), free_port(), region=REGION)
    try:
        described = up(cloud)
        with httpx.Client(
            base_url=described["api"], headers=described["headers"], timeout=60
        ) as api:
            yield Stack(cloud, described, api)
    finally:
        cloud.stop()


@pytest.fixture(scope="session")
def cloud(stack: Stack) -> dict[str, Any]:
    """What cloud.json says."""
    return stack.described
