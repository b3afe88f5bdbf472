"""What a client prefers, in the request header `Prefer` (RFC 7240)."""

PREFERENCE_APPLIED = "Preference-Applied"
RESPOND_ASYNC = "respond-async"


def prefers_async(prefer: str | None) -> bool:
    """Whether the client would rather have a 202 at once than wait for the result."""
    preferences = (preference.partition(";")[0] for preference in (prefer or "").split(","))
    return RESPOND_ASYNC in {preference.strip().lower() for preference in preferences}
