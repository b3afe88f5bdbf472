"""`make bench-cold-console`: the first view of the console, its functions cold and warm.

Cold is after a restart of the cloud, with none of the functions' processes there. A view is over
when the overview has all of its figures; the browser keeps nothing from one to the next.
"""

import os
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from playwright.sync_api import Browser
from rich.console import Console
from rich.progress import track

from infra.local.__main__ import up
from infra.local.cloud import Cloud
from tests.benchmarks.cold import machine
from tests.browser import chromium, settle, sign_in, watched
from tests.stack import free_port

VIEWS = 5


def view(browser: Browser, cloud: dict[str, Any]) -> tuple[float, int]:
    """Seconds until the overview is there, and its requests."""
    requests: list[str] = []
    # health is a 503 where a store takes long, on a machine that has much to do
    with watched(browser, "503 (Service Unavailable)") as page:
        page.set_default_timeout(300_000)
        page.on("request", lambda request: requests.append(request.url))
        sign_in(page, cloud)
        started = time.perf_counter()
        page.goto(cloud["console"])
        settle(page)
        return time.perf_counter() - started, len(requests)


def bench(cloud: Cloud) -> list[str]:
    described = up(cloud)
    cold, warm, workers, requests = [], [], [], []
    with chromium() as browser:
        for _ in track(range(VIEWS), "views", console=Console(stderr=True)):
            cloud.stop()
            cloud.start()
            cold.append(view(browser, described)[0])
            server = cloud.process() or psutil.Process()
            workers.append(len(server.children()))
            took, sent = view(browser, described)
            warm.append(took)
            requests.append(sent)
    return [
        "| first view of the console on the local cloud | median | longest |",
        "|---|---:|---:|",
        f"| functions cold, s | {statistics.median(cold):.1f} | {max(cold):.1f} |",
        f"| functions warm, s | {statistics.median(warm):.1f} | {max(warm):.1f} |",
        f"| requests | {statistics.median(requests):.0f} | {max(requests)} |",
        f"| processes of functions | {statistics.median(workers):.0f} | {max(workers)} |",
        "",
        f"{VIEWS} views each; {machine()}.",
    ]


def main() -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    with TemporaryDirectory() as folder:
        cloud = Cloud(Path(folder), free_port())
        try:
            lines = bench(cloud)
        finally:
            cloud.stop()
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
