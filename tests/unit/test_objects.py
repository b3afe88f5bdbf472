"""Where clients are sent with their files: presigned forms and URLs."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from ingestion.large import objects, parts

REGIONS = ["us-east-1", "eu-central-1", "ap-south-2", "il-central-1"]


@pytest.fixture
def of_region(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A function's environment on AWS, in a region."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr(objects, "bucket", lambda: "landing-bucket")

    def enter(region: str) -> None:
        monkeypatch.setenv("AWS_REGION", region)
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
        objects.client.cache_clear()

    yield enter
    objects.client.cache_clear()


@pytest.mark.parametrize("region", REGIONS)
def test_forms_and_urls_name_the_bucket_in_its_region(
    of_region: Callable[[str], None], region: str
) -> None:
    of_region(region)
    host = f"landing-bucket.s3.{region}.amazonaws.com"
    assert objects.presigned_post("uploads/1/a.csv", 60)["url"] == f"https://{host}/"
    upload = parts.presigned("uploads/1/a.csv", "id", 9)
    for address in (upload["parts"][0]["url"], upload["complete_url"]):
        assert address.startswith(f"https://{host}/uploads/1/a.csv?uploadId=id&")
    url = urlsplit(objects.presigned_get("rejects/1.csv", "rejects.csv"))
    assert (url.scheme, url.netloc, url.path) == ("https", host, "/rejects/1.csv")
    assert f"%2F{region}%2Fs3%2F" in url.query, "signed for the region"


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:4566", "http://localhost:4566"])
def test_an_endpoint_of_the_environment_is_taken_as_it_is(
    of_region: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    of_region("eu-central-1")
    assert objects.presigned_post("uploads/1/a.csv", 60)["url"] == f"{endpoint}/landing-bucket"
    url = objects.presigned_get("rejects/1.csv", "rejects.csv")
    assert url.startswith(f"{endpoint}/landing-bucket/rejects/1.csv?")


class SentError(Exception):
    """Carries the headers of a request that was about to be sent."""


def test_an_upload_in_parts_is_begun_without_a_checksum(of_region: Callable[[str], None]) -> None:
    """S3 would refuse parts without one of that kind, and clients send none."""
    of_region("eu-central-1")

    def look(request: Any, **_: object) -> None:
        raise SentError(dict(request.headers))

    with objects.hurried() as s3:
        s3.meta.events.register("before-send.s3.CreateMultipartUpload", look)
    with pytest.raises(SentError) as sent:
        parts.begin("uploads/1/a.csv")
    (headers,) = sent.value.args
    assert headers["Content-Type"] == b"text/csv"
    assert not [name for name in headers if "checksum" in name.lower()]
