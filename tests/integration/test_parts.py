"""A large file in parts: each is put by its own address, and sent again alone if it breaks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.large import arrivals, objects, parts
from ingestion.large.store import records
from shared import dynamo
from tests.front_door import Context, Response, call
from tests.large_files import arrival, job_of, run
from tests.parts import complete, put

LARGEST = objects.LARGEST_UPLOAD
KEPT = 400_000  # bytes of an item of DynamoDB


@pytest.fixture(autouse=True)
def clients(tables: None) -> Iterator[None]:
    for cached in (dynamo.client, objects.client):
        cached.cache_clear()
    yield
    objects.client.cache_clear()


def create(size: Any, key: str | None = None) -> Response:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"table": "compounds", "filename": "compounds.csv", "bytes": size}
    return call("POST", "/ingestions", json_body=body, headers=headers)


def compounds(rows: int) -> bytes:
    return "".join(f"{n},Compound {n},{'C' * 9_000}\n" for n in range(1, rows + 1)).encode()


def unfinished() -> list[str]:
    """The keys of uploads that have begun and not ended."""
    found = boto3.client("s3").list_multipart_uploads(Bucket=objects.bucket())
    return [each["Key"] for each in found.get("Uploads", [])]


def test_a_file_in_parts_is_loaded_when_they_are_completed() -> None:
    raw = compounds(1000)
    made = create(len(raw)).json
    upload, key = made["upload"], f"uploads/{made['id']}/file.csv"
    assert [part["bytes"] for part in upload["parts"]] == [8_388_608, len(raw) - 8_388_608]
    assert upload["fields"]["key"] == key
    cut = [raw[:8_388_608], raw[8_388_608:]]
    put(upload["parts"][1], b"cut off")
    # the second one again: what arrived last is taken
    tags = [put(p, each).headers["ETag"] for p, each in zip(upload["parts"], cut, strict=True)]
    assert objects.find(key) is None
    assert job_of(made["id"])["status"] == "awaiting_upload"
    response = complete(upload, tags)
    assert "<CompleteMultipartUploadResult" in response.text, response.text
    arrivals.handler(arrival(key), Context())
    job = run(made["id"])
    assert (job["status"], job["bytes"]) == ("succeeded", len(raw))
    assert job["rows"] == {"read": 1000, "written": 1000, "duplicates": 0, "rejected": 0}
    head = objects.client().head_object(Bucket=objects.bucket(), Key=key)
    assert head["ContentType"] == "text/csv"


def test_each_part_is_signed_with_its_size_and_ends_with_the_job() -> None:
    made = create(20_000_000).json
    for part in made["upload"]["parts"]:
        query = parse_qs(urlsplit(part["url"]).query)
        assert query["X-Amz-SignedHeaders"] == ["content-length;host"]
        assert query["X-Amz-Expires"] == [str(parts.SECONDS)]
        assert query["partNumber"] == [str(part["number"])]
    assert sum(part["bytes"] for part in made["upload"]["parts"]) == 20_000_000


def test_the_record_of_a_job_that_nobody_uploads_to_goes_after_its_addresses() -> None:
    made = create(1000).json
    job = records.get(made["id"])
    assert job is not None
    ends = datetime.fromisoformat(made["expires_at"]).timestamp()
    assert ends < job["expires"] < ends + 2 * 86400


def test_who_names_no_size_gets_the_form_alone() -> None:
    made = call("POST", "/ingestions", json_body={"table": "jobs"}).json
    assert set(made["upload"]) == {"url", "fields"}
    assert unfinished() == []


def test_the_response_of_the_largest_file_is_kept_for_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # some 1,300 characters of base64 on AWS
    monkeypatch.setenv("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjE/+=" * 75)
    made = create(LARGEST, "largest")
    assert made.status == 201
    again = create(LARGEST, "largest")
    assert (again.headers["idempotent-replayed"], again.text) == ("true", made.text)
    (item,) = dynamo.table("IDEMPOTENCY_TABLE", "id").scan_all()
    assert len(str(item)) < KEPT * 0.8
    assert unfinished() == [f"uploads/{made.json['id']}/file.csv"]


def test_a_cancelled_job_takes_no_more_parts() -> None:
    made = create(1000).json
    (part,) = made["upload"]["parts"]
    stored = put(part, b"x" * 1000)
    assert len(unfinished()) == 1
    cancelled = call("DELETE", f"/ingestions/{made['id']}")
    assert (cancelled.status, cancelled.json["status"]) == (202, "cancelled")
    assert unfinished() == []
    assert put(part, b"x" * 1000).is_error
    assert complete(made["upload"], [stored.headers["ETag"]]).is_error
    assert call("DELETE", f"/ingestions/{made['id']}").status == 202


@pytest.mark.parametrize("size", [0, -1, LARGEST + 1, 10**30, 1.5, "1000", True])
def test_a_size_that_cannot_be_is_a_422(size: Any) -> None:
    response = create(size)
    assert response.status == 422
    assert [error["loc"] for error in response.json["errors"]] == [["body", "bytes"]]
    assert unfinished() == []


def test_all_faults_are_named_at_once_and_a_size_goes_with_a_table() -> None:
    body = {"table": "nothing", "bytes": 0, "filename": ""}
    response = call("POST", "/ingestions", json_body=body)
    assert len(response.json["errors"]) == 3
    body = {"source": "landing", "bytes": 1000}
    response = call("POST", "/ingestions", json_body=body)
    assert (response.status, unfinished()) == (422, [])


def test_nothing_is_created_while_the_bucket_is_not_available(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    response = create(1000)
    assert (response.status, "retry-after" in response.headers) == (503, True)
    assert call("GET", "/ingestions").json["items"] == []
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    objects.client.cache_clear()
    made = create(1000).json
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    objects.client.cache_clear()
    # S3 deletes the parts itself, a day later
    cancelled = call("DELETE", f"/ingestions/{made['id']}")
    assert (cancelled.status, cancelled.json["status"]) == (202, "cancelled")


@given(st.integers(1, LARGEST))
def test_parts_make_the_file_and_are_as_s3_takes_them(size: int) -> None:
    found = parts.sizes(size)
    assert sum(found) == size
    assert len(found) <= parts.MOST
    assert all(5 * 2**20 <= each <= 5 * 2**30 for each in found[:-1])
    assert 0 < found[-1] <= found[0]
