"""`make bench-console`: what each page of the local cloud's console takes to open, in a browser.

The first view is opened with an empty cache; the pages are opened by their address with what the
browser has kept of the console's own files. A page is usable when nothing on it is loading any
more. The functions are warm: each page is opened once before. The local cloud compresses nothing;
API Gateway does (`MinimumCompressionSize` in the template), so both sizes are printed.
"""

import gzip
import statistics
import sys
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from tests.benchmarks.cold import machine
from tests.browser import PAGES, chromium, described, sign_in

ROUNDS = 5
MOST_REQUESTS, MOST_KB, MOST_SECONDS = 10, 120, 1.5
COMPRESSED_FROM = 1024  # bytes, as the template has it
USABLE = "() => document.querySelector('h1') && !document.querySelector('.skeleton')"


@dataclass
class Opened:
    """What it took to open a page."""

    requests: int
    size: int  # bytes over the wire, headers included
    compressed: int
    ms: float


def watch(session: CDPSession) -> dict[str, int]:
    """Bytes of each response from now on, by the request's id; not of what comes from a cache."""
    sizes: dict[str, int] = {}
    kept: set[str] = set()

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] not in kept:
            sizes[event["requestId"]] = event["encodedDataLength"]

    def received(event: dict[str, Any]) -> None:
        if event["response"]["fromDiskCache"]:
            kept.add(event["requestId"])

    session.send("Network.enable")
    session.on("Network.requestServedFromCache", lambda event: kept.add(event["requestId"]))
    session.on("Network.responseReceived", received)
    session.on("Network.loadingFinished", finished)
    return sizes


def saved(session: CDPSession, request: str, size: int) -> int:
    """Bytes that compression takes from a response, all of which are text.

    Of a page that has not changed the body is the browser's own: it is longer than what was sent.
    """
    body = session.send("Network.getResponseBody", {"requestId": request})["body"].encode()
    return len(body) - len(gzip.compress(body, 6)) if size > len(body) >= COMPRESSED_FROM else 0


def open_page(page: Page, address: str) -> Opened:
    session = page.context.new_cdp_session(page)
    page.goto("about:blank")
    sizes = watch(session)
    page.goto(address)
    page.wait_for_function(USABLE, polling="raf")
    ms = page.evaluate("performance.now()")
    size = sum(sizes.values())
    compressed = size - sum(saved(session, *each) for each in list(sizes.items()))
    session.detach()
    return Opened(len(sizes), size, compressed, ms)


def first_view(browser: Browser, cloud: dict[str, Any]) -> Opened:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, cloud)
    opened = open_page(page, cloud["console"])
    context.close()
    return opened


def row(name: str, opened: list[Opened]) -> str:
    requests, size, compressed, ms = (
        statistics.median(getattr(each, what) for each in opened)
        for what in ("requests", "size", "compressed", "ms")
    )
    sizes = f"{compressed / 1000:.0f} | {size / 1000:.0f}"
    return f"| {name} | {requests:.0f} | {sizes} | {ms / 1000:.2f} |"


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
    limits = f"≤ {MOST_REQUESTS} | ≤ {MOST_KB} | | ≤ {MOST_SECONDS}"
    return [
        "| page | requests | kB, compressed | as the local cloud sends them | s until usable |",
        "|---|---:|---:|---:|---:|",
        f"| target of the first view | {limits} |",
        row("first view, nothing kept: the overview", first),
        *(row(name, opened) for name, opened in pages.items()),
        "",
        f"Medians of {ROUNDS}; {machine()}, which runs the local cloud and the browser, too.",
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(bench()) + "\n")
