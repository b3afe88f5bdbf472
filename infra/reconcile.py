"""`python -m infra.reconcile [--repair]`: compare the local cloud's views with its tables."""

import argparse
import json
import sys

from botocore.config import Config

from infra.local.__main__ import the_cloud
from infra.local.cloud import CloudError
from infra.local.deploy import outputs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repair", action="store_true", help="mend what differs")
    options = parser.parse_args()
    try:
        cloud = the_cloud()
    except CloudError as error:
        sys.exit(f"error: {error}")
    if cloud.process() is None:
        sys.exit("error: the local cloud is not running: `make up` starts it")
    functions = cloud.client(
        "lambda", config=Config(read_timeout=900, retries={"total_max_attempts": 1})
    )
    answer = functions.invoke(
        FunctionName=outputs(cloud)["ReconcileFunctionName"],
        Payload=json.dumps({"repair": options.repair}).encode(),
    )
    told = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        sys.exit(f"error: {told.get('errorMessage', told)}")
    for each in told["first"]:
        sys.stdout.write(f"{each['counter']}: {each['missing']:+}\n")
    done = ", mended" if told["repaired"] and told["differences"] else ""
    sys.stdout.write(f"{told['differences']} differences{done}\n")


if __name__ == "__main__":
    main()
