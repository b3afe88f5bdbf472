"""How many examples a property has."""

from hypothesis import settings


def some(count: int) -> settings:
    """So many, in `make test-views` and `make faults` twenty times as many."""
    thorough = settings.get_current_profile_name() == "thorough"
    return settings(max_examples=20 * count if thorough else count)
