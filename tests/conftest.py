"""Fixtures for all tests: moto in server mode with the template's tables, and its front door."""

import logging
import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from threading import Lock
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import moto.dynamodb.models
import pytest
from hypothesis import settings
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.server import ThreadedMotoServer
from moto.stepfunctions.models import stepfunctions_backends

from tests.large_files import make_machine
from tests.template import environment
from tests.template import tables as definitions

REGION = "us-east-1"
# an example takes as long as the machine lets it
settings.register_profile("ordinary", deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
if not os.environ.get("CI"):  # there Hypothesis has a profile of its own, without deadlines too
    settings.load_profile("ordinary")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # no account's


def make_calls_atomic() -> None:
    """moto's calls are not, as DynamoDB's are: two at once fail, or lose what the other wrote."""
    lock = Lock()
    call = DynamoHandler.call_action

    def one_at_a_time(self: DynamoHandler) -> Any:
        with lock:
            return call(self)

    DynamoHandler.call_action = one_at_a_time  # type: ignore[method-assign]


def copy_tables_once() -> None:
    """moto copies the whole table for each operation of a transaction, one after the other."""
    write = DynamoDBBackend.transact_write_items

    def transact(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        copies: dict[str, Table] = {}

        def copied(value: Any) -> Any:
            if not isinstance(value, Table):
                return deepcopy(value)
            if value.name not in copies:
                copies[value.name] = deepcopy(value)
            return copies[value.name]

        with patch.object(moto.dynamodb.models, "copy", SimpleNamespace(deepcopy=copied)):
            write(self, transact_items)

    DynamoDBBackend.transact_write_items = transact  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """A moto server on a free port, as the functions' AWS; its address."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        if name != "AWS_CA_BUNDLE":
            del os.environ[name]
    make_calls_atomic()
    copy_tables_once()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # moto's own request lines
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ.update(
        CREDENTIALS,
        **environment(),
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_ENDPOINT_URL=f"http://{host}:{port}",
        POWERTOOLS_SERVICE_NAME="test",
        POWERTOOLS_TRACE_DISABLED="true",
    )
    yield os.environ["AWS_ENDPOINT_URL"]
    server.stop()


@pytest.fixture(scope="session")
def emulated(aws: str) -> None:
    """What the template has, on moto, made once: for each test it would take most of its time."""
    for logical_id, definition in definitions():
        boto3.client("dynamodb").create_table(TableName=logical_id, **definition)
    boto3.client("s3").create_bucket(Bucket="landingbucket")
    os.environ["LANDING_BUCKET"] = "landingbucket"
    os.environ["STATE_MACHINE"] = make_machine()
    topic = boto3.client("sns").create_topic(Name="greetings")
    os.environ["GREETINGS_TOPIC"] = topic["TopicArn"]


def empty_tables() -> None:
    # the server runs in this process: emptied there, tables cost no request
    for table in dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables.values():
        table.items.clear()


@pytest.fixture
def tables(emulated: None) -> Iterator[None]:
    """The template's tables and bucket, empty; its state machine and topic."""
    yield
    empty_tables()
    for machine in stepfunctions_backends[DEFAULT_ACCOUNT_ID][REGION].state_machines:
        machine.executions.clear()
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="landingbucket"):
        keys: list[Any] = [{"Key": item["Key"]} for item in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket="landingbucket", Delete={"Objects": keys})
    for each in s3.list_multipart_uploads(Bucket="landingbucket").get("Uploads", []):
        s3.abort_multipart_upload(
            Bucket="landingbucket", Key=each["Key"], UploadId=each["UploadId"]
        )


@pytest.fixture
def fresh(tables: None) -> Callable[[], None]:
    """Empties the tables, between the examples of a property test."""
    return empty_tables
