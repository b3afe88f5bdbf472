"""Compare the views of a stack with its tables: on the local cloud, or on AWS with --stack."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.dead_letters import clear, reported
from infra.local.__main__ import the_cloud
from infra.local.deploy import outputs
from infra.local.starting import CloudError
from infra.runs import Client, ViewsError, reconcile

# Seconds between tables and views: the local projector is late by milliseconds
LOCAL_PAUSE = 1


def local() -> tuple[Client, Mapping[str, str]]:
    """The local cloud's clients, and its stack's outputs; CloudError."""
    cloud = the_cloud()
    if cloud.process() is None:
        raise CloudError("the local cloud is not running: `make up` starts it")
    return cloud.client, outputs(cloud)


def deployed(stack: str, region: str | None) -> tuple[Client, Mapping[str, str]]:
    """The same of a stack on AWS, with the credentials of the environment or profile."""
    session = boto3.Session(region_name=region)
    (found,) = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return session.client, {
        each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])
    }


def report(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def compare(client: Client, outputs: Mapping[str, str], **options: Any) -> None:
    run = reconcile(client, outputs, report, **options)
    result = run.result()
    for each in result["first"]:
        sys.stdout.write(f"{each['counter']}: {each['missing']:+}\n")
    done = ", repaired" if result["repaired"] and result["differences"] else ""
    sys.stdout.write(f"differences: {result['differences']}{done}\n")
    if result["moving"]:
        sys.stdout.write(
            f"not compared, because they changed meanwhile: {result['moving']}; run it again when "
            "fewer rows are written\n"
        )
    if result["repaired"]:
        # what is reported later the run may have missed
        letters = reported(client, outputs, run.started)
        clear(client, outputs, letters)
        for letter in letters:
            sys.stdout.write(f"dead letters, removed from the queue: {letter.place}\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.reconcile", description=__doc__)
    parser.add_argument("--repair", action="store_true", help="repair what differs")
    parser.add_argument("--stack", help="name of a stack on AWS")
    parser.add_argument("--region", help="region of that stack, the profile's if left out")
    parser.add_argument(
        "--pause", type=int, help="seconds in which the projector counts what is on its way"
    )
    options = parser.parse_args()
    if options.region and not options.stack:
        parser.error("--region needs --stack")
    if options.pause is not None and options.pause < 0:
        parser.error("--pause must be 0 or more")
    try:
        if options.stack:
            target = deployed(options.stack, options.region)
            pause = {} if options.pause is None else {"pause": options.pause}
        else:
            target = local()
            pause = {"pause": LOCAL_PAUSE if options.pause is None else options.pause}
        compare(*target, repair=options.repair, **pause)
    except KeyboardInterrupt:
        sys.exit("the run goes on; the same command joins it again")
    except (CloudError, ViewsError, BotoCoreError, ClientError) as error:
        sys.exit(f"error: {' '.join(str(error).split())}")


if __name__ == "__main__":
    main()
