"""Which stack a command is for: the local cloud's, or one on AWS."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.__main__ import the_cloud
from infra.local.deploy import outputs
from infra.local.starting import CloudError
from infra.runs import Client, ViewsError

Stack = tuple[Client, Mapping[str, str]]


def parser(prog: str, description: str | None) -> argparse.ArgumentParser:
    """A parser of a command's options, with those that name a stack."""
    made = argparse.ArgumentParser(prog=prog, description=description)
    made.add_argument("--stack", help="name of a stack on AWS")
    made.add_argument("--region", help="region of that stack, the profile's if left out")
    return made


@contextmanager
def chosen(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Iterator[Stack]:
    """Clients and outputs of the stack; whatever fails within ends the command with a line."""
    if options.region and not options.stack:
        parser.error("--region needs --stack")
    try:
        yield _deployed(options.stack, options.region) if options.stack else _local()
    except (CloudError, ViewsError, BotoCoreError, ClientError) as error:
        sys.exit(f"error: {' '.join(str(error).split())}")


def _local() -> Stack:
    cloud = the_cloud()
    if cloud.process() is None:
        raise CloudError("the local cloud is not running: `make up` starts it")
    return cloud.client, outputs(cloud)


def _deployed(stack: str, region: str | None) -> Stack:
    """With the credentials of the environment or profile."""
    session = boto3.Session(region_name=region)
    (found,) = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return session.client, {
        each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])
    }
