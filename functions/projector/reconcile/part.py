"""Lambda entry point for one part of a step of reconcile, called until the part is done."""

from typing import Any

from aws_lambda_powertools import Logger

from projector.reconcile.compare import compare
from projector.reconcile.figures import Fold, Rows, Views
from projector.reconcile.repair import Gathered, repair
from projector.reconcile.scan import read_segment
from shared.retries import patient_to_the_end

logger = Logger()

# what is left of the function's time when it stores what it has read
HAND_BACK = 120.0  # seconds
# what is left of it when a throttled table is waited for no longer
LAST = 60.0  # seconds


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A part of the plan in, `{"done"}` out."""

    def more_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > HAND_BACK * 1000)

    with patient_to_the_end(context, LAST):
        if event["do"] == "compare":
            done = compare(event)
        elif event["do"] == "repair":
            done = repair(event)
        else:
            done = read_segment(event, _fold(event), more_time)
    logger.info("part of a run", extra={"part": event["to"], "done": done})
    return {"done": done}


def _fold(event: dict[str, Any]) -> Fold:
    if event["do"] == "compact":
        return Gathered()
    return Views() if event["do"] == "views" else Rows()
