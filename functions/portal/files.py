"""The files that the portal serves, all of them text: the console, the docs and the contract."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
DAY = 86_400  # seconds

# sha256 of the one script inside index.html, checked by a test
BASE_SCRIPT = "sha256-E7O8a+oZPiPnp1SuxYpEcNFmki2KlFKjSdLCkrnpjmo="
CONSOLE_POLICY = (
    f"default-src 'self'; script-src 'self' '{BASE_SCRIPT}'; img-src 'self' data:; "
    "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
)
# Swagger UI and ReDoc write style elements, draw inline images and search in a worker
DOCS_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class File:
    """A file below this package; `max_age` in seconds, 0 for one to be asked about each time."""

    name: str
    media_type: str
    max_age: int = 0
    policy: str | None = None

    def headers(self) -> dict[str, str]:
        kept = f"public, max-age={self.max_age}" if self.max_age else "no-cache"
        policy = {"Content-Security-Policy": self.policy} if self.policy else {}
        return {"ETag": read(self.name)[1], "Cache-Control": kept, **policy}


HTML = "text/html"
SCRIPT = "text/javascript"
STYLE = "text/css"
MODULES = ("console.js", "api.js", "dom.js")

FILES = {
    "/": File("console/index.html", HTML, policy=CONSOLE_POLICY),
    "/docs": File("docs/swagger.html", HTML, policy=DOCS_POLICY),
    "/redoc": File("docs/redoc.html", HTML, policy=DOCS_POLICY),
    "/openapi.json": File("openapi.json", "application/json"),
    **{f"/static/{name}": File(f"console/{name}", SCRIPT) for name in MODULES},
    "/static/console.css": File("console/console.css", STYLE),
    "/static/favicon.svg": File("console/favicon.svg", "image/svg+xml", DAY),
    "/static/swagger.js": File("docs/swagger.js", SCRIPT),
    "/static/swagger-ui-bundle.js": File("assets/swagger-ui-bundle.js", SCRIPT, DAY),
    "/static/swagger-ui.css": File("assets/swagger-ui.css", STYLE, DAY),
    "/static/redoc.standalone.js": File("assets/redoc.standalone.js", SCRIPT, DAY),
}


@cache
def read(name: str) -> tuple[bytes, str]:
    """Content and entity tag; a weak one, as API Gateway may compress the content."""
    content = (HERE / name).read_bytes()
    return content, f'W/"{sha256(content).hexdigest()[:32]}"'
