"""Compare the views of a stack with its tables: on the local cloud, or on AWS with --stack."""

import sys
from collections.abc import Mapping
from typing import Any

from infra import stacks
from infra.dead_letters import clear, reported
from infra.runs import Client, reconcile

# Seconds between tables and views: the local projector is late by milliseconds
LOCAL_PAUSE = 1


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
    parser = stacks.parser("python -m infra.reconcile", __doc__)
    parser.add_argument("--repair", action="store_true", help="repair what differs")
    parser.add_argument(
        "--pause", type=int, help="seconds in which the projector counts what is on its way"
    )
    options = parser.parse_args()
    if options.pause is not None and options.pause < 0:
        parser.error("--pause must be 0 or more")
    pause = LOCAL_PAUSE if options.pause is None and not options.stack else options.pause
    given: dict[str, Any] = {"repair": options.repair}
    if pause is not None:
        given["pause"] = pause
    try:
        with stacks.chosen(parser, options) as stack:
            compare(*stack, **given)
    except KeyboardInterrupt:
        sys.exit("the run goes on; the same command joins it again")


if __name__ == "__main__":
    main()
