"""A client of a job's upload in parts."""

from typing import Any

import httpx


def put(part: dict[str, Any], raw: bytes) -> httpx.Response:
    """Send one part of a file."""
    return httpx.put(part["url"], content=raw, timeout=60)


def complete(upload: dict[str, Any], tags: list[str]) -> httpx.Response:
    """Have S3 join the parts, which have these entity tags."""
    listed = "".join(
        f"<Part><PartNumber>{part['number']}</PartNumber><ETag>{tag}</ETag></Part>"
        for part, tag in zip(upload["parts"], tags, strict=True)
    )
    document = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>"
    return httpx.post(upload["complete_url"], content=document, timeout=60)
