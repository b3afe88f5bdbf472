"""What DynamoDB stores, for modules that take part in it without reaching a table."""

from typing import Any

Item = dict[str, Any]
Key = dict[str, Any]
