"""What is read of a request's event, API Gateway's payload format 1.0."""

import re
from typing import Any
from urllib.parse import quote, unquote

Event = dict[str, Any]
_PARAMETER = re.compile(r"\{(\w+)\+?\}")


def header(event: Event, name: str) -> str | None:
    """A header, whatever the case of its name; None where there is none.

    Several lines of it are one list (RFC 9110, section 5.3), of which `headers` has the last.
    """
    wanted = name.lower()
    for key, values in (event.get("multiValueHeaders") or {}).items():
        if len(values) > 1 and key.lower() == wanted:
            return ", ".join(values)
    for key, value in (event.get("headers") or {}).items():
        if key.lower() == wanted:
            return str(value)
    return None


def request_id(event: Event) -> str:
    """API Gateway's id of the request, which problems and log lines carry."""
    return str((event.get("requestContext") or {}).get("requestId", ""))


def path_of(event: Event) -> str:
    """The path below the stage, each segment percent-encoded in one way: `%2F` is no slash.

    Behind a custom domain `path` begins with the base path of the domain, so the path is made from
    the resource, `/tables/{proxy+}`, and the values of its parameters, which are as they were sent.
    """
    sent = path = str(event["path"])
    parameters = event.get("pathParameters") or {}
    if resource := event.get("resource"):
        path = _PARAMETER.sub(lambda match: parameters[match[1]], resource)
    if sent.endswith("/") and not path.endswith("/"):
        path += "/"
    return "/".join(quote(unquote(segment), safe="") for segment in path.split("/"))
