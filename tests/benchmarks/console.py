"""`make bench-console`: what each page of the local cloud's console takes to open, in a browser.

The first view is opened with an empty cache; the pages are opened by their address with what the
browser has kept of the console's own files. A page is usable when nothing on it is loading any
more. The functions are warm: each page is opened once before.
"""

import statistics
import sys
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from tests.benchmarks.cold import machine
from tests.browser import PAGES, chromium, described, sign_in

ROUNDS = 5
MOST_REQUESTS, MOST_KB, MOST_SECONDS = 10, 120, 1.5
USABLE = "() => document.querySelector('h1') && !document.querySelector('.skeleton')"


@dataclass
class Opened:
    """What it took to open a page."""

    requests: int = 0
    size: float = 0  # bytes over the wire, headers included
    ms: float = 0


def watch(session: CDPSession) -> Opened:
    """Counts what the browser loads from now on; what comes from its cache is no request."""
    opened = Opened()
    kept: set[str] = set()

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in kept:
            return
        opened.requests += 1
        opened.size += event["encodedDataLength"]

    def received(event: dict[str, Any]) -> None:
        if event["response"]["fromDiskCache"]:
            kept.add(event["requestId"])

    session.send("Network.enable")
    session.on("Network.requestServedFromCache", lambda event: kept.add(event["requestId"]))
    session.on("Network.responseReceived", received)
    session.on("Network.loadingFinished", finished)
    return opened


def open_page(page: Page, address: str) -> Opened:
    session = page.context.new_cdp_session(page)
    page.goto("about:blank")
    opened = watch(session)
    page.goto(address)
    page.wait_for_function(USABLE, polling="raf")
    opened.ms = page.evaluate("performance.now()")
    session.detach()
    return opened


def first_view(browser: Browser, cloud: dict[str, Any]) -> Opened:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, cloud)
    opened = open_page(page, cloud["console"])
    context.close()
    return opened


def row(name: str, opened: list[Opened]) -> str:
    requests, size, ms = (
        statistics.median(getattr(each, what) for each in opened)
        for what in ("requests", "size", "ms")
    )
    return f"| {name} | {requests:.0f} | {size / 1000:.0f} | {ms / 1000:.2f} |"


def bench() -> list[str]:
    cloud = described()
    with chromium() as browser:
        context = browser.new_context(base_url=cloud["console"])
        page = context.new_page()
        sign_in(page, cloud)
        addresses = {name: f"{cloud['console']}#/{address}" for name, address in PAGES.items()}
        for address in addresses.values():
            open_page(page, address)
        first = [first_view(browser, cloud) for _ in range(ROUNDS)]
        pages = {
            name: [open_page(page, address) for _ in range(ROUNDS)]
            for name, address in addresses.items()
        }
    limits = f"≤ {MOST_REQUESTS} | ≤ {MOST_KB} | ≤ {MOST_SECONDS}"
    return [
        "| page | requests | kB over the wire | s until usable |",
        "|---|---:|---:|---:|",
        f"| target of the first view | {limits} |",
        row("first view, nothing kept: the overview", first),
        *(row(name, opened) for name, opened in pages.items()),
        "",
        f"Medians of {ROUNDS}; {machine()}, which runs the local cloud and the browser, too.",
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(bench()) + "\n")
