"""What the command line writes: whole reports, and no traceback where nobody reads them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sprocketworks.client import INTERRUPTED, REFUSED, USAGE
from tests.bridge import Bridge
from tests.front_door import Response
from tests.template import ROOT

COLUMNS = [{"name": "c" * 60, "type": "integer", "required": True}] * 60
TABLES = {"tables": [{"name": "t", "rows": 1, "columns": COLUMNS}] * 100}


def in_shell(server: Bridge, command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell's command, in which `sprocketworks` is the client of the server."""
    program = f'"{sys.executable}" -m sprocketworks --api {server.url}'
    return subprocess.run(
        ["bash", "-c", f'sprocketworks() {{ {program} "$@"; }}; set -o pipefail; {command}'],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["tables", "--json tables", "report mean-hires", "--help"])
def test_a_reader_that_has_gone_is_no_traceback(server: Bridge, command: str) -> None:
    server.responses.append(Response(200, {}, json.dumps(TABLES)))
    done = in_shell(server, f"sprocketworks {command} | true")
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("tables >&-", 0, ""),
        ("--text tables 2>&-", 0, ""),
        ("sprockets import - <&-", USAGE, "- cannot be sent"),
        ("upload - -t jobs <&-", USAGE, "stdin.csv: the file is empty"),
    ],
)
def test_a_closed_stream_is_no_traceback(
    server: Bridge, command: str, code: int, message: str
) -> None:
    server.responses.append(Response(200, {}, json.dumps(TABLES)))
    done = in_shell(server, f"sprocketworks {command}")
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_a_full_disk_is_no_traceback(server: Bridge) -> None:
    server.responses.append(Response(200, {}, json.dumps(TABLES)))
    done = in_shell(server, "sprocketworks tables > /dev/full")
    assert (done.returncode, done.stderr) == (USAGE, "error: No space left on device\n")


def test_texts_are_written_whatever_the_terminal_can_show(server: Bridge) -> None:
    server.responses.append(Response(200, {}, '{"message": "Hello, Zo\\u00eb \\ud800!"}'))
    done = in_shell(server, "PYTHONIOENCODING=ascii sprocketworks hello Zoe --text")
    assert (done.returncode, done.stdout) == (0, "Hello, Zo\\xeb \\ud800!\n")


@pytest.mark.parametrize("command", ["--json rows list t", "export t", "report mean-hires --csv"])
def test_what_programs_read_is_utf_8_whatever_the_terminal_has(
    server: Bridge, command: str, tmp_path: Path
) -> None:
    table = {"name": "t", "rows": 1, "columns": [{"name": "c", "type": "str", "required": True}]}
    if "report" not in command:
        server.responses.append(Response(200, {}, json.dumps({"tables": [table]})))
    page = {"items": [{"c": "Zoë \ud800 𝒳"}], "next": None}
    text = "Zoë \\ud800 𝒳" if "report" in command else json.dumps(page)
    server.responses.append(Response(200, {"content-type": "text/csv"}, text))
    done = in_shell(server, f"PYTHONIOENCODING=latin-1 sprocketworks {command} > {tmp_path}/out")
    assert (done.returncode, done.stderr) == (0, done.stderr.replace("Traceback", ""))
    assert "Zoë \\ud800 𝒳" in (tmp_path / "out").read_bytes().decode()


def test_ctrl_c_while_the_program_starts_is_no_traceback(server: Bridge, tmp_path: Path) -> None:
    (tmp_path / "rich.py").write_text("raise KeyboardInterrupt")
    done = in_shell(server, f'PYTHONPATH="{tmp_path}:$PYTHONPATH" sprocketworks tables')
    assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "")


def test_an_export_that_ends_early_leaves_the_file_as_it_was(
    server: Bridge, tmp_path: Path
) -> None:
    table = {"name": "t", "rows": 2, "columns": [{"name": "c", "type": "str", "required": True}]}
    page = {"items": [{"c": "x"}], "next": "more"}
    file = tmp_path / "t.csv"
    file.write_text("before")
    for end in (Response(404, {}, "{}"), Response(200, {}, '{"items": [], "next": null}')):
        for body in ({"tables": [table]}, page):
            server.responses.append(Response(200, {}, json.dumps(body)))
        server.responses.append(end)
        done = in_shell(server, f"sprocketworks export t -o {file}")
        assert done.returncode == (REFUSED if end.status == 404 else 0)
        assert file.read_text() == ("before" if end.status == 404 else "c\nx\n")
        assert [*tmp_path.iterdir()] == [file]


def test_a_terminal_has_the_rows_of_an_export_without_a_bar(server: Bridge) -> None:
    table = {"name": "t", "rows": 1, "columns": [{"name": "c", "type": "str", "required": True}]}
    for body in ({"tables": [table]}, {"items": [{"c": "x"}], "next": None}):
        server.responses.append(Response(200, {}, json.dumps(body)))
    mine, terminal = os.openpty()
    with os.fdopen(mine, "rb") as read:
        command = [sys.executable, "-m", "sprocketworks", "--api", server.url, "export", "t"]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
        subprocess.run(
            command, stdin=terminal, stdout=terminal, stderr=terminal, env=env, check=True
        )
        os.close(terminal)
        assert read.read1(1000) == b"c\r\nx\r\n"


def test_all_pages_of_a_report_are_one_document(server: Bridge) -> None:
    first = {"average": 1.5, "user_reports": [{"user_id": 1}], "next": "a b&c"}
    second = {"average": 1.5, "user_reports": [{"user_id": 2}], "next": None}
    server.responses.extend(Response(200, {}, json.dumps(page)) for page in (first, second))
    done = in_shell(server, "sprocketworks report experiments --year 2020")
    assert json.loads(done.stdout) == second | {"user_reports": [{"user_id": 1}, {"user_id": 2}]}
    assert [path for _, path, _ in server.requests] == [
        "/reports/experiments?year=2020",
        "/reports/experiments?year=2020&cursor=a+b%26c",
    ]


@pytest.mark.parametrize("into", ["", "-o pages.csv && cat pages.csv"])
@pytest.mark.parametrize("link", ["{url}/reports/experiments?", "/v1/reports/experiments?", "?"])
def test_the_csv_of_a_report_has_all_pages(
    server: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str, into: str
) -> None:
    monkeypatch.chdir(tmp_path)
    following = f'<{link.format(url=server.url)}year=2020&cursor=x%3D%3D>; rel="next"'
    server.responses.append(Response(200, {"Link": following}, '"user_id"\r\n"1"\r\n'))
    server.responses.append(Response(200, {}, '"user_id"\r\n"2"\r\n'))
    done = in_shell(server, f"sprocketworks report experiments --year 2020 --csv {into}")
    assert done.stdout.splitlines() == ['"user_id"', '"1"', '"2"']
    assert [(path, headers["Accept"]) for _, path, headers in server.requests] == [
        ("/reports/experiments?year=2020", "text/csv"),
        ("/reports/experiments?year=2020&cursor=x%3D%3D", "text/csv"),
    ]
