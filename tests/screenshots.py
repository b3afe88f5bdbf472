"""`make screenshots`: pictures of every page of the local cloud's console, to be looked at."""

import sys

from tests.browser import DIALOGS, PAGES, choose, chromium, described, open_dialog, settle, sign_in
from tests.template import ROOT

FOLDER = ROOT / ".screenshots"
VIEWS = tuple((scheme, width) for scheme in ("light", "dark") for width in (1440, 768, 390))
DOCUMENTS = ("docs", "redoc")
FILE = "id;department\n90;Polishing\n91;Heat treatment\nx;Painting\n93\n94;Galvanising\n"


def main() -> None:
    cloud = described()
    wanted = sys.argv[1:] or [*PAGES, *DIALOGS, *DOCUMENTS, "checked", "signed-out"]
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser:
        for scheme, width in VIEWS:
            page = browser.new_page(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            if "signed-out" in wanted:
                page.goto(cloud["console"])
                settle(page)
                page.screenshot(path=FOLDER / f"signed-out-{scheme}-{width}.png")
            sign_in(page, cloud)
            for name, address in PAGES.items():
                if name in wanted:
                    page.goto(f"{cloud['console']}#/{address}")
                    page.reload()
                    settle(page)
                    path = FOLDER / f"{name}-{scheme}-{width}.png"
                    page.screenshot(path=path, full_page=True)
            for name in DIALOGS:
                if name in wanted:
                    open_dialog(page, cloud["console"], name)
                    page.screenshot(path=FOLDER / f"{name}-{scheme}-{width}.png")
            if "checked" in wanted:
                page.keyboard.press("Escape")
                page.goto(f"{cloud['console']}#/data/load")
                page.reload()
                settle(page)
                choose(page, "departments.csv", FILE)
                page.get_by_role("heading", name="Rejected rows").wait_for()
                path = FOLDER / f"checked-{scheme}-{width}.png"
                page.screenshot(path=path, full_page=True)
            for name in DOCUMENTS:
                if name in wanted:
                    page.goto(f"{cloud['api']}/{name}")
                    page.get_by_role("heading").first.wait_for()
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=FOLDER / f"{name}-{scheme}-{width}.png")
            page.close()
    sys.stdout.write(f"pictures are in {FOLDER.name}/\n")


if __name__ == "__main__":
    main()
