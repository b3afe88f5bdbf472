"""Lambda's entry to the portal."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

from mangum import Mangum

from portal.app import app
from shared.body import header
from shared.log import log_request

if TYPE_CHECKING:
    from mangum.types import LambdaContext

# what Mangum would ask for in a way that Python warns of since 3.12
asyncio.set_event_loop(asyncio.new_event_loop())
# API Gateway answers with text only here
_portal = Mangum(app, lifespan="off", text_mime_types=["text/", "json", "image/svg+xml"])


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    started = time.perf_counter()
    # nothing else of a request is read here, so nothing else of it can be in the way
    headers = {"if-none-match": header(event, "if-none-match")}
    nothing = {"body": None, "multiValueHeaders": None}
    result = _portal({**event, **nothing, "headers": headers}, context)
    log_request(event, result["statusCode"], started)
    return result
