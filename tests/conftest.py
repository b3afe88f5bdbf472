"""Fixtures for all tests: moto in server mode with the template's tables, and its front door."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, settings
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.stepfunctions.models import stepfunctions_backends

from tests import moto_server
from tests.large_files import make_machine
from tests.template import environment
from tests.template import tables as definitions

REGION = "us-east-1"
# an example takes as long as the machine lets it, and every run has the same ones
settings.register_profile(
    "ordinary",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("ordinary")
settings.register_profile("thorough", max_examples=1000, derandomize=False)
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # no account's
# a shell has what it starts in the background ignore Ctrl-C, and with it the commands under test
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """A moto server on a free port, as the functions' AWS; its address."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        if name != "AWS_CA_BUNDLE":
            del os.environ[name]
    with moto_server.serving() as url:
        os.environ.update(
            CREDENTIALS,
            **environment(),
            AWS_REGION=REGION,
            AWS_DEFAULT_REGION=REGION,
            AWS_ENDPOINT_URL=url,
            POWERTOOLS_SERVICE_NAME="test",
            POWERTOOLS_TRACE_DISABLED="true",
        )
        yield url


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
