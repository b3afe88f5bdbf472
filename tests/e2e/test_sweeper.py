"""What an interrupted request leaves of a chart, on the deployed stack."""

import time
from typing import Any

import pytest

from tests.e2e.conftest import Stack

pytestmark = pytest.mark.e2e


def test_points_that_nobody_sees_go_and_are_not_counted(stack: Stack) -> None:
    client, name = stack.cloud.client("dynamodb"), stack.table("FactoryTable")
    number = 10**6  # a factory that never came to be
    place = {"pk": {"S": f"POINTS#{number}#1"}, "sk": {"S": f"{10:015}#{1:015}"}}
    point: dict[str, Any] = {each: {"N": "1"} for each in ("id", "actual", "goal", "version")}
    point |= {"time": {"N": "10"}, "factory_id": {"N": str(number)}, "sprocket_types": {"L": []}}
    entry = {"pk": {"S": "JOURNAL"}, "sk": {"S": f"{number:015}#{1:015}"}}
    begun = {"factory_id": {"N": str(number)}, "generation": {"N": "1"}, "since": {"N": "0"}}
    for item in (place | point, entry | begun):
        client.put_item(TableName=name, Item=item)
    counted(stack, {number})
    assert stack.invoke("SweeperFunction") == {"cleared": 1}
    for key in (place, entry):
        assert "Item" not in client.get_item(TableName=name, Key=key)
    counted(stack, set())


def counted(stack: Stack, numbers: set[int]) -> None:
    """Wait until the report on the points' day has just these factories."""
    deadline = time.monotonic() + 30
    while True:
        report = stack.api.get("/reports/production", params={"from": 0, "to": 86_399}).json()
        if {row["factory_id"] for row in report["results"]} == numbers:
            return
        assert time.monotonic() < deadline, report
        time.sleep(0.5)
