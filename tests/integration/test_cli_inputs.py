"""Whatever a user gives to the command line, or another program responds: a sentence, no traceback.

The entry point runs in this process, where any exception but its exit fails the test.
"""

import json
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest

from sprocketworks import output
from sprocketworks.client import REFUSED, UNREACHABLE, USAGE
from tests.bridge import Bridge
from tests.command_line import Cli
from tests.front_door import Response, call

HERE = "http://127.0.0.1:9"  # nobody listens there
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("api", "code"),
    [
        ("foo", USAGE),
        ("http://[", USAGE),
        ("http://", USAGE),
        ("http:///v1", USAGE),
        ("http://host:99999", USAGE),
        ("http://host:0", USAGE),
        ("http://host:port", USAGE),
        ("ftp://host", USAGE),
        ("file:///etc/passwd", USAGE),
        ("http://ä..b", USAGE),
        ("http://\udcff", USAGE),
        ("http://ho st/v1", USAGE),
        ("http://host\n/v1", USAGE),
        ("http://host/v1?x=1", USAGE),
        ("http://host/v1#x", USAGE),
        ("[/x]", USAGE),
        (HERE, UNREACHABLE),
        ("http://no-such-host.invalid", UNREACHABLE),
        ("http://[::1]:9/v1", UNREACHABLE),
    ],
)
def test_an_address_that_is_none(run: Cli, api: str, code: int) -> None:
    for command in (["tables"], ["login"], ["status", "x", "--follow"]):
        done = run("--api", api, *command)
        assert done.code == code, (command, done)
        assert done.out == ""
        assert ("is no address of an API" if code == USAGE else "is not reachable") in done.err


@pytest.mark.parametrize("size", ["nan", "inf", "1e400"])
def test_a_number_that_is_not_finite_is_a_usage_error(run: Cli, server: Bridge, size: str) -> None:
    sizes = ("--teeth", "5", "--pitch-diameter", size, "--outside-diameter", "1", "--pitch", "1")
    done = run("--api", server.url, "sprockets", "create", *sizes)
    assert (done.code, done.err) == (USAGE, "error: a number that is not finite cannot be sent\n")
    assert server.requests == []


def test_what_to_do_is_named_without_a_token_and_at_another_program(
    run: Cli, server: Bridge
) -> None:
    server.responses.append(Response(401, {}, '{"message": "Unauthorized"}'))
    assert "sprocketworks login" in run("--api", server.url, "tables").err
    server.responses.append(Response(404, {}, "<html>"))
    done = run("--api", server.url, "tables")
    assert done.code == REFUSED
    assert f"{server.url}/tables: is it the API of Sprocketworks?" in done.err


@pytest.mark.parametrize("token", ["ü", "a\nb", "a b", "\udcff", "\x00"])
def test_a_token_that_is_none(run: Cli, token: str) -> None:
    done = run("--api", HERE, "--token", token, "tables")
    assert (done.code, done.out) == (USAGE, "")
    assert "the token has characters" in done.err


def fifo(path: Path) -> None:
    os.mkfifo(path)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda _: None, "does not exist"),
    "directory": (Path.mkdir, "is a directory"),
    "fifo": (fifo, "is not a regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "is not a regular file"),
    "empty": (Path.touch, "is empty"),
    "loop": (lambda path: path.symlink_to(path), "does not exist"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_loaded(run: Cli, tmp_path: Path, kind: str) -> None:
    make, reason = FILES[kind]
    make(tmp_path / "[red]x")
    done = run("--api", HERE, "upload", "[red]x", "-t", "jobs")
    assert (done.code, done.out) == (USAGE, "")
    assert reason in done.err


def test_a_name_that_is_not_utf_8_is_sent_as_text(run: Cli, tmp_path: Path, server: Bridge) -> None:
    name = os.fsdecode(b"caf\xe9.csv")
    (tmp_path / name).write_text("1,a\n")
    server.responses.append(Response(400, JSON, '{"detail": "no"}'))
    assert run("--api", server.url, "upload", name, "-t", "jobs").code == REFUSED
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "command", [["status", "--status", "\udcff"], ["hello", "Ada", "--tz", "\udcff"]]
)
def test_an_argument_that_is_not_utf_8(run: Cli, server: Bridge, command: list[str]) -> None:
    done = run("--api", server.url, *command)
    assert (done.code, server.requests) == (USAGE, [])
    assert "not text in UTF-8" in done.err


@pytest.mark.parametrize("into", ["missing/report.json", "file/report.json"])
def test_an_output_that_cannot_be_written(
    run: Cli, tmp_path: Path, server: Bridge, into: str
) -> None:
    (tmp_path / "file").touch()
    server.responses.append(Response(200, JSON, "{}"))
    done = run("--api", server.url, "report", "mean-hires", "-o", into)
    assert (done.code, done.out) == (USAGE, "")
    assert f"error: {into}: " in done.err
    assert run("--api", server.url, "report", "mean-hires", "-o", ".").code == USAGE


DAMAGED = [b"", b"{", b"[]", b"null", b"\xff", b"[" * 200_000, b'{"a": 1' + b"0" * 5000 + b"}"]
NO_CLOUD = [b"{}", b'{"api": 5, "headers": {}}', b'{"api": "http://x", "headers": []}']


@pytest.mark.parametrize("content", DAMAGED + NO_CLOUD, ids=lambda content: content[:20])
def test_a_damaged_cloud_json_is_no_api(run: Cli, tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local/cloud.json").write_bytes(content)
    done = run("tables")
    assert (done.code, done.out) == (USAGE, "")
    assert "no API: give --api" in done.err
    assert ("is ignored" in done.err) == (content in DAMAGED)
    (tmp_path / ".local/cloud.json").unlink()
    (tmp_path / ".local/cloud.json").mkdir()
    assert run("tables").code == USAGE


@pytest.mark.parametrize(
    "content",
    [
        *DAMAGED,
        b'{"%s": []}',
        b'{"%s": "x"}',
        b'{"%s": {"access_token": 5, "expires": 9e99}}',
        b'{"%s": {"access_token": "x", "expires": "x"}}',
        b'{"%s": {"access_token": "x"}}',
    ],
    ids=lambda content: content[:20],
)
def test_a_damaged_tokens_json_has_no_token(
    run: Cli, tmp_path: Path, server: Bridge, content: bytes
) -> None:
    (tmp_path / "state/sprocketworks").mkdir(parents=True)
    tokens = tmp_path / "state/sprocketworks/tokens.json"
    tokens.write_bytes(content.replace(b"%s", server.url.encode()))
    server.responses.append(Response(200, JSON, '{"tables": []}'))
    assert run("--api", server.url, "tables").code == 0
    assert "Authorization" not in server.requests[0][2]
    tokens.unlink()
    tokens.mkdir()
    server.responses.append(Response(200, JSON, '{"tables": []}'))
    assert run("--api", server.url, "tables").code == 0


def test_a_state_folder_that_cannot_be_written_stops_no_upload(
    run: Cli, tmp_path: Path, server: Bridge
) -> None:
    (tmp_path / "state").touch()
    (tmp_path / "jobs.csv").write_text("1,a\n")
    address = f"{server.url}/b"
    upload = {"parts": [{"number": 1, "bytes": 4, "url": address}], "complete_url": address}
    made = {"id": "7", "expires_at": "", "upload": upload}
    server.responses.append(Response(201, JSON, json.dumps(made)))
    server.responses.append(Response(200, {"ETag": '"1"'}, ""))
    server.responses.append(Response(200, {}, "<CompleteMultipartUploadResult/>"))
    server.responses.append(Response(200, JSON, json.dumps({"id": "7", "status": "planning"})))
    done = run("--api", server.url, "--json", "upload", "jobs.csv", "-t", "jobs", "--no-wait")
    assert (done.code, json.loads(done.out)) == (0, {"id": "7", "status": "planning"})
    assert "an interrupted upload will start anew" in done.err


HTML = "<html>[/x]</html>"
RESPONSES = [
    (Response(200, {}, HTML), UNREACHABLE),
    (Response(200, {}, ""), UNREACHABLE),
    (Response(200, JSON, "[]"), UNREACHABLE),
    (Response(200, JSON, "{}"), UNREACHABLE),
    (Response(200, JSON, "[" * 200_000), UNREACHABLE),
    (Response(200, {"Content-Encoding": "gzip"}, "no gzip"), UNREACHABLE),
    (Response(301, {"Location": "http://["}, ""), UNREACHABLE),
    (Response(404, {}, HTML), REFUSED),
    (Response(400, JSON, "[]"), REFUSED),
    (Response(400, JSON, '{"detail": [], "errors": [1, {"loc": 5}], "title": 5}'), REFUSED),
    (Response(400, JSON, '{"detail": "[/x]", "errors": 5}'), REFUSED),
    (Response(500, {}, ""), UNREACHABLE),
]


@pytest.mark.parametrize(
    "command",
    [
        ["tables"],
        ["status"],
        ["status", "7"],
        ["status", "7", "--follow"],
        ["cancel", "7"],
        ["retry", "7"],
        ["rejects", "7"],
        ["report"],
        ["report", "experiments"],
        ["rows", "list", "jobs"],
        ["export", "jobs"],
        ["sprockets", "list"],
        ["production", "list", "1"],
        ["birthdays"],
        ["hello", "Ada"],
        ["login"],
        ["upload", "jobs.csv", "-t", "jobs"],
    ],
    ids=" ".join,
)
def test_a_response_of_another_program(
    run: Cli, tmp_path: Path, server: Bridge, command: list[str]
) -> None:
    (tmp_path / "jobs.csv").write_text("1,a\n")
    for response, code in RESPONSES:
        if command == ["report", "experiments"] and response.text == "{}":
            continue  # a report without rows
        # for as many requests as a command may make: none may reach the API behind the server
        server.responses = deque([response] * 10)
        done = run("--api", server.url, "--text", *command)
        if command == ["login"]:
            code = UNREACHABLE if response.status == 200 else REFUSED  # noqa: PLW2901
        assert (done.code, done.out) == (code, ""), response
        assert done.err.startswith("error: "), done.err


MARKUP = "[/x][red]a[/red]:smile:\x1b[2J\x9b2J"
PLAIN = "[/x][red]a[/red]:smile:\\x1b[2J\\x9b2J"
JOB = {
    "id": MARKUP,
    "table": MARKUP,
    "status": "failed",
    "progress": 0.5,
    "rows": {"read": 1, "written": 1, "duplicates": 0, "rejected": 0},
    "options": {},
    "waiting_for": MARKUP,
    "started_at": None,
    "created_at": MARKUP,
    "finished_at": "2021-01-01T00:00:00+00:00",
    "error": MARKUP,
}


@pytest.mark.parametrize(
    ("command", "response"),
    [
        (["tables"], {"tables": [{"name": MARKUP, "rows": 1, "columns": []}]}),
        (["status"], {"items": [JOB], "next": None}),
        (["status", "7"], JOB),
        (["status", "7", "--follow"], JOB),
        (["cancel", "7"], JOB),
        (["hello", "Ada"], {"message": MARKUP}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_texts_are_never_markup(
    run: Cli,
    server: Bridge,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    response: object,
) -> None:
    for terminal in (False, True):
        monkeypatch.setattr(output.messages, "_force_terminal", terminal)
        server.responses.append(Response(200, JSON, json.dumps(response)))
        done = run("--api", server.url, "--text", *command)
        assert PLAIN in done.out
        assert "\x1b[2J" not in done.out + done.err
        server.responses.append(Response(404, JSON, json.dumps({"detail": MARKUP})))
        assert f"error: 404 {PLAIN}\n" in run("--api", server.url, *command).err


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../sprockets/1", "a/b", "a\\..\\b", "\udcff", "a\x00b", "a\nb"]
)
def test_what_cannot_be_one_segment_of_a_path_is_refused(
    run: Cli, server: Bridge, name: str
) -> None:
    for command in ("status", "cancel", "retry", "rejects", "hello"):
        done = run("--api", server.url, command, "--", name)
        assert (done.code, server.requests) == (USAGE, [])
        assert "cannot be a name or an id" in done.err


def test_an_id_is_only_itself(run: Cli, bridge: Bridge) -> None:
    sprocket = {"teeth": 5, "pitch_diameter": 1, "outside_diameter": 2, "pitch": 1}
    made = call("POST", "/sprockets", json_body=sprocket).headers["location"].rpartition("/")[2]
    for climbing in (f"../sprockets/{made}", f"%2e%2e/sprockets/{made}"):
        assert run("--api", bridge.url, "cancel", climbing).code == USAGE
    assert bridge.requests == []
    for name, quoted in {
        f"..%2Fsprockets%2F{made}": f"..%252Fsprockets%252F{made}",
        "%2e%2e": "%252e%252e",
        "a?status=failed": "a%3Fstatus%3Dfailed",
        "a#b ü": "a%23b%20%C3%BC",
        "...": "...",
        "a;b": "a%3Bb",
    }.items():
        assert run("--api", bridge.url, "cancel", name).code == REFUSED
        assert bridge.requests.pop()[1] == f"/ingestions/{quoted}"
    assert call("GET", f"/sprockets/{made}").status == 200
