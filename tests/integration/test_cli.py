"""The command-line client against the real handlers, over HTTP."""

import json
import os
import signal
from pathlib import Path

import pytest

from infra import openapi
from ingestion.large import arrivals, objects
from reports.routes import REPORTS
from sprocketworks import client
from tests.bridge import NOTHING, Bridge
from tests.command_line import Cli
from tests.front_door import Context, Response, call
from tests.large_files import arrival, job_of, run
from tests.views import add_users

OVERLOADED = Response(503, {"Retry-After": "0"}, "{}")


def state_machine(method: str, path: str) -> None:
    """Does what the upload sets going, before the client asks how it is."""
    job_id = path.rpartition("/")[2]
    followed = method == "GET" and path.startswith("/ingestions/") and objects.find(key_of(job_id))
    if followed and job_of(job_id)["status"] == "awaiting_upload":
        arrivals.handler(arrival(key_of(job_id)), Context())
        run(job_id)


def key_of(job_id: str) -> str:
    return f"uploads/{job_id}/file.csv"


@pytest.fixture
def csv(tmp_path: Path) -> str:
    path = tmp_path / "departments.csv"
    path.write_text("id,department\n1,Tooling\nx,Milling\n3,Painting\n")
    return str(path)


def test_a_file_is_uploaded_and_followed_to_its_end(cli: Cli, bridge: Bridge, csv: str) -> None:
    bridge.before = state_machine
    done = cli("--json", "upload", csv, "--table", "departments")
    assert done.code == 0, done.err
    job = json.loads(done.out)
    assert job["rows"] == {"read": 3, "written": 2, "duplicates": 0, "rejected": 1}
    assert job["filename"] == "departments.csv"
    assert "upload: 100 %" in done.err
    rejects = cli("rejects", job["id"])
    assert rejects.out.splitlines()[1].startswith('"3","id","x",')
    into = cli("rejects", job["id"], "-o", "rejects.csv")
    assert (into.code, into.out) == (0, "")
    assert Path("rejects.csv").read_text() == rejects.out
    assert job["id"] in cli("status").out
    assert "succeeded" in cli("status", job["id"]).out
    assert job["id"] not in cli("status", "--status", "failed").out


def test_exit_codes_tell_rejects_failures_and_refusals(
    cli: Cli, bridge: Bridge, csv: str, tmp_path: Path
) -> None:
    bridge.before = state_machine
    assert cli("upload", csv, "-t", "departments", "--fail-on-rejects").code == client.REJECTED
    broken = tmp_path / "broken.csv"
    broken.write_text('1,"open\n')
    failed = cli("upload", str(broken), "-t", "departments")
    assert failed.code == client.FAILED
    assert "a quote that is never closed" in failed.out
    broken.write_text("id,[/x]\n1,[red]\n")
    markup = cli("upload", str(broken), "-t", "departments", "--fail-on-rejects")
    assert markup.code in {client.FAILED, client.REJECTED}, markup.err
    assert "Traceback" not in markup.err
    dry = cli("upload", csv, "-t", "departments", "--dry-run", "--text").out.splitlines()
    assert ["would", "be", "written", "2"] in [line.split() for line in dry]
    unknown = cli("upload", csv, "-t", "nothing")
    assert unknown.code == client.REFUSED
    assert "body.table" in unknown.err
    assert cli("upload", "nothing.csv", "-t", "jobs").code == 2
    assert cli("status", "unknown").code == client.REFUSED


def test_an_upload_that_is_interrupted_is_taken_up(cli: Cli, bridge: Bridge, csv: str) -> None:
    process = 0

    def started(pid: int) -> None:
        nonlocal process
        process = pid

    def ctrl_c(method: str, path: str) -> None:
        if method == "GET" and path.startswith("/ingestions/"):
            os.kill(process, signal.SIGINT)

    bridge.before = ctrl_c
    assert cli("upload", csv, "-t", "departments", started=started).code == client.INTERRUPTED
    (first,) = call("GET", "/ingestions").json["items"]
    arrivals.handler(arrival(key_of(first["id"])), Context())
    bridge.before = lambda *_: print(run(first["id"])["status"])
    again = cli("upload", csv, "-t", "departments")
    assert again.code == 0
    assert f"going on with ingestion {first['id']}" in again.err
    assert len(call("GET", "/ingestions").json["items"]) == 1


def test_several_files_and_a_pipe_are_loaded_one_after_the_other(
    cli: Cli, bridge: Bridge, csv: str, tmp_path: Path
) -> None:
    bridge.before = state_machine
    (tmp_path / "more.csv").write_text("4,Packing\n5,Polishing\n")
    done = cli("upload", csv, "-", str(tmp_path / "more.csv"), "-t", "departments", stdin="6,New\n")
    assert done.code == 0, done.err
    jobs = json.loads(done.out)
    assert [job["filename"] for job in jobs] == ["departments.csv", "stdin.csv", "more.csv"]
    assert [job["rows"]["written"] for job in jobs] == [2, 1, 2]
    # ids may be shortened where they are unique
    for job in jobs:
        others = [other["id"] for other in jobs if other is not job]
        short = next(
            job["id"][:n]
            for n in range(4, 25)
            if not any(other.startswith(job["id"][:n]) for other in others)
        )
        assert json.loads(cli("status", short).out)["id"] == job["id"]
    ambiguous = cli("cancel", jobs[0]["id"][:5])
    assert ambiguous.code == client.USAGE
    assert all(job["id"] in ambiguous.err for job in jobs)


def test_ctrl_c_leaves_the_job_running_and_says_how_to_go_on(
    cli: Cli, bridge: Bridge, csv: str
) -> None:
    process = 0

    def started(pid: int) -> None:
        nonlocal process
        process = pid

    def ctrl_c(method: str, path: str) -> None:
        if method == "GET" and path.startswith(("/ingestions/", "/tables")):
            os.kill(process, signal.SIGINT)

    bridge.before = ctrl_c
    done = cli("upload", csv, "-t", "departments", started=started)
    assert done.code == client.INTERRUPTED
    assert cli("tables", started=started) == (client.INTERRUPTED, "", "")
    bridge.before = lambda *_: None
    (job,) = call("GET", "/ingestions").json["items"]
    assert f"sprocketworks cancel {job['id']}" in done.err
    assert "cancelled" in cli("cancel", job["id"]).out


def test_what_passes_is_tried_again_and_a_post_is_done_once(
    cli: Cli, bridge: Bridge, csv: str
) -> None:
    bridge.responses.extend([OVERLOADED, None])
    assert "departments" in cli("tables").out
    bridge.requests.clear()
    bridge.responses.append(OVERLOADED)
    assert cli("upload", csv, "-t", "departments", "--no-wait").code == 0
    keys = [
        headers["Idempotency-Key"] for method, _, headers in bridge.requests if method == "POST"
    ]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    bridge.responses.extend([OVERLOADED] * client.REQUEST_ATTEMPTS)
    assert cli("tables").code == client.UNREACHABLE


def test_reports_are_those_that_the_api_has(cli: Cli, bridge: Bridge) -> None:
    document = Response(200, {}, openapi.text(openapi.document()))
    names = sorted(each.name for each in REPORTS)
    bridge.responses.append(document)
    assert [each["name"] for each in json.loads(cli("report").out)] == names
    bridge.responses.extend([NOTHING, document])
    unknown = cli("report", "nothing")
    assert unknown.code == client.USAGE
    assert all(name in unknown.err for name in names)
    bridge.responses.extend([NOTHING, document])
    refused = cli("report", "mean-hires", "--from", "1")
    assert (refused.code, "query.from" in refused.err) == (client.REFUSED, True)


def test_reports_and_greetings_are_shown(cli: Cli) -> None:
    call("POST", "/tables/departments", "1,Tooling\n", {"Content-Type": "text/csv"})
    assert json.loads(cli("report", "mean-hires", "--year", "2020").out)["year"] == 2020
    printed = cli("report", "mean-hires", "--text").out
    assert ["mean_hires"] in [line.split() for line in printed.splitlines()]
    report = cli("report", "departments-above-mean", "--csv").out
    assert report.startswith('"id","department","hired"')
    assert cli("report", "mean-hires", "--svg", "-o", "mean.svg").code == 0
    assert "<svg" in Path("mean.svg").read_text()
    greeted = cli("hello", "Zoë", "--born", "1992-02-29", "--tz", "Europe/Paris")
    assert json.loads(greeted.out)["message"].startswith("Hello, Zoë! ")
    refused = cli("hello", "R2D2", "--born", "2999-01-01")
    assert refused.code == client.REFUSED
    assert "dateOfBirth" in refused.err


def test_the_csv_of_a_report_has_the_rows_of_all_pages(cli: Cli) -> None:
    add_users(13)
    lines = cli("report", "experiments", "--csv").out.splitlines()
    assert lines[0].startswith('"user_id"')
    assert [line.partition(",")[0] for line in lines[1:]] == [f'"{n}"' for n in range(13)]
    drawn = cli("report", "experiments", "--svg")
    assert drawn.out.count("<svg") == 1
    assert "more rows" in drawn.err


def test_the_token_is_that_of_the_options_and_never_sent_elsewhere(
    cli: Cli, bridge: Bridge
) -> None:
    cli("tables")
    cli("--token", "mine", "tables")
    cli("--api", f"{bridge.url}/", "tables")
    sent = [headers.get("Authorization") for _, _, headers in bridge.requests]
    assert sent == ["Bearer local", "Bearer mine", None]


def test_no_api_is_a_usage_error(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / ".local/cloud.json").unlink()
    done = cli("tables")
    assert done.code == 2
    assert "--api" in done.err
