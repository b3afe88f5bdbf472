"""Uploads by the command line while S3 fails: what is stored is not sent again."""

import json
import os
import re
import signal
import socket
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from moto.s3.responses import S3Response

from ingestion.large import objects
from ingestion.large import parts as ingested_parts
from sprocketworks import client, parts
from tests.bridge import Bridge
from tests.command_line import Cli
from tests.front_door import call

Outcome = tuple[int, dict[str, str], str]
SLOW_DOWN: Outcome = (503, {}, "<Error><Code>SlowDown</Code></Error>")
JOIN = "join"


class Bucket:
    """S3's requests for parts, and how the next of them fail."""

    def __init__(self) -> None:
        self.requests: list[str] = []  # the numbers of parts, and JOIN
        self.before: dict[str, Callable[[], object]] = {}
        self.failures: dict[str, list[Outcome | None]] = defaultdict(list)  # None: a cut connection

    def respond(self, response: S3Response, request: Any, url: str) -> Any:
        if "uploadId=" not in url or request.method not in {"PUT", "POST"}:
            return KEY_RESPONSE(response, request, url)
        found = re.search(r"partNumber=(\d+)", url)
        name = found[1] if found else JOIN
        self.requests.append(name)
        self.before.get(name, lambda: None)()
        if not self.failures[name]:
            return KEY_RESPONSE(response, request, url)
        outcome = self.failures[name].pop(0)
        if outcome is None:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return outcome or SLOW_DOWN


KEY_RESPONSE = S3Response._key_response


@pytest.fixture
def bucket(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """S3, with parts of 1000 bytes."""
    found = Bucket()
    monkeypatch.setattr(ingested_parts, "SMALLEST", 1000)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)

    def respond(response: S3Response, request: Any, url: str) -> Any:
        return found.respond(response, request, url)

    with patch.object(S3Response, "_key_response", respond):
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "departments.csv"
    path.write_text("".join(f"{n},department {n}\n" for n in range(1000, 1200)))
    assert path.stat().st_size == 4200
    return path


def upload(run: Cli, bridge: Bridge, file: Path) -> Any:
    return run("--api", bridge.url, "--json", "upload", str(file), "-t", "departments", "--no-wait")


def jobs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", "/ingestions").json["items"]
    return found


def stored(job: dict[str, Any]) -> bytes:
    key = f"uploads/{job['id']}/file.csv"
    return objects.client().get_object(Bucket=objects.bucket(), Key=key)["Body"].read()


def test_a_part_that_breaks_is_sent_again_and_no_other(
    run: Cli, bridge: Bridge, bucket: Bucket, file: Path
) -> None:
    bucket.failures["2"] = [None, SLOW_DOWN]
    bucket.failures["4"] = [(400, {}, "<Error><Code>RequestTimeout</Code></Error>")]
    # S3 begins its response before it has joined the parts
    bucket.failures[JOIN] = [(200, {}, "\n <Error><Code>InternalError</Code></Error>"), None]
    done = upload(run, bridge, file)
    assert done.code == 0, done.err
    assert bucket.requests == ["1", "2", "2", "2", "3", "4", "4", "5", JOIN, JOIN, JOIN]
    (job,) = jobs()
    assert stored(job) == file.read_bytes()
    assert "upload: 100 %" in done.err


def test_a_command_that_is_run_again_sends_only_what_is_not_stored(
    run: Cli, bridge: Bridge, bucket: Bucket, file: Path
) -> None:
    bucket.failures["3"] = [SLOW_DOWN] * parts.ATTEMPTS
    broken = upload(run, bridge, file)
    assert broken.code == client.UNREACHABLE
    assert "the upload broke off: 503 SlowDown; run the command again" in broken.err
    assert bucket.requests == ["1", "2", *["3"] * parts.ATTEMPTS]
    bucket.requests.clear()
    done = upload(run, bridge, file)
    assert (done.code, bucket.requests) == (0, ["3", "4", "5", JOIN])
    (job,) = jobs()
    assert stored(job) == file.read_bytes()


def test_an_upload_that_is_interrupted_says_how_to_go_on(
    cli: Cli, run: Cli, bridge: Bridge, bucket: Bucket, file: Path
) -> None:
    processes: list[int] = []
    bucket.before["3"] = lambda: os.kill(processes[0], signal.SIGINT)
    command = ("--api", bridge.url, "upload", str(file), "-t", "departments", "--no-wait")
    stopped = cli(*command, started=processes.append)
    (job,) = jobs()
    assert (stopped.code, stopped.out) == (client.INTERRUPTED, "")
    assert "departments.csv is not sent whole: run the command again to go on" in stopped.err
    assert f"`sprocketworks cancel {job['id']}`" in stopped.err
    assert bucket.requests == ["1", "2", "3"]
    bucket.before.clear()
    bucket.requests.clear()
    assert run(*command).code == 0
    assert bucket.requests == ["3", "4", "5", JOIN]
    (job,) = jobs()
    assert stored(job) == file.read_bytes()


def test_an_upload_of_an_earlier_version_of_the_command_is_begun_anew(
    run: Cli, bridge: Bridge, bucket: Bucket, file: Path, tmp_path: Path
) -> None:
    bucket.failures["2"] = [SLOW_DOWN] * parts.ATTEMPTS
    assert upload(run, bridge, file).code == client.UNREACHABLE
    (memory,) = (tmp_path / "state/sprocketworks").glob("*.json")
    known = json.loads(memory.read_text())
    del known["stored"], known["upload"]["parts"], known["upload"]["complete_url"]
    memory.write_text(json.dumps(known))
    done = upload(run, bridge, file)
    assert done.code == 0, done.err
    assert bucket.requests[-6:] == ["1", "2", "3", "4", "5", JOIN]
    memory.write_text('{"id": "x", "upload": 5, "expires_at": 7}')
    assert upload(run, bridge, file).code == 0


def test_an_upload_that_s3_refuses_is_begun_anew(
    run: Cli, bridge: Bridge, bucket: Bucket, file: Path
) -> None:
    bucket.failures["2"] = [(403, {}, "<Error><Code>ExpiredToken</Code></Error>")]
    refused = upload(run, bridge, file)
    assert refused.code == client.REFUSED
    assert "the upload was refused: 403 ExpiredToken" in refused.err
    assert upload(run, bridge, file).code == 0
    assert bucket.requests == ["1", "2", "1", "2", "3", "4", "5", JOIN]
    assert len(jobs()) == 2


def test_a_file_that_is_given_again_after_its_upload_is_loaded_again(
    run: Cli, bridge: Bridge, bucket: Bucket, file: Path
) -> None:
    assert upload(run, bridge, file).code == 0
    assert upload(run, bridge, file).code == 0
    assert len(jobs()) == 2


def test_an_upload_whose_job_the_api_has_forgotten_is_begun_anew(
    run: Cli, bridge: Bridge, bucket: Bucket, file: Path, fresh: Callable[[], None]
) -> None:
    bucket.failures["2"] = [SLOW_DOWN] * parts.ATTEMPTS
    assert upload(run, bridge, file).code == client.UNREACHABLE
    fresh()
    done = upload(run, bridge, file)
    assert done.code == 0, done.err
    (job,) = jobs()
    assert stored(job) == file.read_bytes()


def test_a_file_that_changes_while_it_is_sent_is_not_loaded(
    run: Cli, bridge: Bridge, bucket: Bucket, file: Path
) -> None:
    bucket.before["4"] = lambda: file.write_text(file.read_text().replace("1000", "9999"))
    changed = upload(run, bridge, file)
    assert changed.code == client.REFUSED
    assert "departments.csv has changed while it was sent" in changed.err
    bucket.before.clear()
    assert upload(run, bridge, file).code == 0
    assert bucket.requests == ["1", "2", "3", "4", "5", "1", "2", "3", "4", "5", JOIN]
    assert stored(jobs()[0]) == file.read_bytes()


def test_an_upload_whose_job_is_cancelled_meanwhile_ends_as_the_job(
    run: Cli, bridge: Bridge, bucket: Bucket, file: Path
) -> None:
    gone: Outcome = (404, {}, "<Error><Code>NoSuchUpload</Code></Error>")
    bucket.failures["2"] = [gone]

    def cancel(method: str, path: str) -> None:
        if method == "GET":
            call("DELETE", path)

    bridge.before = cancel
    done = run("--api", bridge.url, "--json", "upload", str(file), "-t", "departments")
    assert (done.code, bucket.requests) == (client.FAILED, ["1", "2"])
    (job,) = jobs()
    assert job["status"] == "cancelled"
