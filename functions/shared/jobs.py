"""What more than the ingestion's function computes of a job. Pure."""

from shared.items import Item


def progress(job: Item) -> float:
    """How far a job is, from 0 to 1."""
    if job["status"] == "succeeded":
        return 1
    size = job.get("bytes")
    return round(min(job["bytes_done"] / size, 1), 4) if size else 0
