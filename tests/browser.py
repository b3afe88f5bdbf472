"""A real browser, and a console that is signed in."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.template import ROOT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
ARGUMENTS = (
    "--no-sandbox",  # Chromium refuses its sandbox to root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE = 60_000  # milliseconds; the first call of each function starts it
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
    "report-hires": "reports/hires-by-quarter",
    "report-departments": "reports/departments-above-mean",
    "report-mean": "reports/mean-hires",
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
# Dialogs: the page that has it, and the button that opens it
DIALOGS = {
    "dialog-sprocket-delete": ("sprockets/1", "Delete"),
    "dialog-factory-delete": ("factories/1", "Delete"),
    "dialog-factory-rename": ("factories/1", "Rename"),
    "dialog-point": ("factories/1", "Add a point"),
    "dialog-points": ("factories/1", "Paste many"),
    "dialog-person": ("people", "Add a person"),
    "dialog-person-change": ("people?name=Ada", "Change the birthday"),
}


def described() -> dict[str, Any]:
    """The content of the cloud.json of the local cloud that runs in this folder."""
    path = ROOT / ".local/cloud.json"
    if not path.exists():
        sys.exit("error: no local cloud is running: `make up` starts it")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


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


def choose(page: Page, name: str, content: str | bytes) -> None:
    """A file, at the page that loads files."""
    data = content.encode() if isinstance(content, str) else content
    file: Any = {"name": name, "mimeType": "text/csv", "buffer": data}
    page.locator("#files:enabled").wait_for()  # the tables are known
    page.get_by_label("choose them").set_input_files(file)


def open_dialog(page: Page, console: str, name: str) -> None:
    address, button = DIALOGS[name]
    page.keyboard.press("Escape")  # out of the one before
    page.goto(f"{console}#/{address}")
    settle(page)
    page.get_by_role("button", name=button, exact=True).first.click()
    page.get_by_role("dialog").wait_for()
    settle(page)


def settle(page: Page) -> None:
    """Wait until nothing is loading."""
    page.wait_for_load_state("networkidle")
    # a page of the same document is drawn with the next frame
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)))")
    page.locator("h1").first.wait_for()
    page.locator(".skeleton").first.wait_for(state="detached")


def stay_paused(page: Page) -> None:
    """From now on, an upload that breaks goes on only when somebody wishes so."""
    page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")


@contextmanager
def watched(browser: Browser, *expected: str, **options: Any) -> Iterator[Page]:
    """A page that reaches no other host, and reports no error but those that are expected."""
    errors: list[str] = []
    outside: list[str] = []
    # dates are typed as they are there
    context = browser.new_context(locale="en-US", **options)

    def note(message: str) -> None:
        if not any(each in message for each in expected):
            errors.append(message)

    def note_message(message: ConsoleMessage) -> None:
        # the sign-in page of the local cloud has no icon; a loaded machine has slow stores
        known = message.location["url"].endswith(("/favicon.ico", "/health"))
        if message.type == "error" and not known:
            note(message.text + " " + message.location["url"])

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


def announced(page: Page, sentence: str) -> None:
    expect(page.locator(".announcements")).to_contain_text(sentence)
