"""`make bench-warm`: processor time of a request to a warm function, beside the FastAPI peer.

Both sides are called in one process with the same events, turn by turn. The store is a process of
its own that has one sprocket for everyone. The peer writes no line of log, or one by Powertools'
logger where the row says so.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from rich.console import Console
from rich.progress import track

from tests.benchmarks.cold import machine
from tests.benchmarks.null_store import null_store
from tests.conftest import CREDENTIALS, REGION
from tests.front_door import Context, event
from tests.template import environment

WARM_ROUNDS, CALLS = 15, 300
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
INVALID = json.dumps({"teeth": 0, "pitch_diameter": -1, "outside_diameter": "x"})


def ping() -> Handler:
    """A route that does nothing, as the peer has one."""
    from shared.http import Api, JsonObject
    from shared.params import LIMIT

    api = Api("bench")

    @api.get("/ping/{name}", summary="Nothing", query=(LIMIT,))
    def pong(name: str, limit: int) -> JsonObject:
        return {"name": name, "limit": limit}

    return api


def logged(peer: Handler) -> Handler:
    """The peer with a line of log for each request, as Powertools writes it."""
    logger = Logger(service="peer")

    def handler(request: dict[str, Any], context: Any) -> dict[str, Any]:
        started = time.perf_counter()
        result = peer(request, context)
        line = {
            "method": request["httpMethod"],
            "route": request["resource"],
            "status": result["statusCode"],
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            "request_id": request["requestContext"]["requestId"],
        }
        logger.info("request", extra=line)
        return result

    return handler


def clients_alone() -> tuple[Handler, Handler]:
    """The read of the sprocket that both sides make, by the client of each."""
    from shared.factory_table import factory_table
    from sprockets.store.keys import sprocket_key
    from tests.benchmarks.peers.fastapi_peer.app import table

    def own(_request: dict[str, Any], _context: Any) -> dict[str, Any]:
        factory_table().get(sprocket_key(1))
        return {"statusCode": 200}

    def peer(_request: dict[str, Any], _context: Any) -> dict[str, Any]:
        table.get_item(Key={"pk": "SPROCKET", "sk": f"{1:015}"})
        return {"statusCode": 200}

    return own, peer


def microseconds(handler: Handler, request: dict[str, Any], status: int) -> float:
    """Processor time of one call, all threads together."""
    context = Context()
    started = time.process_time()
    for _ in range(CALLS):
        assert handler(request, context)["statusCode"] == status
    return (time.process_time() - started) / CALLS * 1e6


def bench() -> list[str]:
    """Lines of the table; to be called where stdout goes nowhere, as the log's lines do."""
    own: Handler = import_module("sprockets.handler").handler
    peer: Handler = import_module("tests.benchmarks.peers.fastapi_peer.app").handler
    headers = {"Content-Type": "application/json", "Host": "localhost"}
    one = event("GET", "/sprockets/1", None, headers)
    invalid = event("POST", "/sprockets", INVALID, headers)
    nothing = {**one, "path": "/ping/Ada", "resource": "/ping/{proxy+}"}
    cases = (
        ("no I/O, a line of log here", 0.35, ping(), peer, nothing, 200),
        ("no I/O, a line of log on both sides", 0.35, ping(), logged(peer), nothing, 200),
        ("no I/O", 0.35, ping(), peer, nothing, 200),
        ("no I/O, a body with four faults", 0.35, own, peer, invalid, 422),
        ("one store call", 0.2, own, peer, one, 200),
        ("the call alone, by the clients", None, *clients_alone(), one, 200),
    )
    lines = [
        "| µs of CPU a warm request | here | peer | ratio | target |",
        "|---|---:|---:|---:|---:|",
    ]
    from shared.log import logger

    for name, target, handler, beside, request, status in track(
        cases, "cases", console=Console(stderr=True)
    ):
        logger.setLevel("INFO" if "log" in name else "WARNING")
        taken: dict[Handler, list[float]] = {handler: [], beside: []}
        for number in range(WARM_ROUNDS + 1):
            for side, times in taken.items():
                took = microseconds(side, request, status)
                if number:  # the first one warms up
                    times.append(took)
        here, there = (statistics.median(times) for times in taken.values())
        reach = f"≤ {target}" if target else ""
        lines.append(f"| {name} | {here:.0f} | {there:.0f} | {here / there:.2f} | {reach} |")
    return [*lines, "", f"Medians of {WARM_ROUNDS} times {CALLS} calls; {machine()}."]


def main() -> None:
    with null_store() as store:
        os.environ.update(
            CREDENTIALS,
            **environment(),
            AWS_REGION=REGION,
            AWS_DEFAULT_REGION=REGION,
            AWS_ENDPOINT_URL=store,
            POWERTOOLS_SERVICE_NAME="bench",
            POWERTOOLS_TRACE_DISABLED="true",
        )
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            lines = bench()
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
