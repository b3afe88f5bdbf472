"""The log: JSON lines, one for each request, with no personal data in them."""

import time

from aws_lambda_powertools import Logger

from shared.request import Event, request_id

logger = Logger()


def log_failure(problem: Exception, number: str) -> None:
    """A failure of ours, with its causes and their tracebacks; `number` is the request's id."""
    logger.error("the request failed", exc_info=problem, extra={"request_id": number})


def log_request(event: Event, status: int, started: float) -> None:
    """The line of one request; `started` is of time.perf_counter()."""
    logger.info(
        "request",
        extra={
            "method": event["httpMethod"],
            # the pattern, not the path: a path may hold a person's name
            "route": event.get("resource"),
            "status": status,
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            "request_id": request_id(event),
        },
    )
