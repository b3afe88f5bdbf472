"""Objects of the landing bucket: uploads, chunk lists, rejected records."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ingestion.csv_text import CsvError
from shared.aws import make_client
from shared.problems import StoreUnavailable
from shared.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LANDING = "landing/"  # <table>/<file>: what people and other systems put there
UPLOADS = "uploads/"  # <job>/<file>: what came by presigned addresses
WORKING = "working/"  # <job>/…: what the functions pass on to each other
REJECTS = "rejects/"  # <job>.csv
# S3 takes no more in one POST
LARGEST_UPLOAD = 5_000_000_000  # bytes
UPLOAD_SECONDS = 3600
DOWNLOAD_SECONDS = 600
PIECE = 1_048_576  # bytes
S3_ATTEMPTS = 6


class Found(NamedTuple):
    """An object: `etag` as S3 has it, with its quotes."""

    key: str
    size: int
    etag: str
    modified: datetime


@cache
def client(read_timeout: float = 20, attempts: int = S3_ATTEMPTS) -> "S3Client":
    return make_client(
        "s3",
        read_timeout=read_timeout,
        attempts=attempts,
        signature_version="s3v4",
        # presigned URLs of any other style name the global endpoint, which refuses the signatures
        # of regions that are newer than 2019
        s3={
            "addressing_style": "auto" if "AWS_ENDPOINT_URL" in os.environ else "virtual",
            "us_east_1_regional_endpoint": "regional",
        },
    )


@contextmanager
def hurried() -> Iterator["S3Client"]:
    """The client on behalf of a request, which has to respond in time; StoreUnavailable."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield client(read_timeout=3, attempts=2)
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable from error


def bucket() -> str:
    return setting("LANDING_BUCKET")


def find(key: str) -> Found | None:
    """The object of a key as it is now."""
    from botocore.exceptions import ClientError

    try:
        head = client().head_object(Bucket=bucket(), Key=key)
    except ClientError as error:
        # of a missing key S3 says 403 to a caller who may not list
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in {403, 404}:
            return None
        raise
    return Found(key, head["ContentLength"], head["ETag"], head["LastModified"])


def chunks_key(job_id: str) -> str:
    """Where the chunks of a job are listed."""
    return f"{WORKING}{job_id}/chunks.json"


def duplicates_key(job_id: str) -> str:
    """Where the places of a job's duplicates are listed, if the request that made it found them."""
    return f"{WORKING}{job_id}/duplicates.json"


def under(prefix: str, after: str = "") -> Iterator[Found]:
    """All objects of a prefix, by key, behind the key `after`."""
    pages = client().get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket(), Prefix=prefix, StartAfter=after or prefix):
        for each in page.get("Contents", []):
            yield Found(each["Key"], each["Size"], each["ETag"], each["LastModified"])


def stream(key: str, etag: str, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to `end` of an object that is still the one of this tag.

    A connection that breaks is made again where it broke. CsvError when the object has changed.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    failures = 0
    while start < end:
        try:
            response = client().get_object(
                Bucket=bucket(), Key=key, Range=f"bytes={start}-{end - 1}", IfMatch=etag
            )
            with response["Body"] as body:
                while piece := body.read(PIECE):
                    start += len(piece)
                    failures = 0
                    yield piece
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in {404, 412, 416}:
                raise CsvError(
                    "the file was changed or removed while it was read; upload it again"
                ) from error
            raise
        except (BotoCoreError, HTTPError, OSError):
            failures += 1
            if failures == S3_ATTEMPTS:
                raise
            time.sleep(0.1 * 2**failures)


def presigned_post(key: str, seconds: int) -> dict[str, Any]:
    """`url` and `fields` of a form that puts one object: its key, size, type and time are fixed."""
    return client().generate_presigned_post(
        bucket(),
        key,
        Fields={"Content-Type": "text/csv"},
        Conditions=[
            {"Content-Type": "text/csv"},
            ["content-length-range", 1, LARGEST_UPLOAD],
        ],
        ExpiresIn=seconds,
    )


def presigned_get(key: str, filename: str) -> str:
    return client().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": bucket(),
            "Key": key,
            "ResponseContentType": "text/csv",
            "ResponseContentDisposition": f'attachment; filename="{filename}"',
        },
        ExpiresIn=DOWNLOAD_SECONDS,
    )


def put(key: str, raw: bytes) -> Found:
    """Store an object on behalf of a request; StoreUnavailable."""
    with hurried() as s3:
        stored = s3.put_object(Bucket=bucket(), Key=key, Body=raw, ContentType="text/csv")
    return Found(key, len(raw), stored["ETag"], datetime.now(UTC))


def put_json(key: str, value: object) -> None:
    client().put_object(Bucket=bucket(), Key=key, Body=json.dumps(value).encode())


def get_json(key: str) -> Any:
    """What `put_json` put there; None where there is nothing."""
    from botocore.exceptions import ClientError

    try:
        return json.loads(client().get_object(Bucket=bucket(), Key=key)["Body"].read())
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise
