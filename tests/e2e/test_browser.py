"""The console and the docs in a real browser, on the local cloud."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from infra.local.access import NAME, PASSWORD
from tests.stack import Stack

pytestmark = pytest.mark.e2e

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
ARGUMENTS = (
    "--no-sandbox",  # Chromium refuses its sandbox to root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
TOKEN = "sprocketworks-token"  # noqa: S105 - where the console keeps it
PATIENCE = 20_000  # milliseconds; the first call of each function starts it
CHART = {
    "sprocket_production_actual": [32, 29, 31],
    "sprocket_production_goal": [30, 30, 30],
    "time": [1611194818, 1611194878, 1611194938],
}
CSV = "id,job\n990001,Cooper\n<b>x</b>,Smith\n990002\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium on the PATH: .ci/run installs it")
        pytest.skip("no chromium on the PATH, e.g. by apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def api(cloud: dict[str, Any]) -> str:
    """The stage's address, without a slash at its end."""
    return str(cloud["api"])


@pytest.fixture
def page(browser: Browser, cloud: dict[str, Any]) -> Iterator[Page]:
    """A signed-in page that reaches no other host, and reports no error but what is expected."""
    with watched(browser) as page:
        sign_in(page, cloud)
        yield page


def sign_in(page: Page, cloud: dict[str, Any]) -> None:
    """The page has the token that the sign-in would have got it."""
    token = cloud["headers"]["Authorization"].removeprefix("Bearer ")
    page.add_init_script(
        f"sessionStorage.getItem('{TOKEN}') ?? sessionStorage.setItem('{TOKEN}', '{token}')"
    )


@contextmanager
def watched(browser: Browser) -> Iterator[Page]:
    errors: list[str] = []
    outside: list[str] = []
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)

    def look(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "localhost":
            outside.append(url)

    page.on("request", lambda request: look(request.url))
    yield page
    page.close()
    assert outside == []
    assert errors == []


def section(page: Page, name: str) -> Locator:
    return page.locator(f"section#{name}")


def open_console(page: Page, url: str) -> None:
    page.goto(url)
    # by then its script runs
    expect(page.locator("#health [role=status]")).to_have_text("All stores answer")


@pytest.mark.parametrize("end", ["", "/"])
def test_the_console_shows_the_works(page: Page, stack: Stack, api: str, end: str) -> None:
    made = stack.api.post("/factories", json={"chart_data": CHART})
    assert made.status_code == 201
    open_console(page, api + end)
    tables = section(page, "tables")
    expect(tables.locator("[data-list] tbody tr")).to_have_count(6)
    expect(tables.get_by_role("option")).to_have_count(6)
    reports = section(page, "reports")
    for title in ("Hires by quarter, 2021", "Departments above the mean, 2021", "Mean hires, 2021"):
        expect(reports.locator("caption", has_text=title)).to_be_visible()
    expect(reports.locator("caption", has_text="Experiments per user")).to_be_visible()
    expect(section(page, "sprockets").locator("caption")).to_be_visible()
    expect(section(page, "factories").locator("svg").first).to_be_visible()
    expect(page.locator(".problem:visible")).to_have_count(0)


def test_a_csv_is_loaded_and_its_faults_are_shown_as_text(page: Page, api: str) -> None:
    open_console(page, f"{api}/")
    tables = section(page, "tables")
    tables.get_by_label("Table").select_option("jobs")
    file = {"name": "jobs.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    tables.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    dry_run = tables.get_by_label("only check, write nothing")
    dry_run.check()
    tables.get_by_role("button", name="Upload").click()
    names, counts = tables.locator(".counts dt"), tables.locator(".counts dd")
    expect(names).to_have_text(["read", "would be written", "duplicates", "rejected"])
    expect(counts).to_have_text(["3", "1", "0", "2"])
    dry_run.uncheck()
    tables.get_by_role("button", name="Upload").click()
    expect(names).to_have_text(["read", "written", "duplicates", "rejected"])
    expect(counts).to_have_text(["3", "1", "0", "2"])
    rejected = tables.locator("table", has_text="Rejected lines").locator("tbody tr")
    expect(rejected).to_have_count(2)
    expect(rejected.first.locator("td").first).to_have_text("3")
    expect(rejected.first).to_contain_text("<b>x</b>")
    expect(rejected.locator("b")).to_have_count(0)
    expect(tables.locator("caption", has_text="Some rows of jobs")).to_be_visible()


def test_a_large_files_job_is_shown_and_cancelled(page: Page, stack: Stack, api: str) -> None:
    made = stack.api.post("/ingestions", json={"table": "compounds"})
    assert made.status_code == 201
    open_console(page, f"{api}/")
    ingestions = section(page, "ingestions")
    newest = ingestions.locator("tbody tr").first
    expect(newest).to_contain_text("compounds")
    expect(newest).to_contain_text("awaiting upload")
    newest.get_by_role("button", name="cancel").click()
    expect(newest).to_contain_text("cancelled")
    expect(newest.get_by_role("button")).to_have_count(0)
    ingestions.get_by_role("button", name="Load what waits").click()
    expect(ingestions.locator("[data-result]")).to_have_text(re.compile(r"\d+ started\."))


def test_a_sprocket_is_made(page: Page, api: str) -> None:
    open_console(page, f"{api}/")
    sprockets = section(page, "sprockets")
    for label, value in {
        "Teeth": "12",
        "Pitch diameter": "3.5",
        "Outside diameter": "4.25",
        "Pitch": "1.5",
    }.items():
        sprockets.get_by_label(label, exact=True).fill(value)
    sprockets.get_by_role("button", name="Create").click()
    expect(sprockets.locator("[data-result]")).to_have_text(re.compile(r"Sprocket \d+ is made\."))


def test_a_name_is_saved_and_greeted(page: Page, api: str) -> None:
    open_console(page, f"{api}/")
    greetings = section(page, "greetings")
    greetings.get_by_label("Name").fill("Zoë")
    greetings.get_by_label("Date of birth").fill("1990-01-31")
    greetings.get_by_role("button", name="Save").click()
    result = greetings.locator("[data-result]")
    expect(result).to_have_text("Saved.")
    greetings.get_by_role("button", name="Greet").click()
    expect(result).to_contain_text("Hello, Zoë!")


def test_a_refusal_is_shown_with_its_reasons(
    browser: Browser, api: str, cloud: dict[str, Any]
) -> None:
    page = browser.new_page()  # the browser itself reports the 422 as an error
    sign_in(page, cloud)
    open_console(page, f"{api}/")
    greetings = section(page, "greetings")
    greetings.get_by_label("Name").fill("R2D2")
    greetings.get_by_label("Date of birth").fill("2999-01-01")
    greetings.get_by_role("button", name="Save").click()
    alert = greetings.get_by_role("alert")
    expect(alert).to_be_visible()
    expect(alert.locator("li")).to_contain_text(["username", "dateOfBirth"])
    page.close()


def test_somebody_signs_in_and_sees_the_tables(browser: Browser, api: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    open_console(page, f"{api}/")
    expect(section(page, "tables").get_by_role("alert")).to_contain_text("Unauthorized")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(section(page, "tables")).to_contain_text("hired_employees")
    assert page.url == f"{api}/"
    page.reload()
    expect(section(page, "tables")).to_contain_text("hired_employees")
    page.close()


def test_a_token_that_is_pasted_is_used(browser: Browser, api: str, cloud: dict[str, Any]) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    open_console(page, f"{api}/")
    token = cloud["headers"]["Authorization"].removeprefix("Bearer ")
    page.get_by_label("Bearer token").fill(token)
    page.get_by_role("button", name="Use", exact=True).click()
    expect(section(page, "tables")).to_contain_text("hired_employees")
    page.close()


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc"])
def test_a_page_fits_a_telephone(page: Page, api: str, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(api + path)
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_swagger_ui_lists_the_operations_and_tries_one(page: Page, api: str) -> None:
    page.goto(f"{api}/docs")
    expect(page.locator("#operations-tables-list_tables, .opblock").first).to_be_visible()
    assert page.locator(".opblock").count() > 5
    operation = page.locator(".opblock", has=page.locator("[data-path='/health']"))
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.locator(".response .response-col_status").first).to_contain_text("200")
    expect(answer).to_contain_text('"status"')
    expect(operation.locator(".request-url")).to_contain_text(f"{api}/health")


def test_redoc_shows_the_document(page: Page, api: str) -> None:
    page.goto(f"{api}/redoc")
    expect(page.get_by_role("heading", name="Sprocketworks")).to_be_visible()
    expect(page.locator("[data-section-id]").nth(5)).to_be_attached()
    expect(page.get_by_role("heading", name="Whether each store answers")).to_be_visible()
