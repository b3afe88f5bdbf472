import json
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    print("hit", event["path"])
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(event, default=str),
    }
