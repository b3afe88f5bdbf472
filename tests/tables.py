"""Calls of the tables' routes, and what their responses have in common."""

from typing import Any

from tests.front_door import Response, call

CSV = {"Content-Type": "text/csv"}


def load(table: str, body: str | bytes, query: str = "") -> Response:
    """A CSV of a table, sent."""
    return call("POST", f"/tables/{table}{query}", body, CSV)


def rows(table: str) -> list[dict[str, Any]]:
    """All rows of a table, by key."""
    found: list[dict[str, Any]] = []
    url = f"/tables/{table}/rows?limit=100"
    while url:
        page = call("GET", url).json
        found += page["items"]
        url = page["next"] and f"/tables/{table}/rows?limit=100&cursor={page['next']}"
    return sorted(found, key=lambda row: next(iter(row.values())))


def assert_problem(response: Response, status: int, words: str = "") -> None:
    assert response.status == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json
    assert problem["status"] == status
    assert {"type", "title", "status", "detail", "instance"} <= problem.keys()
    assert words in problem["detail"]


def write(table: str, *items: Any) -> Response:
    """Rows of a table, sent as JSON."""
    return call("POST", f"/tables/{table}/rows", json_body={"rows": list(items)})


def form(content: bytes, name: str = "file", boundary: str = "b0undary") -> tuple[bytes, str]:
    """The body of a form with one file, and its boundary."""
    head = f'Content-Disposition: form-data; name="{name}"; filename="d.csv"\r\n'
    body = f"--{boundary}\r\n{head}Content-Type: text/csv\r\n\r\n".encode()
    return body + content + f"\r\n--{boundary}--\r\n".encode(), boundary


def post_form(body: bytes, boundary: str) -> Response:
    kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return call("POST", "/tables/departments", body, kind)
