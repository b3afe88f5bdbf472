"""Where clients are sent with their files: presigned forms and URLs."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from ingestion.large import objects

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
