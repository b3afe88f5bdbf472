"""The table of the ingestion jobs."""

from shared.dynamo import Page, Table, table

JOBS = "JOBS"


def jobs_table() -> Table:
    return table("INGESTIONS_TABLE", "pk", "sk")


def jobs_page(limit: int, after: str | None = None) -> Page:
    """Jobs, the newest first, that are older than the job `after`."""
    return jobs_table().query(
        "pk = :jobs AND sk < :after",
        {":jobs": JOBS, ":after": after or "~"},
        limit=limit,
        forward=False,
        consistent=True,
    )
