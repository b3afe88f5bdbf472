"""The log: JSON lines, one for each request, with no personal data in them."""

import json
import logging
import os
import sys
import time

from aws_lambda_powertools import Logger

from shared.request import Event, request_id

logger = Logger()
_encode = json.JSONEncoder(separators=(",", ":")).encode


def trace_header() -> str | None:
    """The trace of X-Ray that this call is part of, as Lambda hands it over; None without one."""
    return os.environ.get("_X_AMZN_TRACE_ID")


def log_failure(problem: Exception, number: str) -> None:
    """A failure of ours, with its causes and their tracebacks; `number` is the request's id."""
    logger.error("the request failed", exc_info=problem, extra={"request_id": number})


def log_request(event: Event, status: int, started: float) -> None:
    """The line of one request; `started` is of time.perf_counter().

    It is what `logger.info` would write, which takes longer than the rest of a warm request.
    """
    if logger.log_level > logging.INFO:
        return
    now = time.time()
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
    line = {
        "level": "INFO",
        "location": "log_request",
        "message": "request",
        "timestamp": f"{at},{int(now % 1 * 1000):03}+0000",
        "service": logger.service,
        "method": event["httpMethod"],
        # the pattern, not the path: a path may hold a person's name
        "route": event.get("resource"),
        "status": status,
        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
        "request_id": request_id(event),
    }
    trace = trace_header()
    if trace:
        line["xray_trace_id"] = trace.split(";")[0].removeprefix("Root=")
    sys.stdout.write(_encode(line) + "\n")
    sys.stdout.flush()
