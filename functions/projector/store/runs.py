"""Objects of the bucket that the steps of one run of reconcile pass on to each other.

Sums are lines of JSON in the order of their hash, behind an index of where each hash begins: a
comparison reads its share of all of them, however many there are.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from shared.aws import make_client
from shared.parallel import together
from shared.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# <run>/<step>/…, deleted by the bucket's rule after a week
PREFIX = "reconcile/"
HASHES = 1024
INDEX = Struct(f">{HASHES + 1}Q")


class Found(NamedTuple):
    key: str
    size: int


@cache
def client() -> "S3Client":
    return make_client("s3", read_timeout=20, attempts=6)


def put_once(key: str, body: bytes, **facts: str) -> bool:
    """Whether this call stored the object: among calls with the same key one does.

    `facts` are read by `facts_of` without the body.
    """
    from botocore.exceptions import ClientError

    try:
        client().put_object(
            Bucket=setting("LANDING_BUCKET"), Key=key, Body=body, Metadata=facts, IfNoneMatch="*"
        )
    except ClientError as error:
        # there is one, or another call stores one at this moment
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in {409, 412}:
            return False
        raise
    return True


def found(prefix: str) -> list[Found]:
    """All objects of a prefix, by key."""
    pages = client().get_paginator("list_objects_v2")
    return [
        Found(each["Key"], each["Size"])
        for page in pages.paginate(Bucket=setting("LANDING_BUCKET"), Prefix=prefix)
        for each in page.get("Contents", [])
    ]


def facts_of(key: str) -> dict[str, str]:
    return client().head_object(Bucket=setting("LANDING_BUCKET"), Key=key)["Metadata"]


def read(key: str, start: int = 0, end: int | None = None) -> bytes:
    """The bytes of an object, or those from `start` to `end`."""
    part = {} if end is None else {"Range": f"bytes={start}-{end - 1}"}
    return client().get_object(Bucket=setting("LANDING_BUCKET"), Key=key, **part)["Body"].read()  # type: ignore[arg-type]


def put_sums(key: str, lines: Iterable[tuple[int, bytes]], **facts: str) -> bool:
    """Store lines, each with its hash below HASHES; see `put_once`."""
    by_hash: dict[int, list[bytes]] = defaultdict(list)
    for number, line in lines:
        by_hash[number].append(line)
    starts = [INDEX.size]
    for number in range(HASHES):
        starts.append(starts[-1] + sum(map(len, by_hash.get(number, ()))))
    body = [line for number in sorted(by_hash) for line in by_hash[number]]
    return put_once(key, b"".join([INDEX.pack(*starts), *body]), **facts)


def sums(prefix: str, first: int, last: int) -> Iterable[bytes]:
    """The lines of the hashes from `first` to before `last` in all sums of a prefix."""
    keys = [key for key, size in found(prefix) if size > INDEX.size]
    for lines in together(lambda key: _share(key, first, last), keys):
        yield from lines.splitlines()


def _share(key: str, first: int, last: int) -> bytes:
    starts = INDEX.unpack(read(key, 0, INDEX.size))
    return read(key, starts[first], starts[last]) if starts[first] < starts[last] else b""


def folder(run: str, step: int) -> str:
    return f"{PREFIX}{run}/{step:02}"
