"""The console by the keyboard alone, page by page: what has the focus, and what Enter does."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import announced
from tests.stack import Stack

pytestmark = pytest.mark.e2e
MOST_TABS = 80
FOCUSED = "element => element === document.activeElement"


def reach(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    target.wait_for()
    for _ in range(MOST_TABS):
        if target.evaluate(FOCUSED):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    reach(page, target)
    page.keyboard.press(key)


def enter(page: Page, label: str, text: str) -> None:
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.type(text)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def test_rows_are_paged_and_found(page: Page, api: str) -> None:
    page.goto(f"{api}/#/api")
    press(page, page.get_by_role("link", name="Data", exact=True))
    press(page, page.get_by_role("link", name="Jobs").nth(1))
    expect(page.get_by_role("heading", name="Jobs")).to_be_focused()
    press(page, button(page, "Next"))
    expect(page.get_by_role("status").filter(has_text="Page 2")).to_be_visible()
    expect(button(page, "Next")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Page 1")).to_be_visible()
    # there is no page before the first one, and the focus stays
    expect(button(page, "Previous")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    press(page, page.get_by_label("Find by id"))
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_file_is_chosen_and_loaded(page: Page, api: str) -> None:
    page.goto(f"{api}/#/data/load")
    expect(page.get_by_label("choose them")).to_be_enabled()
    with page.expect_file_chooser() as chooser:
        press(page, page.get_by_label("choose them"))
    file = {"name": "keys.csv", "mimeType": "text/csv", "buffer": b"id,job\n990201,Typist\n"}
    chooser.value.set_files(file)  # type: ignore[arg-type]
    press(page, button(page, "Load 1 row"))
    expect(page.get_by_text("Loaded into Jobs.")).to_be_visible()


def test_a_report_is_chosen_sorted_and_downloaded(page: Page, api: str) -> None:
    page.goto(f"{api}/#/reports")
    expect(page.get_by_role("img", name="Hires in 2021")).to_be_visible()
    press(page, button(page, "Year"))
    expect(page.get_by_role("columnheader", name="Year")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(button(page, "Year")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    reach(page, button(page, "CSV"))
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    assert started.value.suggested_filename == "hires-by-quarter-2021.csv"


def test_enter_in_a_question_does_no_harm(page: Page, stack: Stack, api: str) -> None:
    page.goto(f"{api}/#/sprockets/new")
    fields = {"Teeth": "12", "Pitch diameter": "3.5", "Outside diameter": "4", "Pitch": "1"}
    for label, value in fields.items():
        enter(page, label, value)
    # leaving by a link is asked about, and Enter stays
    press(page, page.get_by_role("link", name="People"))
    expect(page.get_by_role("dialog", name="Leave without saving?")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith("#/sprockets/new")
    expect(page.get_by_label("Teeth")).to_have_value("12")
    press(page, button(page, "Create sprocket"))
    announced(page, "is created")
    number = page.url.rpartition("/")[2]
    press(page, button(page, "Delete"))
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button(page, "Delete")).to_be_focused()
    assert stack.api.get(f"/sprockets/{number}").status_code == 200
    page.keyboard.press("Enter")
    press(page, page.get_by_role("dialog").get_by_role("button", name="Delete"))
    expect(page.get_by_role("heading", name="Sprockets")).to_be_focused()
    assert stack.api.get(f"/sprockets/{number}").status_code == 404


def test_production_and_a_factory_come_and_go(page: Page, stack: Stack, api: str) -> None:
    page.goto(f"{api}/#/factories/new")
    enter(page, "Name", "Works by keys")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Works by keys")).to_be_focused()
    press(page, button(page, "Add a point"))
    enter(page, "Actual", "30")
    enter(page, "Goal", "31")
    page.keyboard.press("Enter")
    announced(page, "The point is added")
    expect(button(page, "Add a point")).to_be_focused()
    page.locator("h1").focus()
    press(page, button(page, "Delete").first)
    # Enter in the field is not the button
    page.get_by_label("Type Works by keys").wait_for()
    reach(page, page.get_by_label("Type Works by keys"))
    page.keyboard.type("Works by keys")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, button(page, "Delete for ever"))
    expect(page.get_by_role("heading", name="Factories")).to_be_focused()


def test_a_person_is_added_and_found(page: Page, api: str) -> None:
    page.goto(f"{api}/#/people")
    press(page, button(page, "Add a person"))
    enter(page, "Name", "Noor")
    # what is entered is not dropped by one key, nor by two
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_text("Discard what you entered?")).to_be_visible()
    expect(button(page, "Keep editing")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Noor")
    reach(page, page.get_by_label("Date of birth"))
    page.keyboard.type("01311990")
    page.keyboard.press("Enter")
    announced(page, "Noor is saved")
    expect(button(page, "Add a person")).to_be_focused()
    page.keyboard.press("Enter")
    enter(page, "Name", "Nobody")
    page.keyboard.press("Escape")
    press(page, button(page, "Discard"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button(page, "Add a person")).to_be_focused()
    enter(page, "Find by name", "Noor")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Hello, Noor!")).to_be_visible()
