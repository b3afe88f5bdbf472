"""A bare handler with a DynamoDB client, the least that a function with a store costs."""

from typing import Any

from pydynox import pydynox_core

client = pydynox_core.DynamoDBClient(region="us-east-1")


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    return {"statusCode": 200, "body": "{}"}
