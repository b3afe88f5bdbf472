"""The path of a request, wherever the API is."""

import re
from typing import Any
from urllib.parse import unquote


def path_of(event: dict[str, Any]) -> str:
    """The path below the stage, percent-decoded.

    Behind a custom domain `path` begins with the base path of the domain, so the path is made from
    the resource, `/tables/{proxy+}`, and what its parameters stand for.
    """
    sent = str(event["path"])
    parameters = event.get("pathParameters") or {}
    resource = event.get("resource")
    if not resource:
        return unquote(sent)
    path = unquote(re.sub(r"\{(\w+)\+?\}", lambda match: parameters[match[1]], resource))
    return f"{path}/" if sent.endswith("/") and not path.endswith("/") else path
