"""Large files through the front door: uploaded, planned, loaded in chunks, finished."""

import csv
import io
import json
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from ingestion.large import arrivals, objects, planner, worker
from shared import dynamo
from shared.datasets import DATA_SETS
from tests.front_door import Context, call
from tests.large_files import arrival, chunks, finish, job_of, rejects, run, submit, work

CSV = {"Content-Type": "text/csv"}


@pytest.fixture(autouse=True)
def small_parts(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Chunks of some 2 KB and windows of some 500 bytes, so that small files have many."""
    dynamo.client.cache_clear()
    objects.client.cache_clear()
    monkeypatch.setattr(planner, "CHUNK_BYTES", 2000)
    monkeypatch.setattr(worker, "WINDOW", 500)
    yield
    objects.client.cache_clear()


def departments(rows: int, broken: tuple[int, ...] = ()) -> bytes:
    """A file with a header; the rows of the numbers `broken` have no id."""
    lines = ["id,department"]
    lines += [f"{'x' if n in broken else n},department {n}" for n in range(1, rows + 1)]
    return "\n".join(lines).encode()


def stored(table: str) -> dict[int, dict[str, Any]]:
    data_set = DATA_SETS[table]
    rows = dynamo.table(data_set.setting, data_set.key).scan_all()
    return {row[data_set.key]: row for row in rows}


def test_a_file_is_loaded_in_chunks_and_every_broken_row_is_reported() -> None:
    broken = (3, 77, 300)
    job_id = submit("departments", departments(300, broken))
    parts = chunks(job_id)
    assert len(parts) > 2
    assert all(a["end"] == b["start"] for a, b in pairwise(parts))
    job = run(job_id)
    assert job["status"] == "succeeded"
    assert job["rows"] == {"read": 300, "written": 297, "duplicates": 0, "rejected": 3}
    assert job["chunks"] == {"total": len(parts), "done": len(parts)}
    assert job["bytes"] == len(departments(300, broken))
    assert (job["progress"], job["error"]) == (1, None)
    assert job["started_at"] < job["finished_at"]
    assert set(stored("departments")) == set(range(1, 301)) - set(broken)
    rejected = list(csv.DictReader(io.StringIO(rejects(job_id))))
    assert [row["line"] for row in rejected] == ["4", "78", "301"]
    assert rejected[0] == {
        "line": "4",
        "column": "id",
        "value": "x",
        "reason": "is not a whole number",
        "record": "x,department 3",
    }


def test_a_file_is_loaded_as_a_small_one_would_be() -> None:
    text = "".join(
        f'{n};"dep ""{n}""\n{"x" * (n % 50)}"\r\n\r\n' if n % 3 else f'{n}; 5" {n}\r\n'
        for n in range(200)
    )
    raw = b"\xef\xbb\xbf \r\nID;Department\r\n" + text.encode() + b'7;"a"b\r\n8;'
    small = call("POST", "/tables/departments?dry_run=true", raw, CSV).json
    job = run(submit("departments", raw))
    assert job["rows"] == {
        name: small[name] for name in ("read", "written", "duplicates", "rejected")
    }
    large = stored("departments")
    rejected = [int(row["line"]) for row in csv.DictReader(io.StringIO(rejects(job["id"])))]
    assert rejected == [error["line"] for error in small["errors"]]
    for row in large:
        dynamo.table("DEPARTMENTS_TABLE", "id").delete({"id": row})
    call("POST", "/tables/departments", raw, CSV)
    assert stored("departments") == large


def test_the_id_of_the_request_is_in_every_line_of_the_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    job = run(submit("departments", departments(300)))
    requests = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    created = next(line for line in requests if line["status"] == 201)
    lines = [vars(record) for record in caplog.records]
    followed = {
        line["message"]
        for line in lines
        if (line.get("job"), line.get("request_id")) == (job["id"], created["request_id"])
    }
    assert followed == {"arrived", "planned", "worked", "finished"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\x1f\x8b\x08\0rest", "the file is compressed by gzip: unpack it first"),
        (b"PK\x03\x04rest", "the file is an Excel workbook or a ZIP archive"),
        ("1,a\n".encode("utf-16"), "the file is UTF-16: save it as UTF-8"),
        (b" \n\n", "the file is empty"),
        (b'1,a\n2,"b\n3,c\n', "line 2: the record that begins here has a quote that is never"),
        (b"1,a\n" * 600 + b"2,\xff\n", "line 601: byte 2402 (counted from 0) is not UTF-8"),
        (b"\xff,a\n", "line 1: byte 0 (counted from 0) is not UTF-8"),
        (b"1,a\r\n" * 900 + b"2,\xff\n", "line 901: byte 4502 (counted from 0) is not UTF-8"),
        (b"foo,bar\n1,a\n", "the first record, a header because it has no valid 'id', is not one"),
        (b"id,nothing\n1,a\n", "the header is not one of departments: unknown column 'nothing'"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do_and_loads_nothing(
    raw: bytes, reason: str
) -> None:
    job = run(submit("departments", raw))
    assert job["status"] == "failed"
    assert job["error"].startswith(reason)
    assert job["rows"]["read"] == 0
    assert stored("departments") == {}
    assert call("GET", f"/ingestions/{job['id']}/rejects").status == 404


def test_a_header_alone_is_a_file_without_rows() -> None:
    job = run(submit("departments", b"id,department\n"))
    assert (job["status"], job["rows"]["read"], job["progress"]) == ("succeeded", 0, 1)


def test_a_file_that_changes_while_it_is_read_fails() -> None:
    job_id = submit("departments", departments(300))
    first = chunks(job_id)[0]
    key = f"uploads/{job_id}/file.csv"
    objects.client().put_object(Bucket=objects.bucket(), Key=key, Body=departments(301))
    assert work(job_id, first)
    job = run(job_id)
    assert job["status"] == "failed"
    assert job["error"].startswith("the file was changed or removed while it was read")


def test_a_chunk_that_runs_twice_changes_nothing() -> None:
    job_id = submit("departments", departments(300, (5, 200)))
    for chunk in chunks(job_id):
        for _ in range(2):
            assert work(job_id, chunk)
    job = run(job_id)
    assert job["rows"] == {"read": 300, "written": 298, "duplicates": 0, "rejected": 2}
    assert len(rejects(job_id).splitlines()) == 3


class Hurried(Context):
    """A context whose time is almost over."""

    def get_remaining_time_in_millis(self) -> int:
        return 1000


def test_what_is_not_done_in_time_is_handed_back() -> None:
    job_id = submit("departments", departments(300, (5, 200)))
    plans = 1
    event = {"id": job_id, "attempt": 1}
    while (planned := planner.handler(event, Hurried()))["next"] == "plan":
        plans += 1
    assert plans > 2
    seen = [0]
    for chunk in objects.get_json(planned["chunks"]):
        while not work(job_id, chunk, Hurried()):
            seen.append(job_of(job_id)["rows"]["read"])
    assert seen == sorted(set(seen))
    assert len(seen) > 5
    assert run(job_id)["rows"] == {"read": 300, "written": 298, "duplicates": 0, "rejected": 2}


def test_progress_grows_with_each_part() -> None:
    job_id = submit("departments", departments(300))
    progress = [job_of(job_id)["progress"]]
    for chunk in chunks(job_id):
        work(job_id, chunk)
        progress.append(job_of(job_id)["progress"])
    assert progress == sorted(set(progress))
    assert progress[-1] == 1
    assert job_of(job_id)["status"] == "running"


def test_a_cancelled_job_stops_and_counts_what_it_wrote() -> None:
    job_id = submit("departments", departments(300, (5,)))
    first, second, *_ = chunks(job_id)
    work(job_id, first)
    cancelled = call("DELETE", f"/ingestions/{job_id}")
    assert (cancelled.status, cancelled.json["status"]) == (202, "cancelled")
    assert work(job_id, second)
    job = run(job_id)
    assert job["status"] == "cancelled"
    assert job["finished_at"]
    assert job["rows"]["written"] == len(stored("departments")) > 0
    assert job["rows"]["rejected"] == 1
    assert len(rejects(job_id).splitlines()) == 2
    assert call("DELETE", f"/ingestions/{job_id}").status == 202
    assert run(submit("departments", departments(3)))["status"] == "succeeded"


def test_a_job_that_nobody_uploads_to_can_be_cancelled() -> None:
    made = call("POST", "/ingestions", json_body={"table": "jobs"}).json
    cancelled = call("DELETE", f"/ingestions/{made['id']}").json
    assert (cancelled["status"], cancelled["finished_at"] is None) == ("cancelled", False)


def test_a_failed_job_starts_again_and_skips_what_is_loaded() -> None:
    job_id = submit("departments", departments(300, (5, 200)))
    first, *_ = chunks(job_id)
    work(job_id, first)
    assert finish(job_id)["next"] == "end"
    failed = job_of(job_id)
    assert failed["status"] == "failed"
    assert failed["error"].startswith("the load ended unexpectedly")
    assert len(rejects(job_id).splitlines()) == 2
    again = call("POST", f"/ingestions/{job_id}/retry")
    assert (again.status, again.json["status"], again.json["error"]) == (202, "planning", None)
    before = job_of(job_id)["rows"]["read"]
    work(job_id, first)
    assert job_of(job_id)["rows"]["read"] == before > 0
    job = run(job_id)
    assert (job["status"], job["error"]) == ("succeeded", None)
    assert job["rows"] == {"read": 300, "written": 298, "duplicates": 0, "rejected": 2}
    assert len(rejects(job_id).splitlines()) == 3
    assert call("POST", f"/ingestions/{job_id}/retry").status == 409


def test_options_hold_for_large_files() -> None:
    raw = b"1,A,2021-01-01T00:00:00Z,1,1\n2,,2021-01-01T00:00:00Z,1,1\n" * 30
    strict = run(submit("hired_employees", raw, strict=True))
    assert strict["options"] == {"strict": True}
    assert (strict["rows"]["written"], strict["rows"]["rejected"]) == (30, 30)
    dry = run(submit("departments", departments(300), dry_run=True))
    assert (dry["rows"]["written"], dry["options"]) == (300, {"dry_run": True})
    assert stored("departments") == {}
    few = run(submit("departments", departments(300), rows=250))
    assert (few["rows"]["read"], few["progress"], few["status"]) == (250, 1, "succeeded")
    assert set(stored("departments")) == set(range(1, 251))


def test_dedupe_holds_across_chunks_and_against_stored_rows() -> None:
    call("POST", "/tables/departments", "1000,department 7\n", CSV)
    raw = b"".join(b"%d,department %d\n" % (n, n % 150) for n in range(300))
    job_id = submit("departments", raw, dedupe=True)
    (chunk,) = chunks(job_id)
    assert chunk["end"] == len(raw)
    job = run(job_id)
    assert job["rows"] == {"read": 300, "written": 149, "duplicates": 151, "rejected": 0}
    assert set(stored("departments")) == {1000, *range(150)} - {7}


def test_dedupe_takes_what_an_interrupted_part_wrote_for_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = b"".join(b"%d,department %d\n" % (n, n % 150) for n in range(300))
    job_id = submit("departments", raw, dedupe=True)
    (chunk,) = chunks(job_id)
    with monkeypatch.context() as broken:
        broken.setattr("ingestion.large.store.progress.step", lambda *_: 1 / 0)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                work(job_id, chunk)
    assert stored("departments")
    assert run(job_id)["rows"]["duplicates"] == 150
    assert len(stored("departments")) == 150
    again = run(submit("departments", raw, dedupe=True))
    assert again["rows"] == {"read": 300, "written": 0, "duplicates": 300, "rejected": 0}


def put(key: str, raw: bytes) -> None:
    objects.client().put_object(Bucket=objects.bucket(), Key=key, Body=raw)


def test_a_file_that_is_put_into_landing_becomes_a_job_once() -> None:
    put("landing/departments/new.csv", departments(20))
    for _ in range(2):
        arrivals.handler(arrival("landing/departments/new.csv"), Context())
    (job,) = call("GET", "/ingestions").json["items"]
    assert (job["table"], job["source"], job["filename"]) == ("departments", "landing", "new.csv")
    assert run(job["id"])["rows"]["written"] == 20
    for key in ("landing/nothing/new.csv", "landing/departments/", "uploads/unknown/file.csv"):
        put(key, b"1,a\n")
        arrivals.handler(arrival(key), Context())
    assert len(call("GET", "/ingestions").json["items"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"table": "nothing"},
        {"table": "jobs", "source": "landing"},
        {"source": "elsewhere"},
        {"table": "jobs", "options": {"rows": 0}},
        {"table": "jobs", "options": {"fast": True}},
        {"table": "jobs", "filename": ""},
    ],
)
def test_a_bad_request_is_a_422(body: dict[str, Any]) -> None:
    response = call("POST", "/ingestions", json_body=body)
    assert response.status == 422
    assert response.json["errors"]


def test_the_form_is_bound_to_its_job() -> None:
    made = call("POST", "/ingestions", json_body={"table": "jobs"})
    assert made.headers["location"] == f"./ingestions/{made.json['id']}"
    assert made.json["status"] == "awaiting_upload"
    assert made.json["upload"]["fields"]["key"] == f"uploads/{made.json['id']}/file.csv"
    assert made.json["created_at"] < made.json["expires_at"]


def test_jobs_are_listed_newest_first_and_filtered() -> None:
    ids = []
    for table in ("jobs", "departments", "jobs", "jobs"):
        ids.append(call("POST", "/ingestions", json_body={"table": table}).json["id"])
        time.sleep(0.002)
    call("DELETE", f"/ingestions/{ids[0]}")

    def listed(query: str) -> list[str]:
        found, cursor = [], ""
        while True:
            response = call("GET", f"/ingestions?{query}{cursor}").json
            found += [job["id"] for job in response["items"]]
            if response["next"] is None:
                return found
            cursor = f"&cursor={response['next']}"

    assert listed("limit=3") == ids[::-1]
    assert listed("limit=1&table=jobs") == [ids[3], ids[2], ids[0]]
    assert listed("status=cancelled") == [ids[0]]
    assert listed("status=cancelled&table=departments") == []
    assert call("GET", "/ingestions?status=lost").status == 400


def test_the_tag_of_a_job_stays_while_the_job_does() -> None:
    options = {"rows": 5, "strict": True, "dedupe": True, "dry_run": True}
    body = {"table": "jobs", "options": options}
    path = f"/ingestions/{call('POST', '/ingestions', json_body=body).json['id']}"
    # the store returns the options in another order each time
    assert len({call("GET", path).headers["etag"] for _ in range(10)}) == 1


def test_a_job_has_an_entity_tag() -> None:
    job_id = call("POST", "/ingestions", json_body={"table": "jobs"}).json["id"]
    path = f"/ingestions/{job_id}"
    tag = call("GET", path).headers["etag"]
    assert call("GET", path, headers={"If-None-Match": tag}).status == 304
    assert call("DELETE", path, headers={"If-Match": '"other"'}).status == 412
    assert call("DELETE", f"{path}0", headers={"If-Match": tag}).status == 412
    assert call("DELETE", f"{path}0", headers={"If-None-Match": "*"}).status == 404
    assert call("DELETE", path, headers={"If-None-Match": "*"}).status == 412
    assert call("DELETE", path, headers={"If-Match": tag}).status == 202
    assert call("GET", path, headers={"If-None-Match": tag}).status == 200
    for method, more in (("GET", ""), ("DELETE", ""), ("POST", "/retry"), ("GET", "/rejects")):
        assert call(method, f"/ingestions/unknown{more}").status == 404
