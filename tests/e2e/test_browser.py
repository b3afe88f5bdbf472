"""The console's frame and the docs in a real browser, on the local cloud."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from infra.console import CONSOLE, PACKAGES
from infra.local.access import NAME, PASSWORD
from infra.node import install
from tests.browser import DIALOGS, PAGES, SESSION, open_dialog, settle, sign_in, watched
from tests.stack import Stack

pytestmark = pytest.mark.e2e
TABLET: ViewportSize = {"width": 768, "height": 900}
LARGE_FIGURES = {
    "sprocket_production_actual": [987_654_321, 123_456_789],
    "sprocket_production_goal": [999_999_999, 999_999_999],
    "time": [1_611_194_818, 1_711_194_878],
}


def sign_in_by_hand(page: Page) -> None:
    """At the sign-in page."""
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("end", ["", "/"])
def test_who_is_not_signed_in_sees_one_button_and_nothing_else_is_requested(
    browser: Browser, api: str, end: str
) -> None:
    with watched(browser) as page:
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url.removeprefix(api)))
        page.goto(api + end)
        expect(page.get_by_role("button")).to_have_text(["Sign in"])
        page.wait_for_load_state("networkidle")
        assert all(url.startswith("/static/") for url in requested[1:]), requested
        assert len(requested) <= 10


def test_somebody_signs_in_comes_back_to_the_same_page_and_signs_out(
    browser: Browser, api: str
) -> None:
    with watched(browser) as page:
        page.goto(f"{api}/#/data/jobs?key=1")
        page.get_by_role("button", name="Sign in").click()
        sign_in_by_hand(page)
        expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
        assert page.url == f"{api}/#/data/jobs?key=1"
        expect(page).to_have_title("Jobs · Data · Sprocketworks")
        page.reload()
        expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
        assert page.evaluate("localStorage.length") == 0
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button")).to_have_text(["Sign in"])
        # the sign-in's own page sends the browser back, maybe just now
        page.wait_for_function("sessionStorage.length === 0")


def test_a_second_tab_has_the_session_of_the_first_and_its_end(page: Page, api: str) -> None:
    page.goto(f"{api}/#/people")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    second = page.context.new_page()
    second.goto(f"{api}/#/sprockets")
    expect(second.get_by_role("heading", name="Sprockets")).to_be_visible()
    expect(second.locator(".person")).to_contain_text(NAME)
    second.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button")).to_have_text(["Sign in"])


def token(**claims: Any) -> str:
    body = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.x"


def put_session(page: Page, session: dict[str, str]) -> None:
    # by then the console has looked for one
    expect(page.get_by_role("button").first).to_be_visible()
    text = json.dumps(json.dumps(session))
    page.evaluate(f"sessionStorage.setItem('{SESSION}', {text})")


def test_a_session_that_is_over_leads_to_the_sign_in_and_back(browser: Browser, api: str) -> None:
    with watched(browser, "status of 401") as page:
        page.goto(f"{api}/")
        put_session(page, {"access": token(exp=1, username="demo")})
        page.goto(f"{api}/#/jobs?status=failed")
        page.reload()
        expect(page.get_by_role("button")).to_have_text(["Sign in"])
        # and one that the API refuses while somebody works
        put_session(page, {"access": token(exp=4_000_000_000, username="demo")})
        page.reload()
        dialog = page.get_by_role("dialog", name="Your session has ended")
        dialog.get_by_role("button", name="Sign in again").click()
        sign_in_by_hand(page)
        expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
        assert page.url == f"{api}/#/jobs?status=failed"
        expect(page.get_by_text("No job matches")).to_be_visible()
        # one that can be renewed is
        kept = json.loads(page.evaluate(f"sessionStorage.getItem('{SESSION}')"))
        over = token(exp=1, username="demo")
        put_session(page, {"access": over, "refresh": kept["refresh"]})
        page.reload()
        expect(page.get_by_text("No job matches")).to_be_visible()
        assert over not in page.evaluate(f"sessionStorage.getItem('{SESSION}')")


def test_what_was_entered_outlives_the_session(
    browser: Browser, api: str, cloud: dict[str, Any]
) -> None:
    with watched(browser, "status of 401") as page:
        page.goto(f"{api}/#/factories/new")
        put_session(page, {"access": token(exp=4_000_000_000, username="demo")})
        page.reload()
        page.get_by_label("Name", exact=True).fill("Kept while signing in")
        page.get_by_role("button", name="Create factory").click()
        dialog = page.get_by_role("dialog", name="Your session has ended")
        with page.context.expect_page() as opened:
            dialog.get_by_role("button", name="Sign in in a new tab").click()
        second = opened.value
        second.get_by_role("button", name="Sign in").click()
        sign_in_by_hand(second)
        expect(second.get_by_role("heading", name="New factory")).to_be_visible()
        expect(dialog).to_have_count(0)
        page.get_by_role("button", name="Create factory").click()
        expect(page.get_by_role("heading", name="Kept while signing in")).to_be_visible()


def test_pages_have_addresses_that_work_with_back_reload_and_the_keyboard(
    page: Page, api: str
) -> None:
    page.goto(f"{api}/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="Data", exact=True)
    expect(heading).to_be_focused()
    page.get_by_role("link", name="Hired employees").click()
    expect(page.get_by_role("heading", name="Hired employees")).to_be_focused()
    page.go_back()
    expect(heading).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="Hired employees")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Hired employees")).to_be_visible()
    page.goto(f"{api}/#/nothing/here")
    expect(page.get_by_text("There is nothing at this address.")).to_be_visible()


def test_the_first_view_takes_two_requests_of_the_api(page: Page, api: str) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url.removeprefix(f"{api}/")))
    page.goto(f"{api}/")
    # or not: on a loaded machine a store may be slow, and is asked again
    expect(page.get_by_text("all well")).to_be_visible()
    settle(page)
    assert len([url for url in requested if url != "health"]) <= 9, requested
    asked = {url for url in requested[1:] if not url.startswith("static/")}
    assert asked == {"reports/overview", "health"}


def test_a_failure_replaces_what_was_shown_and_can_be_tried_again(
    browser: Browser, api: str, stack: Stack
) -> None:
    with watched(browser, "status of 503", "status of 400", "TypeError") as page:
        sign_in(page, stack.described)
        # addresses that are wrong, and a page with a fault, leave the others as they are
        page.goto(f"{api}/#/factories/1?from=abc")
        expect(page.get_by_role("alert").first).to_contain_text("from: must be an integer")
        page.route("**/sprockets?*", lambda route: route.fulfill(json={"items": None}))
        page.goto(f"{api}/#/sprockets")
        expect(page.get_by_role("heading", name="This page has a fault")).to_be_visible()
        page.get_by_role("link", name="Reports").click()
        expect(page.get_by_role("img", name="Hires in 2021")).to_be_visible()
        page.goto(f"{api}/#/data/jobs")
        rows = page.locator("tbody tr")
        expect(rows.first).to_be_visible()
        problem = {"title": "Service Unavailable", "status": 503, "detail": "-"}
        page.route("**/rows?*", lambda route: route.fulfill(status=503, json=problem))
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_role("alert")).to_contain_text("not available at the moment")
        expect(rows).to_have_count(0)
        page.unroute("**/rows?*")
        page.get_by_role("button", name="Try again").click()
        expect(rows.first).to_be_visible()
        # one failure behind a page that looks by itself changes nothing
        made = stack.api.post("/ingestions", json={"table": "jobs", "filename": "later.csv"})
        page.goto(f"{api}/#/jobs/{made.json()['id']}")
        expect(page.get_by_text("Waits for its file")).to_be_visible()
        page.evaluate(
            "new MutationObserver(() => {"
            "  window.alerted ||= document.querySelector('[role=alert]') !== null"
            "}).observe(document.body, { childList: true, subtree: true })"
        )
        once = {"status": 503, "json": problem}
        page.route("**/ingestions/*", lambda route: route.fulfill(**once), times=1)
        with page.expect_response(lambda response: response.status == 503):
            pass
        with page.expect_response(lambda response: response.ok):
            pass
        assert not page.evaluate("window.alerted")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_no_page_has_an_obstacle_or_is_wider_than_the_window(
    browser: Browser, stack: Stack, scheme: str, width: int
) -> None:
    install(CONSOLE)
    api = stack.described["api"]
    axe = (PACKAGES / "axe-core/axe.min.js").read_text("utf-8")
    stack.api.post("/ingestions", json={"table": "compounds"})
    factory = stack.api.post("/factories", json={"chart_data": LARGE_FIGURES}).json()["id"]
    pages = PAGES | {"large figures": f"factories/{factory}"}
    found = {}
    size: ViewportSize = {"width": width, "height": 900}
    with watched(browser, color_scheme=scheme, viewport=size) as page:
        page.goto(f"{api}/")
        settle(page)
        page.evaluate(axe)
        found["signed out"] = obstacles(page)
        sign_in(page, stack.described)
        page.reload()
        page.evaluate(axe)
        for name, address in pages.items():
            page.goto(f"{api}/#/{address}")
            settle(page)
            found[name] = obstacles(page)
            if scheme == "light":
                page.set_viewport_size(TABLET)
                found[f"{name} on a tablet"] = cut(page)
                page.set_viewport_size(size)
        for name in DIALOGS:
            open_dialog(page, f"{api}/", name)
            found[name] = obstacles(page) + off_centre(page, size["height"])
    stack.api.delete(f"/factories/{factory}")
    assert {name: each for name, each in found.items() if each} == {}


def off_centre(page: Page, height: int) -> list[str]:
    box = page.get_by_role("dialog").bounding_box()
    assert box
    off = abs(box["y"] + box["height"] / 2 - height / 2)
    return [f"the dialog is {off} pixels off the middle"] if off > 2 else []


def obstacles(page: Page) -> list[str]:
    result = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    found = [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in result["violations"]
        for node in each["nodes"][:3]
    ]
    return found + cut(page)


def cut(page: Page) -> list[str]:
    # a table finds out in the frame after the next one whether it fits
    page.evaluate(
        "new Promise(done => {"
        "  let frames = 3;"
        "  const wait = () => frames-- ? requestAnimationFrame(wait) : done();"
        "  wait();"
        "})"
    )
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    found = [f"{wide} pixels wider than the window"] if wide > 0 else []
    tables = page.evaluate(
        "[...document.querySelectorAll('.scroll')]"
        ".filter(box => box.scrollWidth > box.clientWidth)"
        ".map(box => box.querySelector('caption').textContent)"
    )
    return found + [f"columns of {name} are cut" for name in tables]


def test_a_telephone_has_a_menu_and_room_for_the_documents(page: Page, api: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{api}/#/jobs")
    page.get_by_role("button", name="Menu").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="People").click()
    expect(page.get_by_role("heading", name="People")).to_be_focused()
    for path in ("redoc", "docs"):
        page.goto(f"{api}/{path}")
        expect(page.get_by_role("heading").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # Swagger UI has the scheme of the console, and no switch of its own
    expect(page.locator("html")).not_to_have_class("dark-mode")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_class("dark-mode")
    expect(page.locator(".dark-mode-toggle")).to_have_count(0)


def test_swagger_ui_has_the_sign_in_of_the_console(page: Page, api: str) -> None:
    page.goto(f"{api}/#/api")
    page.get_by_role("link", name="Swagger UI").click()
    expect(page.locator(".opblock").nth(5)).to_be_visible()
    operation = page.locator(".opblock", has=page.locator("[data-path='/tables']"))
    operation.first.click()
    operation.first.get_by_role("button", name="Try it out").click()
    operation.first.get_by_role("button", name="Execute").click()
    response = operation.first.locator(".live-responses-table")
    expect(response.locator(".response .response-col_status").first).to_contain_text("200")
    expect(operation.first.locator(".request-url")).to_contain_text(f"{api}/tables")
    page.locator(".auth-wrapper .authorize").first.click()
    expect(page.locator(".auth-container")).to_have_count(1)


def test_redoc_shows_the_document(page: Page, api: str) -> None:
    page.goto(f"{api}/redoc")
    expect(page.get_by_role("heading", name="Sprocketworks")).to_be_visible()
    expect(page.locator("[data-section-id]").nth(5)).to_be_attached()
    expect(page.get_by_role("heading", name="Whether each store responds")).to_be_visible()
