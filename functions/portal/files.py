"""The files that the portal serves, all of them text: the console, the docs and the contract."""

import os
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from shared.settings import setting

HERE = Path(__file__).parent
MAX_AGE = 31_536_000  # seconds
STYLE_LINK = '<link rel="stylesheet" href="static/console.css">'

# {inline} becomes the digests of the scripts and styles within the page
CONSOLE_POLICY = (
    "default-src 'self'; script-src 'self' {inline}; style-src 'self' {inline}; "
    "img-src 'self' data:; connect-src 'self' {sign_in} {uploads}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# Swagger UI and ReDoc write style elements, draw inline images and search in a worker
DOCS_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class File:
    """A file below this package: a page, or a file that pages refer to by its digest."""

    name: str
    media_type: str
    policy: str | None = None

    @cached_property
    def content(self) -> bytes:
        if self.media_type != HTML:
            return (HERE / self.name).read_bytes()
        text = (HERE / self.name).read_text("utf-8")
        # at `/v1`, unlike `/v1/`, a browser would look for the style in the wrong folder
        text = text.replace(STYLE_LINK, f"<style>{_console_style()}</style>")
        return re.sub(r'"static/([\w.-]+)"', _versioned, text).encode()

    @cached_property
    def digest(self) -> str:
        return _digest(self.content)

    def content_for(self, sign_in: str) -> bytes:
        """The content where people sign in at that address, which the contract names."""
        if self.media_type != JSON:
            return self.content
        return self.content.replace(b'"/oauth2/', f'"{sign_in}/oauth2/'.encode())

    def headers_for(self, sign_in: str, version: str | None) -> dict[str, str]:
        """The headers where people sign in at that address.

        What is asked for by its digest never changes; all else is asked about each time. The tag is
        a weak one, as API Gateway may compress the content.
        """
        kept = f"public, max-age={MAX_AGE}, immutable" if version == self.digest else "no-cache"
        content = self.content_for(sign_in)
        digest = self.digest if content is self.content else _digest(content)
        headers = {"ETag": f'W/"{digest}"', "Cache-Control": kept}
        if self.policy:
            headers["Content-Security-Policy"] = (
                self.policy.replace("{inline}", " ".join(_inline_digests(self.content)))
                .replace("{sign_in}", sign_in)
                .replace("{uploads}", _uploads())
            )
        return headers


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _versioned(reference: re.Match[str]) -> str:
    """A reference to a file by its digest."""
    return f'"static/{reference[1]}?v={FILES[f"/static/{reference[1]}"].digest}"'


def _uploads() -> str:
    """Where the console sends large files: the bucket, as presigned forms name it."""
    local = os.environ.get("AWS_ENDPOINT_URL")
    return local or f"https://{setting('LANDING_BUCKET')}.s3.{setting('AWS_REGION')}.amazonaws.com"


def _console_style() -> str:
    return (HERE / "assets/console.css").read_text("utf-8")


def _inline_digests(page: bytes) -> Iterator[str]:
    """What Content-Security-Policy calls the scripts and styles inside a page."""
    for _, text in re.findall(rb"<(script|style)>(.*?)</\1>", page, re.DOTALL):
        yield f"'sha256-{b64encode(sha256(text).digest()).decode()}'"


HTML = "text/html"
JSON = "application/json"
SCRIPT = "text/javascript"
STYLE = "text/css"

FILES = {
    "/": File("console/index.html", HTML, CONSOLE_POLICY),
    "/docs": File("docs/swagger.html", HTML, DOCS_POLICY),
    "/redoc": File("docs/redoc.html", HTML, DOCS_POLICY),
    "/openapi.json": File("openapi.json", JSON),
    "/static/console.js": File("assets/console.js", SCRIPT),
    "/static/licenses.txt": File("assets/licenses.txt", "text/plain"),
    "/static/favicon.svg": File("console/favicon.svg", "image/svg+xml"),
    "/static/docs.css": File("docs/docs.css", STYLE),
    "/static/swagger.js": File("docs/swagger.js", SCRIPT),
    "/static/swagger-ui-bundle.js": File("assets/swagger-ui-bundle.js", SCRIPT),
    "/static/swagger-ui.css": File("assets/swagger-ui.css", STYLE),
    "/static/redoc.standalone.js": File("assets/redoc.standalone.js", SCRIPT),
}
