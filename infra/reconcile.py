"""`python -m infra.reconcile [--repair]`: compare the local cloud's views with its tables."""

import argparse
import sys

from infra.local.__main__ import the_cloud
from infra.local.starting import CloudError
from infra.local.views import reconcile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repair", action="store_true", help="mend what differs")
    options = parser.parse_args()
    try:
        cloud = the_cloud()
        if cloud.process() is None:
            sys.exit("error: the local cloud is not running: `make up` starts it")
        told = reconcile(cloud, repair=options.repair)
    except CloudError as error:
        sys.exit(f"error: {error}")
    for each in told["first"]:
        sys.stdout.write(f"{each['counter']}: {each['missing']:+}\n")
    done = ", mended" if told["repaired"] and told["differences"] else ""
    sys.stdout.write(f"{told['differences']} differences{done}\n")


if __name__ == "__main__":
    main()
