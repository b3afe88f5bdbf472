"""The portal as an ASGI app: health, files, and a problem for every other path."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.files import FILES, JSON, File
from shared.etags import not_modified
from shared.log import log_failure
from shared.problems import (
    PROBLEM_JSON,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    StoreUnavailable,
)
from shared.request import request_id

Endpoint = Callable[[Request], Awaitable[Response]]


def without_query(endpoint: Endpoint) -> Endpoint:
    """An endpoint of a document, which takes no parameters; pages get them from links."""

    async def checked(request: Request) -> Response:
        query = request.scope["aws.event"].get("queryStringParameters")
        if query:
            # imported here: few requests have one
            from shared.params import read_query

            try:
                read_query((), query)
            except Malformed as malformed:
                return problem_response(request, malformed)
        return await endpoint(request)

    return checked


async def health(request: Request) -> Response:
    # imported here: pages and documents need nothing of it
    from portal.health import KEPT_SECONDS, check_stores

    checks = await check_stores(request_id(request.scope["aws.event"]))
    if all(check == "ok" for check in checks.values()):
        kept = {"Cache-Control": f"public, max-age={KEPT_SECONDS}"}
        return JSONResponse({"status": "ok", "checks": checks}, headers=kept)
    headers = NO_STORE | StoreUnavailable().headers
    return JSONResponse({"status": "unavailable", "checks": checks}, 503, headers)


NO_STORE = {"Cache-Control": "no-store"}


def sign_in(request: Request) -> dict[str, str]:
    """`client_id` and `sign_in`, the base of the sign-in's URLs, of the stage; none where open."""
    return request.scope["aws.event"].get("stageVariables") or {}


async def access(request: Request) -> Response:
    """Where people sign in; addresses relative to the API's on the local cloud."""
    known = sign_in(request)
    if not known.get("client_id"):
        return problem_response(request, NotFound("nobody signs in here"))
    base = known.get("sign_in", "")
    return JSONResponse(
        {
            "authorize_url": f"{base}/oauth2/authorize",
            "token_url": f"{base}/oauth2/token",
            "client_id": known["client_id"],
        },
        headers=NO_STORE,
    )


def serve(file: File) -> Endpoint:
    """An endpoint that serves a file, or 304 where the client has it."""

    async def endpoint(request: Request) -> Response:
        version = request.query_params.get("v")
        address = sign_in(request).get("sign_in", "")
        headers = file.headers_for(address, version)
        if not_modified(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        content = file.content_for(address)
        return Response(content, media_type=file.media_type, headers=headers)

    return without_query(endpoint) if file.media_type == JSON else endpoint


async def without_slash(request: Request) -> Response:
    """To the page itself: what it refers to is relative to its folder."""
    return RedirectResponse(f"..{request.url.path.rstrip('/')}", 308)


def problem_response(request: Request, problem: Problem) -> Response:
    body: Any = problem.body(request_id(request.scope["aws.event"]))
    return JSONResponse(body, int(problem.status), problem.headers, PROBLEM_JSON)


def no_route(request: Request, error: Exception) -> Response:
    wrong_method = isinstance(error, HTTPException) and error.status_code == 405
    problem = MethodNotAllowed(["GET"]) if wrong_method else NotFound("no such route")
    return problem_response(request, problem)


class Guard:
    """Responds to what no one else did: Starlette and Mangum would in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a problem
            problem = Problem()
            problem.__cause__ = error
            log_failure(problem, request_id(scope["aws.event"]))
            await problem_response(Request(scope), problem)(scope, receive, send)


app = Starlette(
    routes=[
        Route("/health", without_query(health)),
        Route("/static/access.json", without_query(access)),
        *(Route(path, serve(file)) for path, file in FILES.items()),
        *(Route(f"{page}/", without_slash) for page in ("/docs", "/redoc")),
    ],
    middleware=[Middleware(Guard)],
    exception_handlers={HTTPException: no_route},
)
app.router.redirect_slashes = False
