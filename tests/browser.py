"""A real browser, and a console that is signed in."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
ARGUMENTS = (
    "--no-sandbox",  # Chromium refuses its sandbox to root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE = 20_000  # milliseconds; the first call of each function starts it
LOCAL = {"localhost", "127.0.0.1"}  # the local cloud's names for itself
SESSION = "sprocketworks-session"  # where the console keeps it
# of each page of the console, by its address
PAGES = {
    "overview": "",
    "data": "data",
    "data-table": "data/hired_employees",
    "data-row": "data/users?key=1",
    "load": "data/load",
    "jobs": "jobs",
    "report-hires": "reports/hires",
    "report-departments": "reports/departments",
    "report-experiments": "reports/experiments",
    "report-production": "reports/production",
    "sprockets": "sprockets",
    "sprocket": "sprockets/1",
    "sprocket-new": "sprockets/new",
    "factories": "factories",
    "factory": "factories/1",
    "factory-new": "factories/new",
    "people": "people",
    "person": "people?name=Ada",
    "api": "api",
    "nowhere": "nowhere",
}


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def sign_in(page: Page, cloud: dict[str, Any]) -> None:
    """The page has the token that the sign-in would have got it."""
    token = cloud["headers"]["Authorization"].removeprefix("Bearer ")
    session = json.dumps(json.dumps({"access": token}))
    page.add_init_script(
        f"sessionStorage.getItem('{SESSION}') ?? sessionStorage.setItem('{SESSION}', {session})"
    )


def settle(page: Page) -> None:
    """Wait until nothing is loading."""
    page.wait_for_load_state("networkidle")
    page.locator("h1").first.wait_for()
    page.locator(".skeleton").first.wait_for(state="detached")


@contextmanager
def watched(browser: Browser, *expected: str, **options: Any) -> Iterator[Page]:
    """A page that reaches no other host, and reports no error but those that are expected."""
    errors: list[str] = []
    outside: list[str] = []
    context = browser.new_context(**options)

    def note(message: str) -> None:
        if not any(each in message for each in expected):
            errors.append(message)

    def note_message(message: ConsoleMessage) -> None:
        # the sign-in page of the local cloud has no icon
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            note(message.text)

    def watch(page: Page) -> None:
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: note(str(error)))
        page.on("console", note_message)
        page.on("request", lambda request: look(request.url))

    def look(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOCAL:
            outside.append(url)

    context.on("page", watch)
    yield context.new_page()
    context.close()
    assert not outside, outside
    assert not errors, errors
