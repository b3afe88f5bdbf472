"""Signing in: OAuth 2 authorization code with PKCE (RFC 7636), or client credentials."""

import base64
import hashlib
import secrets
import time
import webbrowser
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

from sprocketworks.client import REFUSED, CommandError, document_of, reaching
from sprocketworks.files import Document, read_object, state_folder, write_private
from sprocketworks.output import say

SCOPES = "openid sprocketworks/read sprocketworks/write"
LOOPBACK_PORT = 8917  # the user pool's client knows this address
SIGN_IN_SECONDS = 300  # seconds that the browser is waited for


@dataclass(frozen=True)
class Places:
    """Where people sign in, and as whose users."""

    authorize_url: str
    token_url: str
    client_id: str


@dataclass(frozen=True)
class Attempt:
    """One sign-in: what comes back has its state, and is of use with its verifier only."""

    redirect_uri: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def url(self, places: Places) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": places.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPES,
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{places.authorize_url}?{urlencode(query)}"

    def token(self, places: Places, code: str) -> dict[str, Any]:
        """What the token endpoint gives for the code: `access_token`, `expires_in` in seconds."""
        return _token(
            places.token_url,
            {
                "grant_type": "authorization_code",
                "client_id": places.client_id,
                "code": code,
                "redirect_uri": self.redirect_uri,
                "code_verifier": self.verifier,
            },
        )


def places_of(api: str) -> Places:
    """Where the API's users sign in; CommandError where nobody does."""
    url = f"{api.rstrip('/')}/static/access.json"
    with reaching(api):
        response = httpx.get(url, timeout=10)
    if response.status_code != 200:
        raise CommandError(REFUSED, "nobody signs in here: the API is open, or too old")
    found = document_of(response)
    return Places(
        urljoin(url, found["authorize_url"]), urljoin(url, found["token_url"]), found["client_id"]
    )


def by_secret(places: Places, client_id: str, secret: str) -> dict[str, Any]:
    """A token for a program (RFC 6749, section 4.4)."""
    form = {"grant_type": "client_credentials", "scope": SCOPES.removeprefix("openid ")}
    return _token(places.token_url, form, auth=(client_id, secret))


def in_browser(places: Places) -> dict[str, Any]:
    """A token for the person who signs in in the browser (RFC 8252, loopback redirect)."""
    attempt = Attempt(f"http://localhost:{LOOPBACK_PORT}/")
    codes: list[str] = []

    class Redirect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            if query.get("state") == [attempt.state]:
                codes.extend(query.get("code", []))
            text = b"You may close this page." if codes else b"The sign-in failed."
            self.send_response(200 if codes else 400)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", LOOPBACK_PORT), Redirect) as server:
        server.timeout = 1
        url = attempt.url(places)
        if not webbrowser.open(url):
            say(f"open this address to sign in:\n{url}")
        deadline = time.monotonic() + SIGN_IN_SECONDS
        while not codes and time.monotonic() < deadline:
            server.handle_request()
    if not codes:
        raise CommandError(REFUSED, f"nobody signed in within {SIGN_IN_SECONDS} s")
    return attempt.token(places, codes[0])


def _token(url: str, form: dict[str, str], **options: Any) -> Document:
    with reaching(url):
        response = httpx.post(url, data=form, timeout=10, **options)
    if response.status_code != 200:
        raise CommandError(REFUSED, f"the sign-in was refused: {response.text[:200]}")
    return document_of(response)


def keep(api: str, token: dict[str, Any]) -> None:
    """Remember a token for later commands, readable by its owner only."""
    kept = {
        "access_token": token["access_token"],
        "expires": time.time() + token.get("expires_in", 3600),
    }
    write_private(_tokens(), read_object(_tokens()) | {api.rstrip("/"): kept})


def kept_token(api: str) -> str | None:
    """The token that `login` got for the API, while it lasts."""
    match read_object(_tokens()).get(api.rstrip("/")):
        case {"access_token": str(token), "expires": float(ends)} if ends > time.time():
            return token
    return None


def _tokens() -> Path:
    return state_folder() / "tokens.json"
