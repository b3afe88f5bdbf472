"""What DynamoDB refuses for its size, as its developer guide says; emulators take it."""

import json
from collections.abc import Iterator
from typing import Any

EXPRESSION = 4096  # bytes of an expression
OPERATORS = 300  # in an update's expression; each of its actions is counted here
VALUES = 2_000_000  # bytes of an expression's names and values
ITEM = 400 * 1024  # bytes
ACTIONS = 100  # of a transaction
TRANSACTION = 4 * 1024 * 1024  # bytes of its items


def bytes_of(item: dict[str, Any]) -> int:
    """Of an item in DynamoDB's JSON, as its developer guide counts them."""
    size = 0
    for name, value in item.items():
        ((kind, content),) = value.items()
        text = content if isinstance(content, str) else json.dumps(content)
        size += len(name.encode()) + (len(text) // 2 + 1 if kind == "N" else len(text.encode()))
    return size


def refusals(call: str, request: dict[str, Any]) -> Iterator[str]:
    """Why DynamoDB would not take a write."""
    actions = [request]
    if call == "TransactWriteItems":
        actions = [action[kind] for action in request["TransactItems"] for kind in action]
        if len(actions) > ACTIONS:
            yield f"{len(actions)} actions in a transaction"
        if sum(bytes_of(action.get("Item", {})) for action in actions) > TRANSACTION:
            yield "the items of a transaction are over 4 MB"
    for action in actions:
        yield from _refusals(action)


def _refusals(action: dict[str, Any]) -> Iterator[str]:
    for name in ("UpdateExpression", "ConditionExpression"):
        if len(action.get(name, "").encode()) > EXPRESSION:
            yield f"{name}: expression size has exceeded the maximum allowed size"
    if action.get("UpdateExpression", "").count(",") >= OPERATORS:
        yield "too many operators in an UpdateExpression"
    values = action.get("ExpressionAttributeValues", {})
    names = json.dumps(action.get("ExpressionAttributeNames", {}))
    if bytes_of(values) + len(names.encode()) > VALUES:
        yield "the names and values of an expression are over 2 MB"
    if bytes_of(action.get("Item", {})) > ITEM:
        yield "item size has exceeded the maximum allowed size"
