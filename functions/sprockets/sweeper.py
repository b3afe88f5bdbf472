"""Clears the points that requests which ended early have left behind; called on a schedule."""

from typing import Any

from aws_lambda_powertools import Logger

from sprockets.generations import clear_abandoned

logger = Logger()
# what is left of the function's time when it leaves the rest to the next call
MARGIN = 20.0  # seconds


def handler(_event: object, context: Any) -> dict[str, int]:
    """How many generations of points were `cleared`."""
    cleared = clear_abandoned(context.get_remaining_time_in_millis() / 1000 - MARGIN)
    logger.info("swept", extra={"cleared": cleared})
    return {"cleared": cleared}
