"""Lambda's entry to the portal."""

import asyncio
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from mangum import Mangum

from portal.app import app
from shared.log import log_request
from shared.request import header, path_of

if TYPE_CHECKING:
    from mangum.types import LambdaContext

# what Mangum would ask for in a way that Python warns of since 3.12
asyncio.set_event_loop(asyncio.new_event_loop())
# API Gateway passes text only here
_portal = Mangum(app, lifespan="off", text_mime_types=["text/", "json", "image/svg+xml"])


# Of everything that the portal serves; what needs more than nothing has a policy of its own
SECURITY = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    started = time.perf_counter()
    # nothing else of a request is read here, so nothing else of it can be in the way
    headers = {"if-none-match": header(event, "if-none-match") or ""}
    nothing = {"body": None, "multiValueHeaders": None}
    path = unquote(path_of(event))
    result = _portal({**event, **nothing, "headers": headers, "path": path}, context)
    result["headers"] = SECURITY | result["headers"]
    if event["httpMethod"] == "HEAD":
        result["body"] = ""
    log_request(event, result["statusCode"], started)
    return result
