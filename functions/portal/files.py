"""The files that the portal serves, all of them text: the console, the docs and the contract."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
DAY = 86_400  # seconds
STYLE_LINK = '<link rel="stylesheet" href="static/console.css">'

# {inline} becomes the digests of what stands in the page itself
CONSOLE_POLICY = (
    "default-src 'self'; script-src 'self' {inline}; style-src 'self' {inline}; "
    "img-src 'self' data:; connect-src 'self' {sign_in}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
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

    @cached_property
    def content(self) -> bytes:
        text = (HERE / self.name).read_text("utf-8")
        # at `/v1`, unlike `/v1/`, a browser would look for the style in the wrong folder
        return text.replace(STYLE_LINK, f"<style>{_console_style()}</style>").encode()

    def headers_for(self, sign_in: str) -> dict[str, str]:
        """The headers where people sign in at that address."""
        policy = self.headers.get("Content-Security-Policy", "")
        if "{sign_in}" not in policy:
            return self.headers
        return {**self.headers, "Content-Security-Policy": policy.replace("{sign_in}", sign_in)}

    @cached_property
    def headers(self) -> dict[str, str]:
        """The tag is a weak one, as API Gateway may compress the content."""
        kept = f"public, max-age={self.max_age}" if self.max_age else "no-cache"
        headers = {"ETag": f'W/"{sha256(self.content).hexdigest()[:32]}"', "Cache-Control": kept}
        if self.policy:
            digests = " ".join(_inline_digests(self.content))
            headers["Content-Security-Policy"] = self.policy.replace("{inline}", digests)
        return headers


def _console_style() -> str:
    return (HERE / "console/console.css").read_text("utf-8")


def _inline_digests(page: bytes) -> Iterator[str]:
    """What Content-Security-Policy calls the scripts and styles inside a page."""
    for _, text in re.findall(rb"<(script|style)>(.*?)</\1>", page, re.DOTALL):
        yield f"'sha256-{b64encode(sha256(text).digest()).decode()}'"


HTML = "text/html"
SCRIPT = "text/javascript"
STYLE = "text/css"
MODULES = ("console.js", "api.js", "dom.js", "signin.js")

FILES = {
    "/": File("console/index.html", HTML, policy=CONSOLE_POLICY),
    "/docs": File("docs/swagger.html", HTML, policy=DOCS_POLICY),
    "/redoc": File("docs/redoc.html", HTML, policy=DOCS_POLICY),
    "/openapi.json": File("openapi.json", "application/json"),
    **{f"/static/{name}": File(f"console/{name}", SCRIPT) for name in MODULES},
    "/static/favicon.svg": File("console/favicon.svg", "image/svg+xml", DAY),
    "/static/swagger.js": File("docs/swagger.js", SCRIPT),
    "/static/swagger-ui-bundle.js": File("assets/swagger-ui-bundle.js", SCRIPT, DAY),
    "/static/swagger-ui.css": File("assets/swagger-ui.css", STYLE, DAY),
    "/static/redoc.standalone.js": File("assets/redoc.standalone.js", SCRIPT, DAY),
}
