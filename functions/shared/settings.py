"""Settings from the environment, read on first use."""

import os
from functools import cache


class MissingSettingError(RuntimeError):
    """An environment variable that the template sets is not there."""


@cache
def setting(name: str) -> str:
    """The value of environment variable `name`; MissingSettingError when unset or empty."""
    value = os.environ.get(name)
    if not value:
        raise MissingSettingError(f"environment variable {name} is not set")
    return value
