"""How far `dedupe` looks."""

from ingestion import store


def dedupe_scope(*, dedupe: bool) -> dict[str, str]:
    """What a response says of a load with `dedupe` that is not compared with the stored rows."""
    return {"dedupe_scope": "file"} if dedupe and not store.is_indexed() else {}
