"""What people do in the console, page by page, in a real browser on the local cloud."""

import csv
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Response, Route, expect

from tests.browser import announced, choose, sign_in, stay_paused, watched
from tests.stack import Stack, until

pytestmark = pytest.mark.e2e
LOADING = 180_000  # milliseconds; a job's functions start
PARTS = "**/uploads/**"  # their addresses in the bucket
JOINED = re.compile(r"/uploads/.*\?uploadId=[^&]*&X-Amz")  # of the list of all parts
FAILURE = "<Error><Code>InternalError</Code></Error>"
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
JOBS = "id,job\n990001,Cooper\n<b>x</b>,Smith\n990002\n"
HOUSE = {"teeth": 12, "pitch_diameter": 3.5, "outside_diameter": 4.25, "pitch": 1.5}


def facts(card: Locator) -> list[str]:
    return [*map(str.strip, card.locator(".facts dd").all_inner_texts())]


def put(request: Request) -> bool:
    return request.method == "PUT"


def stored(response: Response) -> bool:
    """Whether it is of a part that S3 has now."""
    return put(response.request) and response.ok


def first(request: Request) -> bool:
    """Whether it is of the first part of a file."""
    return "partNumber=1&" in request.url


def downloaded(page: Page, button: Locator) -> tuple[str, str]:
    """Name and text of the file that a button downloads."""
    with page.expect_download() as started:
        button.click()
    return started.value.suggested_filename, started.value.path().read_text("utf-8")


def rows_of(stack: Stack, table: str) -> int:
    tables = stack.api.get("tables").json()["tables"]
    return int({each["name"]: each["rows"] for each in tables}[table])


def test_the_overview_shows_the_works(stack: Stack, page: Page, api: str) -> None:
    page.goto(f"{api}/")
    rows = page.locator(".card", has=page.get_by_role("heading", name="Rows"))
    expect(rows.get_by_role("link", name="Hired employees")).to_be_visible()
    expect(rows).to_contain_text(f"{rows_of(stack, 'hired_employees'):,}")
    expect(page.get_by_role("img", name="Factory 1: actual against goal")).to_be_visible()

    def all_well() -> bool:
        # where it is not, a store was slow: the machine has much to do
        page.reload()
        page.get_by_text("all well").wait_for()
        return page.get_by_text("All well", exact=True).is_visible()

    assert until(all_well)
    # whoever comes back to the tab sees how it is now
    with page.expect_response("**/reports/overview"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_rows_are_paged_found_and_downloaded(stack: Stack, page: Page, api: str) -> None:
    page.goto(f"{api}/#/data/departments")
    page.goto(f"{api}/#/data/hired_employees")
    expect(page.locator("tbody tr")).to_have_count(25)
    first = page.locator("tbody td").first.inner_text()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Page 2")).to_be_visible()
    expect(page.locator("tbody td").first).not_to_have_text(first)
    # a reload stays on the page, and so does who comes back to it
    page.reload()
    expect(page.get_by_text("Page 2")).to_be_visible()
    page.get_by_role("link", name="Departments").click()
    expect(page.get_by_role("heading", name="Departments")).to_be_focused()
    page.go_back()
    expect(page.get_by_text("Page 2")).to_be_visible()
    page.get_by_label("Find by id").fill("7")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody td").first).to_have_text("7")
    page.get_by_role("link", name="User experiments").click()
    name, text = downloaded(page, page.get_by_role("button", name="Download CSV"))
    lines = text.splitlines()
    assert name == "user_experiments.csv"
    names = ["experiment_id", "user_id", "experiment_compound_ids", "experiment_run_time"]
    assert next(csv.reader(lines)) == names
    assert len(lines) == 1 + rows_of(stack, "user_experiments")
    assert any(";" in line for line in lines)


def test_a_small_file_is_checked_then_loaded(page: Page, api: str) -> None:
    page.goto(f"{api}/#/data/load")
    expect(page.get_by_label("choose them")).to_be_enabled()
    choose(page, "some.csv", JOBS)
    card = page.locator(".card", has=page.get_by_role("heading", name="some.csv"))
    expect(card.get_by_label("Table")).to_have_value("jobs")
    expect(card.locator(".facts dt")).to_have_text(
        ["Read", "Would be written", "Duplicates", "Rejected"]
    )
    assert facts(card) == ["3", "1", "0", "2"]
    rejected = card.locator("tbody tr")
    expect(rejected).to_have_count(2)
    expect(rejected.first).to_contain_text("<b>x</b>")
    expect(rejected.locator("b")).to_have_count(0)
    card.get_by_role("button", name="Load 1 row").click()
    expect(card.get_by_text("Loaded into Jobs.")).to_be_visible()
    page.get_by_role("link", name="Show the rows of Jobs").click()
    expect(page.locator("tbody tr")).to_have_count(25)  # by then the focus is on the new page
    page.get_by_label("Find by id").fill("990001")
    page.keyboard.press("Enter")
    expect(page.locator("tbody")).to_contain_text("Cooper")


def test_a_file_that_is_no_table_is_refused_beside_its_name(
    browser: Browser, api: str, cloud: dict[str, Any]
) -> None:
    with watched(browser, "status of 422") as page:
        sign_in(page, cloud)
        page.goto(f"{api}/#/data/load?table=users")
        expect(page.get_by_label("choose them")).to_be_enabled()
        choose(page, "wrong.csv", "name,colour\nAda,red\n1,2\n")
        card = page.locator(".card", has=page.get_by_role("heading", name="wrong.csv"))
        expect(card.get_by_role("alert")).to_contain_text("colour")
        # dropped beside the box; the browser would open it
        page.locator("h1").evaluate(
            "(element, bytes) => {"
            "  const dataTransfer = new DataTransfer();"
            "  dataTransfer.items.add(new File([bytes], 'book.xlsx'));"
            "  const drop = { dataTransfer, bubbles: true, cancelable: true };"
            "  element.dispatchEvent(new DragEvent('drop', drop));"
            "}",
            "PK\x03\x04",
        )
        book = page.locator(".card", has=page.get_by_role("heading", name="book.xlsx"))
        expect(book.get_by_role("alert")).to_contain_text("not a CSV file")
        choose(page, "latin.csv", b"id,job\n1,K\xf6chin\n")
        latin = page.locator(".card", has=page.get_by_role("heading", name="latin.csv"))
        expect(latin.get_by_role("alert")).to_have_text(re.compile("^Line 2: .* UTF-8\\.$"))


def test_a_large_file_outlives_a_broken_connection_and_its_rejects_are_downloaded(
    browser: Browser, api: str, cloud: dict[str, Any], tmp_path: Path
) -> None:
    structure = "C" * 8_000
    rows = "".join(f"{i},Compound {i},{structure}\n" for i in range(880_000, 880_700))
    broken = "".join(f"{i},{f',{structure}' * 120}\n" for i in range(26))
    text = f"compound_id,compound_name,compound_structure\n{rows}{broken}"
    file = tmp_path / "many.csv"
    assert file.write_text(text) > 30_000_000
    with watched(browser, "net::ERR_FAILED", "status of 502") as page:
        sign_in(page, cloud)
        page.goto(f"{api}/#/data/load")
        expect(page.get_by_label("choose them")).to_be_enabled()
        page.get_by_label("choose them").set_input_files(file)
        card = page.locator(".card", has=page.get_by_role("heading", name="many.csv"))
        expect(card.get_by_text("This is a large file")).to_be_visible()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if put(request) else None)
        page.route(PARTS, lambda route: route.fallback() if first(route.request) else route.abort())
        card.get_by_role("button", name="Upload and load").click()
        expect(card.get_by_text("The connection broke")).to_be_visible(timeout=LOADING)
        share = float(card.get_by_role("progressbar").get_attribute("value") or 0)
        assert share == pytest.approx(8 * 2**20 / file.stat().st_size)
        # nobody does anything: it goes on by itself; then S3 fails to join the parts
        page.route(JOINED, lambda route: route.fulfill(body=FAILURE, headers=CORS))
        with page.expect_response(JOINED, timeout=LOADING):
            with page.expect_response(stored, timeout=LOADING):
                page.unroute(PARTS)
            stay_paused(page)
        page.unroute(JOINED)
        # the first look at the job fails
        with page.expect_response(lambda response: response.status == 502, timeout=LOADING):
            page.route("**/ingestions/*", lambda route: route.fulfill(status=502, json={}), times=1)
            card.get_by_role("button", name="Try again now").click()
        expect(card.locator(".badge")).to_be_visible(timeout=LOADING)
        numbers = [parse_qs(urlsplit(url).query)["partNumber"][0] for url in sent]
        assert set(numbers) == {"1", "2", "3", "4"}
        assert numbers.count("1") == 1
        expect(card.get_by_text("Done")).to_be_visible(timeout=LOADING)
        expect(card).to_contain_text("700 rows written, 26 rejected")
        expect(card.get_by_role("alert")).to_have_count(0)
        name, text = downloaded(page, card.get_by_role("button", name="Rejected rows"))
        assert name == "many-rejected.csv"
        assert len(text.splitlines()) == 27
        card.get_by_role("link", name="The job").click()
        expect(page.get_by_role("heading", name="many.csv")).to_be_focused()
        assert facts(page.locator("main"))[2:] == ["726", "700", "0", "26"]
        # a long value is not as wide as it is long
        page.goto(f"{api}/#/data/compounds?key=880000")
        value = page.locator("tbody details")
        expect(value).to_contain_text("CCC…")
        value.click()
        table = page.locator(".scroll").evaluate("box => [box.scrollWidth, box.clientWidth]")
        assert table[0] <= table[1]


def test_an_upload_is_cancelled_with_its_job(page: Page, stack: Stack, api: str) -> None:
    page.goto(f"{api}/#/data/load?table=compounds")
    expect(page.get_by_label("choose them")).to_be_enabled()
    choose(page, "unwanted.csv", f"compound_id,compound_name\n1,{'C' * 9_000}\n" * 600)
    card = page.locator(".card", has=page.get_by_role("heading", name="unwanted.csv"))
    page.route(PARTS, lambda _: None)
    with page.expect_request(PARTS):
        card.get_by_role("button", name="Upload and load").click()
    expect(card.get_by_role("progressbar", name="Uploaded")).to_be_visible()
    card.get_by_role("button", name="Cancel").click()
    expect(card.get_by_text("Cancelled.")).to_be_visible()
    expect(card.get_by_role("alert")).to_have_count(0)
    jobs = stack.api.get("/ingestions?limit=20&table=compounds").json()["items"]
    job = next(job for job in jobs if job["filename"] == "unwanted.csv")
    assert job["status"] == "cancelled"
    # whoever reloads meanwhile is asked, and then reads what became of the upload
    choose(page, "lost.csv", f"compound_id,compound_name\n1,{'C' * 9_000}\n" * 600)
    card = page.locator(".card", has=page.get_by_role("heading", name="lost.csv"))
    with page.expect_request(PARTS):
        card.get_by_role("button", name="Upload and load").click()
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.accept())
        page.reload()
    assert asked.value.type == "beforeunload"
    notice = page.get_by_role("region", name="Interrupted upload of lost.csv")
    expect(notice).to_contain_text("Nothing of it is loaded. Choose the file again")
    page.goto(f"{api}/#/jobs?table=compounds&status=awaiting_upload")
    row = page.locator("tbody tr", has_text="lost.csv")
    row.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the load").click()
    announced(page, "lost.csv is cancelled")
    expect(notice).to_have_count(0)


def test_an_upload_whose_job_somebody_else_cancels_ends(
    browser: Browser, stack: Stack, api: str, cloud: dict[str, Any]
) -> None:
    with watched(browser, "status of 404") as page:
        sign_in(page, cloud)
        page.goto(f"{api}/#/data/load?table=compounds")
        expect(page.get_by_label("choose them")).to_be_enabled()
        choose(page, "dropped.csv", f"compound_id,compound_name\n1,{'C' * 9_000}\n" * 600)
        card = page.locator(".card", has=page.get_by_role("heading", name="dropped.csv"))
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route(PARTS, hold)
        with page.expect_request(PARTS) as sent:
            card.get_by_role("button", name="Upload and load").click()
        job = urlsplit(sent.value.url).path.split("/")[-2]
        assert stack.api.delete(f"/ingestions/{job}").status_code == 202
        page.unroute(PARTS)
        for route in held:
            route.continue_()
        expect(card.locator(".badge")).to_have_text("Cancelled")
        expect(card.get_by_role("alert")).to_have_count(0)


def test_a_file_that_changes_while_it_is_sent_is_not_loaded(
    browser: Browser, api: str, cloud: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "changing.csv"
    file.write_text(f"compound_id,compound_name\n1,{'C' * 9_000}\n" * 600)
    with watched(browser, "net::ERR_") as page:
        sign_in(page, cloud)
        page.goto(f"{api}/#/data/load?table=compounds")
        expect(page.get_by_label("choose them")).to_be_enabled()
        page.get_by_label("choose them").set_input_files(file)
        card = page.locator(".card", has=page.get_by_role("heading", name="changing.csv"))
        page.route(PARTS, lambda route: route.abort())
        stay_paused(page)
        card.get_by_role("button", name="Upload and load").click()
        expect(card.get_by_text("The connection broke")).to_be_visible()
        file.write_text(f"compound_id,compound_name\n2,{'N' * 9_000}\n" * 700)
        page.unroute(PARTS)
        card.get_by_role("button", name="Try again now").click()
        expect(card.get_by_role("alert")).to_contain_text("The file has changed")
        card.get_by_role("button", name="Remove from this page").click()


def test_a_small_file_that_takes_long_is_followed_as_a_job(page: Page, api: str) -> None:
    page.goto(f"{api}/#/data/load")
    expect(page.get_by_label("choose them")).to_be_enabled()
    choose(page, "slow.csv", "id,job\n990101,Cooper\n")
    card = page.locator(".card", has=page.get_by_role("heading", name="slow.csv"))
    button = card.get_by_role("button", name="Load 1 row")
    expect(button).to_be_visible()
    prefer = {"prefer": "respond-async"}
    page.route(
        "**/tables/jobs", lambda route: route.continue_(headers=route.request.headers | prefer)
    )
    button.click()
    expect(card.get_by_text("Done")).to_be_visible(timeout=LOADING)
    expect(card).to_contain_text("1 row written, 0 rejected")
    expect(card.get_by_role("link", name="The job")).to_be_visible()


def test_a_job_is_cancelled_and_what_waits_is_loaded(page: Page, stack: Stack, api: str) -> None:
    made = stack.api.post("/ingestions", json={"table": "users", "filename": "never.csv"})
    assert made.status_code == 201
    page.goto(f"{api}/#/jobs?table=users")
    row = page.locator("tbody tr", has_text="never.csv").first
    expect(row).to_contain_text("Waits for its file")
    row.get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog", name="Cancel the load of never.csv?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(row.get_by_role("button", name="Cancel")).to_be_focused()
    row.get_by_role("button", name="Cancel").click()
    dialog.get_by_role("button", name="Cancel the load").click()
    expect(row).to_contain_text("Cancelled")
    expect(row.get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name="Load what waits").click()
    announced(page, "No file waits in landing/")


def test_reports_are_filtered_sorted_shared_and_downloaded(page: Page, api: str) -> None:
    page.goto(f"{api}/#/reports")
    expect(page.get_by_role("img", name="Hires in 2021")).to_be_visible()
    # on paper all rows, and nothing to click
    total = page.get_by_role("status").filter(has_text="rows").inner_text()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(50)
    page.emulate_media(media="print")
    expect(rows).to_have_count(int(total.split()[0]))
    expect(page.get_by_role("button", name="CSV")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(rows).to_have_count(50)
    page.get_by_label("Filter").fill("foundry")
    page.get_by_role("button", name="Year", exact=True).click()
    page.get_by_role("button", name="Year", exact=True).click()
    # the address has the filter and the order, for a link to share
    page.reload()
    expect(page.get_by_label("Filter")).to_have_value("foundry")
    last = page.locator("tbody tr td:last-child")
    expect(last.first).to_be_visible()
    totals = last.all_inner_texts()
    assert totals == sorted(totals, key=int, reverse=True)
    name, text = downloaded(page, page.get_by_role("button", name="CSV"))
    assert name == "hires-by-quarter-2021.csv"
    assert text.startswith('"department","job","Q1","Q2","Q3","Q4"')
    _, drawing = downloaded(page, page.get_by_role("button", name="SVG"))
    assert "<svg" in drawing
    page.get_by_label("Year", exact=True).fill("1950")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody was hired in 1950.")).to_be_visible()
    assert page.url.endswith("#/reports?filter=foundry&sort=-total&year=1950")
    # the year stays; a report that has no page of its own is drawn as the API declares it
    page.get_by_role("link", name="Mean hires").click()
    expect(page.get_by_label("Year", exact=True)).to_have_value("1950")
    page.get_by_label("Year", exact=True).fill("2021")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_text(re.compile(r"^\d+(\.\d+)?$"))
    page.get_by_role("link", name="Departments above mean").click()
    expect(page.get_by_text("mean of all departments that hired")).to_be_visible()
    page.get_by_role("link", name="Experiments").click()
    expect(page.locator("tbody tr").first).to_be_visible()
    page.get_by_role("link", name="Production").click()
    page.get_by_label("From", exact=True).fill("2021-01-21")
    page.get_by_label("To", exact=True).fill("2021-01-22")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr").first).to_contain_text("Factory 1")
    page.reload()
    expect(page.get_by_label("From", exact=True)).to_have_value("2021-01-21")


def test_a_sprocket_is_created_changed_and_deleted(
    browser: Browser, stack: Stack, api: str, cloud: dict[str, Any]
) -> None:
    with watched(browser, "status of 412", "status of 422") as page:
        sign_in(page, cloud)
        page.goto(f"{api}/#/sprockets/new")
        for label, value in {"Pitch diameter": "0", "Outside diameter": "4", "Pitch": "1"}.items():
            page.get_by_label(label, exact=True).fill(value)
        page.get_by_label("Teeth").fill("12")
        page.keyboard.press("Enter")
        field = page.get_by_label("Pitch diameter")
        expect(page.locator(".field", has=field)).to_contain_text("greater than 0")
        expect(field).to_be_focused()
        field.fill("3.5")
        # the fault was that of the value before
        expect(page.locator(".fault")).to_have_count(0)
        page.get_by_role("button", name="Create sprocket").click()
        expect(page.get_by_role("button", name="Delete")).to_be_visible()
        number = page.url.rpartition("/")[2]
        changed = stack.api.put(f"/sprockets/{number}", json=HOUSE | {"teeth": 99})
        assert changed.status_code == 200
        page.get_by_label("Teeth").fill("13")
        page.get_by_role("button", name="Save").click()
        # Escape chooses neither
        page.get_by_role("dialog").get_by_text("Take theirs").wait_for()
        page.keyboard.press("Escape")
        expect(page.get_by_label("Teeth")).to_have_value("13")
        page.get_by_role("button", name="Save").click()
        dialog = page.get_by_role("dialog", name="Somebody changed this meanwhile")
        expect(dialog.locator("tbody tr").first.locator("td")).to_have_text(["Teeth", "13", "99"])
        dialog.get_by_role("button", name="Save yours over it").click()
        expect(dialog).to_have_count(0)
        announced(page, f"Sprocket {number} is saved")
        assert stack.api.get(f"/sprockets/{number}").json()["teeth"] == 13
        stack.api.put(f"/sprockets/{number}", json=HOUSE | {"teeth": 99})
        page.get_by_label("Teeth").fill("14")
        page.get_by_role("button", name="Save").click()
        dialog.get_by_role("button", name="Take theirs").click()
        expect(page.get_by_label("Teeth")).to_have_value("99")
        stack.api.put(f"/sprockets/{number}", json=HOUSE | {"teeth": 15})
        page.get_by_role("button", name="Delete").click()
        delete = page.get_by_role("dialog").get_by_role("button", name="Delete")
        delete.click()
        expect(page.get_by_role("alert")).to_contain_text("Somebody changed it meanwhile")
        delete.click()
        expect(page.get_by_role("heading", name="Sprockets")).to_be_focused()
        assert stack.api.get(f"/sprockets/{number}").status_code == 404


def test_a_sprocket_says_where_it_is_used(page: Page, stack: Stack, api: str) -> None:
    sprocket = stack.api.post("/sprockets", json=HOUSE).json()["id"]
    factory = stack.api.post("/factories", json={"name": "Works with a sprocket"}).json()["id"]
    page.goto(f"{api}/#/sprockets/{sprocket}")
    expect(page.get_by_text("No production refers to it")).to_be_visible()
    points = [
        {"time": 60 * i, "actual": 1, "goal": 1, "sprocket_types": [sprocket]} for i in range(3)
    ]
    stack.api.post(f"/factories/{factory}/production", json={"points": points})
    page.reload()
    expect(page.get_by_text("3 points of production refer to it")).to_be_visible()
    page.get_by_role("button", name="Find the factories").click()
    used = page.locator(".list li", has=page.get_by_role("link", name=f"Factory {factory}"))
    expect(used).to_contain_text("3 of its points")


def test_a_factory_is_created_renamed_and_deleted(page: Page, api: str) -> None:
    # whoever leaves while it is saved stays where they went
    page.goto(f"{api}/#/factories/new")
    page.get_by_label("Name", exact=True).fill("Left alone")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/v1/factories", hold)
    with page.expect_request("**/v1/factories"):
        page.get_by_role("button", name="Create factory").dblclick()
    page.get_by_role("link", name="People").click()
    page.get_by_role("button", name="Leave").click()
    (creation,) = held
    creation.continue_()
    page.unroute("**/v1/factories")
    announced(page, "Left alone is created")
    assert page.url == f"{api}/#/people"
    page.goto(f"{api}/#/factories")
    page.get_by_role("link", name="New factory").click()
    page.get_by_label("Name", exact=True).fill("Works by hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Works by hand")).to_be_focused()
    expect(page.get_by_text("No production yet.")).to_be_visible()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Another  name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Another name")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).first.click()
    ending = page.get_by_role("dialog", name="Delete Another name?")
    expect(ending.get_by_role("button", name="Delete for ever")).to_be_disabled()
    ending.get_by_label("Type Another name").fill("Another name")
    ending.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_role("heading", name="Factories")).to_be_visible()


def test_production_is_entered_pasted_zoomed_changed_and_deleted(
    page: Page, stack: Stack, api: str
) -> None:
    made = stack.api.post("/factories", json={"name": "Works with points"})
    page.goto(f"{api}/#/factories/{made.json()['id']}")
    page.get_by_role("button", name="Add a point").click()
    form = page.get_by_role("dialog", name="Add a point")
    form.get_by_label("Time").fill("2026-11-21T08:00:00")
    form.get_by_label("Actual").fill("30")
    form.get_by_label("Goal").fill("31")
    form.get_by_label("Ids of the sprockets").fill("1")
    page.keyboard.press("Enter")
    announced(page, "The point is added")
    rows = page.locator(".scroll tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first.locator("td").nth(3)).to_have_text("1")
    page.get_by_role("button", name="Paste many").click()
    area = page.get_by_label("Lines of time")
    area.fill("time\tactual\tgoal\n2026-11-21 09:00\t29\t31\n2026-11-21 10:00\tmany\t31")
    expect(page.get_by_role("alert")).to_contain_text('line 3: actual "many" is not a whole number')
    area.fill("time\tactual\tgoal\n2026-11-21 09:00\t29\t31\n2026-11-21 10:00\t33\t31")
    page.get_by_role("button", name="Add 2 points").click()
    expect(rows).to_have_count(3)
    expect(page.get_by_text("98.9 % of the goal")).to_be_visible()
    drawn = page.locator(".u-over")
    expect(drawn).to_be_visible()
    box = drawn.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 3 / 4, box["y"] + 50)
    page.mouse.up()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(3)
    # the same by the keyboard
    page.get_by_label("To", exact=True).fill("2026-11-21T09:00:00")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(2)
    rows.nth(1).get_by_role("button", name="Change").click()
    page.get_by_role("dialog").get_by_label("Actual").fill("31")
    page.keyboard.press("Enter")
    announced(page, "The point is saved")
    rows.first.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(rows).to_have_count(1)
    # the button that had the focus is gone
    expect(page.get_by_role("region", name="Production")).to_be_focused()
    expect(rows.first.locator("td").nth(1)).to_have_text("31")


def test_a_person_is_added_changed_and_deleted_and_nobody_else_is(
    browser: Browser, stack: Stack, api: str, cloud: dict[str, Any]
) -> None:
    with watched(browser, "status of 412", "status of 422") as page:
        sign_in(page, cloud)
        before = stack.api.get("/hello/Ada").headers["etag"]
        page.goto(f"{api}/#/people")
        page.get_by_role("button", name="Add a person").first.click()
        form = page.get_by_role("dialog", name="Add a person")
        form.get_by_label("Name").fill("Ada")
        form.get_by_label("Date of birth").fill("1990-01-31")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_role("alert")).to_contain_text("Ada is known already")
        form.get_by_label("Name").fill("Zoë")
        form.get_by_label("Date of birth").fill("2999-01-31")
        form.get_by_role("button", name="Save").click()
        expect(form.locator(".fault")).to_be_visible()
        form.get_by_label("Date of birth").fill("1990-01-31")
        form.get_by_role("button", name="Save").click()
        announced(page, "Zoë is saved")
        page.get_by_role("link", name="Zoë").click()
        expect(page.get_by_text("Hello, Zoë!")).to_be_visible()
        # Enter in the search only finds
        page.get_by_label("Find by name").fill("Ada")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Hello, Ada!")).to_be_visible()
        assert stack.api.get("/hello/Ada").headers["etag"] == before
        page.get_by_role("link", name="Zoë").click()
        page.get_by_role("button", name="Change the birthday").click()
        page.get_by_label("Date of birth").fill("1991-02-28")
        # somebody else was faster: what was entered stays, and is saved over it when wished
        stack.api.put("/hello/Zoë", json={"dateOfBirth": "1992-03-01"})
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Read Zoë again").click()
        expect(page.get_by_role("button", name="Save")).to_be_focused()
        page.keyboard.press("Enter")
        announced(page, "Zoë is saved")
        expect(page.locator("tbody tr", has_text="Zoë")).to_contain_text("28 Feb")
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        announced(page, "Zoë is deleted")
        expect(page.locator("tbody tr", has_text="Zoë")).to_have_count(0)


def test_requests_are_copied_with_the_address_of_this_api(page: Page, api: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{api}/#/api")
    page.get_by_role("button", name="Copy").first.click()
    announced(page, "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"API='{api}'"
