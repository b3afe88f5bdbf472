"""Content negotiation: which representation a client wants (RFC 9110, section 12.5.1)."""

from shared.problems import NotAcceptable


def negotiate(accept: str | None, offered: tuple[str, ...]) -> str:
    """The offered media type that `Accept` prefers, the first of equals; NotAcceptable."""
    weights = _weights(accept or "*/*")

    def weight(media_type: str) -> float:
        kind = media_type.partition("/")[0]
        for pattern in (media_type, f"{kind}/*", "*/*"):
            if pattern in weights:
                return weights[pattern]
        return 0.0

    best = max(offered, key=weight)
    if weight(best) <= 0:
        raise NotAcceptable(f"this is available as {', '.join(offered)}")
    return best


def _weights(accept: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in accept.split(","):
        pattern, _, parameters = part.partition(";")
        quality = 1.0
        for parameter in parameters.split(";"):
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        weights[pattern.strip().lower()] = quality
    return weights
