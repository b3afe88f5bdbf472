"""`make screenshots`: pictures of every page of the local cloud's console, to be looked at."""

import json
import sys
from pathlib import Path

from tests.browser import PAGES, chromium, settle, sign_in

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".screenshots"
VIEWS = (("light", 1440), ("light", 390), ("dark", 1440), ("dark", 390))


def main() -> None:
    described = ROOT / ".local/cloud.json"
    if not described.exists():
        sys.exit("error: no local cloud is running: `make up` starts it")
    cloud = json.loads(described.read_text("utf-8"))
    wanted = sys.argv[1:] or [*PAGES, "signed-out"]
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
            page.close()
    sys.stdout.write(f"pictures are in {FOLDER.name}/\n")


if __name__ == "__main__":
    main()
