"""The lines that requests write: JSON, as Powertools' logger would write it, no personal data."""

import io
import json
import logging
import string
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from hypothesis import given
from hypothesis import strategies as st

from shared import dynamo, log
from tests.front_door import call, event, invoke

FIELDS = ["level", "location", "message", "timestamp", "service"]
FIELDS += ["method", "route", "status", "milliseconds", "request_id"]
TRACE = "_X_AMZN_TRACE_ID"
IDS = st.text(string.printable + "äß→😀\u2028", max_size=40)


@pytest.fixture(autouse=True)
def fresh(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    dynamo.client.cache_clear()
    monkeypatch.delenv(TRACE, raising=False)
    yield
    dynamo.client.cache_clear()


def only_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line on standard output."""
    out = capsys.readouterr().out
    assert out.endswith("\n")
    (line,) = out.splitlines()
    parsed = json.loads(line)
    assert isinstance(parsed, dict)
    return parsed


@pytest.mark.parametrize(
    ("method", "url", "route", "status"),
    [
        ("GET", "/birthdays?within=30", "/birthdays", 200),
        ("HEAD", "/birthdays", "/birthdays", 200),
        ("GET", "/hello/Ada", "/hello/{proxy+}", 404),
        ("GET", "/birthdays?unknown=Ada", "/birthdays", 400),
        ("GET", "/nowhere/Ada", "/{proxy+}", 404),
    ],
)
def test_a_request_writes_one_line_with_its_route_and_outcome(
    capsys: pytest.CaptureFixture[str],
    method: str,
    url: str,
    route: str,
    status: int,
) -> None:
    request = event(method, url)
    before = time.time()
    assert invoke(request).status == status
    line = only_line(capsys)
    assert list(line) == FIELDS
    named = ("INFO", "log_request", "request", log.logger.service)
    assert tuple(line[name] for name in FIELDS if name != "timestamp")[:4] == named
    assert (line["method"], line["route"], line["status"]) == (method, route, status)
    assert line["request_id"] == request["requestContext"]["requestId"]
    assert 0 <= line["milliseconds"] <= (time.time() - before) * 1000 + 1
    written = datetime.strptime(line["timestamp"], "%Y-%m-%d %H:%M:%S,%f%z").timestamp()
    assert before - 0.001 <= written <= time.time()


def test_a_line_has_no_personal_data(capsys: pytest.CaptureFixture[str]) -> None:
    headers = {"Authorization": "Bearer Ada", "X-Forwarded-For": "Ada", "User-Agent": "Ada"}
    born = {"dateOfBirth": "1815-12-10", "timeZone": "Europe/London"}
    assert call("PUT", "/hello/Ada?", headers=headers, json_body=born).status == 204
    assert call("GET", "/hello/Ada?tz=Europe/London", headers=headers).status == 200
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 2
    for private in ("Ada", "1815", "London", "Bearer"):
        assert private not in out


@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE"]),
    st.sampled_from(["/{proxy+}", "/tables", "/hello/{proxy+}"]),
    IDS,
    st.integers(100, 599),
    st.none() | IDS.filter(lambda text: "\x00" not in text),
)
def test_a_line_has_what_powertools_would_write(
    method: str, route: str, number: str, status: int, trace: str | None
) -> None:
    request = {"httpMethod": method, "resource": route, "requestContext": {"requestId": number}}
    with pytest.MonkeyPatch.context() as patch:
        if trace is not None:
            patch.setenv(TRACE, f"Root={trace};Parent=1;Sampled=0")
        out = io.StringIO()
        patch.setattr("sys.stdout", out)
        log.log_request(request, status, time.perf_counter())
        line = json.loads(out.getvalue())
        extra = {name: line[name] for name in FIELDS[-5:]}
        record = logging.makeLogRecord({"levelname": "INFO", "msg": "request", **extra})
        formatter = LambdaPowertoolsFormatter(service=log.logger.service)
        expected = json.loads(formatter.format(record))
    assert list(line) == list(expected)
    assert len(line["timestamp"]) == len(expected["timestamp"])
    differ = {name: line[name] for name in ("location", "timestamp")}
    assert {**expected, **differ} == line


def test_a_level_above_info_writes_no_lines_of_requests(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = log.logger.log_level
    try:
        log.logger.setLevel(logging.WARNING)
        assert call("GET", "/birthdays").status == 200
    finally:
        log.logger.setLevel(before)
    assert capsys.readouterr().out == ""
