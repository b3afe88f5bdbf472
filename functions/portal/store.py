"""What health reads of the tables."""

from shared.dynamo import table
from shared.items import Key


def read(setting_name: str, key: Key) -> None:
    """StoreUnavailable where the table does not respond; the key need not exist."""
    table(setting_name, *key).get(key)
