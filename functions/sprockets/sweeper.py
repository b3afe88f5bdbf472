"""Clears the points that interrupted requests have left behind; called on a schedule."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.deadline import HANDOVER
from sprockets.factories import clear_abandoned

logger = Logger()


def handler(_event: object, context: Any) -> dict[str, int]:
    """How many generations of points were `cleared`."""
    cleared = clear_abandoned(context.get_remaining_time_in_millis() / 1000 - HANDOVER)
    logger.info("swept", extra={"cleared": cleared})
    return {"cleared": cleared}
