"""Large files on the deployed stack: events, the state machine and the command line."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.parts import complete, put
from tests.stack import Stack, soon, until

pytestmark = pytest.mark.e2e
TABLE = "HiredEmployeesTable"
FIRST_HIRE = 5_000_000  # ids that the sample data has not


def write(path: Path, rows: int, first: int = FIRST_HIRE) -> set[int]:
    """A file of hires; the lines of the broken ones, 1 of 100."""
    lines = ["id,name,datetime,department_id,job_id"]
    broken = set()
    for n in range(rows):
        if n % 100 == 50:
            broken.add(n + 2)
        moment = "no date" if n % 100 == 50 else "1999-03-01T00:00:00Z"
        lines.append(f"{first + n},Somebody,{moment},1,1")
    path.write_text("\n".join(lines) + "\n")
    return broken


def submit(stack: Stack, path: Path) -> str:
    made = stack.api.post("/ingestions", json={"table": "hired_employees"})
    assert made.status_code == 201, made.text
    upload = made.json()["upload"]
    with path.open("rb") as file:
        sent = httpx.post(upload["url"], data=upload["fields"], files={"file": file}, timeout=60)
    assert sent.status_code == 204, sent.text
    return str(made.json()["id"])


def wait(stack: Stack, job_id: str) -> dict[str, Any]:
    """The job when it has ended; its progress must never go back."""
    progress = -1.0

    def ended() -> dict[str, Any] | None:
        nonlocal progress
        job: dict[str, Any] = stack.api.get(f"/ingestions/{job_id}").json()
        assert job["progress"] >= progress
        progress = job["progress"]
        return job if job["finished_at"] else None

    return until(ended)


def rows_read(stack: Stack, job_id: str) -> int:
    return int(stack.api.get(f"/ingestions/{job_id}").json()["rows"]["read"])


def test_a_file_by_the_command_line_to_its_rejects(stack: Stack, tmp_path: Path) -> None:
    broken = write(tmp_path / "hires.csv", 30_000)
    before = stack.count(TABLE)

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "sprocketworks", "--json", *arguments],
            env={
                "SPROCKETWORKS_API": stack.described["api"],
                "SPROCKETWORKS_TOKEN": stack.described["headers"]
                .get("Authorization", "")
                .removeprefix("Bearer "),
                "XDG_STATE_HOME": str(tmp_path),
            },
            capture_output=True,
            text=True,
            timeout=180,
            check=True,
        ).stdout

    job = json.loads(run("upload", str(tmp_path / "hires.csv"), "--table", "hired_employees"))
    assert job["status"] == "succeeded"
    assert job["rows"] == {
        "read": 30_000,
        "written": 30_000 - len(broken),
        "duplicates": 0,
        "rejected": len(broken),
    }
    assert stack.count(TABLE) == before + 30_000 - len(broken)
    rejects = csv.DictReader(io.StringIO(run("rejects", job["id"])))
    assert {int(row["line"]) for row in rejects} == broken


def test_a_file_in_parts_becomes_a_job_and_no_part_may_have_another_size(stack: Stack) -> None:
    raw = "".join(f"{n},Resin {n},{'C' * 9_000}\n" for n in range(920_001, 921_001)).encode()
    body = {"table": "compounds", "bytes": len(raw)}
    made = stack.api.post("/ingestions", json=body).json()
    upload = made["upload"]
    cut = upload["parts"][0]["bytes"]
    for wrong in (raw[:cut] + b"x", raw[: cut - 1], b""):
        assert put(upload["parts"][0], wrong).status_code == 403
    sent = [put(upload["parts"][0], raw[:cut]), put(upload["parts"][1], raw[cut:])]
    completed = complete(upload, [part.headers["ETag"] for part in sent])
    assert "<CompleteMultipartUploadResult" in completed.text, completed.text
    job = wait(stack, made["id"])
    assert (job["status"], job["bytes"]) == ("succeeded", len(raw))
    assert job["rows"] == {"read": 1000, "written": 1000, "duplicates": 0, "rejected": 0}


def test_a_cancelled_job_takes_no_more_parts(stack: Stack) -> None:
    made = stack.api.post("/ingestions", json={"table": "compounds", "bytes": 9}).json()
    (part,) = made["upload"]["parts"]
    assert put(part, b"1,Copper\n").status_code == 200
    assert stack.api.delete(f"/ingestions/{made['id']}").json()["status"] == "cancelled"
    refused = put(part, b"1,Copper\n")
    assert (refused.status_code, "NoSuchUpload" in refused.text) == (404, True)


def test_a_cancelled_job_ends_soon_with_true_counts_and_the_next_one_runs(
    stack: Stack, tmp_path: Path
) -> None:
    write(tmp_path / "many.csv", 300_000, 6_000_000)
    write(tmp_path / "few.csv", 100, 8_000_000)
    before = stack.count(TABLE)
    first = submit(stack, tmp_path / "many.csv")
    until(lambda: rows_read(stack, first))
    second = submit(stack, tmp_path / "few.csv")
    soon(lambda: stack.api.get(f"/ingestions/{second}").json()["waiting_for"], first)
    assert stack.api.delete(f"/ingestions/{first}").status_code == 202
    cancelled = wait(stack, first)
    assert cancelled["status"] == "cancelled"
    assert cancelled["rows"]["read"] < 300_000
    few = wait(stack, second)
    assert few["rows"]["written"] == 99
    assert stack.count(TABLE) == before + cancelled["rows"]["written"] + 99


def test_a_job_whose_execution_was_stopped_ends_with_true_counts_and_starts_again(
    stack: Stack, tmp_path: Path
) -> None:
    write(tmp_path / "many.csv", 60_000, 9_000_000)
    before = stack.count(TABLE)
    job_id = submit(stack, tmp_path / "many.csv")
    machines = stack.cloud.client("stepfunctions")
    (arn,) = [
        machine["stateMachineArn"].replace(":stateMachine:", ":execution:")
        for machine in machines.list_state_machines()["stateMachines"]
        if machine["name"].endswith("-ingestion")
    ]
    until(lambda: rows_read(stack, job_id))
    machines.stop_execution(executionArn=f"{arn}:{job_id}-1")
    failed = wait(stack, job_id)
    assert (failed["status"], failed["error"] is None) == ("failed", False)
    assert failed["rows"]["read"] < 60_000
    assert stack.count(TABLE) == before + failed["rows"]["written"]
    assert stack.api.post(f"/ingestions/{job_id}/retry").status_code == 202
    loaded = wait(stack, job_id)
    assert (loaded["status"], loaded["rows"]["read"]) == ("succeeded", 60_000)
    assert stack.count(TABLE) == before + loaded["rows"]["written"]


def test_a_file_that_is_put_into_the_bucket_becomes_a_job(stack: Stack) -> None:
    from infra.local.deploy import outputs

    bucket = outputs(stack.cloud)["LandingBucketName"]
    stack.cloud.client("s3").put_object(
        Bucket=bucket, Key="landing/compounds/new.csv", Body=b"900001,Grease,\n900002,Oil,\n"
    )

    def arrived() -> list[str]:
        listed = stack.api.get("/ingestions", params={"table": "compounds"}).json()["items"]
        return [job["id"] for job in listed if job["source"] == "landing"]

    (job_id,) = until(arrived)
    assert wait(stack, job_id)["rows"]["written"] == 2
    again = stack.api.post("/ingestions", json={"source": "landing"})
    assert (again.status_code, again.json()) == (202, {"ingestions": [], "more": False})


def test_a_small_file_goes_on_as_a_job_if_the_request_prefers_so(stack: Stack) -> None:
    response = stack.api.post(
        "/tables/compounds?dedupe=true",
        content="910001,Tallow,\n910002,Tallow,\nx,Broken,\n",
        headers={"Content-Type": "text/csv", "Prefer": "respond-async"},
    )
    assert (response.status_code, response.headers["preference-applied"]) == (202, "respond-async")
    location = response.url.join(response.headers["location"])
    assert stack.api.get(location).json()["id"] == response.json()["id"]
    job = wait(stack, response.json()["id"])
    assert (job["status"], job["options"]) == ("succeeded", {"dedupe": True})
    assert job["rows"] == {"read": 3, "written": 1, "duplicates": 1, "rejected": 1}
