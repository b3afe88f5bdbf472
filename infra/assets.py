"""Copies Swagger UI and ReDoc into the portal, so that its docs need no internet.

The files are those of the wheel of fastapi-offline (MIT), which carries swagger-ui (Apache-2.0)
and redoc (MIT).
"""

from importlib.metadata import distribution
from pathlib import Path

from infra import generated

ASSETS = Path(__file__).parent.parent / "functions/portal/assets"
DOCS_FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js")
# ReDoc's one call to another host: an image beside the name of its maker
LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
BLANK = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"


def copy() -> None:
    # not imported, which would take longer than the rest
    static = Path(str(distribution("fastapi-offline").locate_file("fastapi_offline/static")))
    for name in DOCS_FILES:
        text = (static / name).read_text("utf-8")
        generated.write(ASSETS / name, text.replace(LOGO, BLANK).encode())


if __name__ == "__main__":
    copy()
