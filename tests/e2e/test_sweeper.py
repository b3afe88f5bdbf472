"""What an interrupted request leaves of a chart, on the deployed stack."""

from typing import Any

import pytest

from tests.stack import Stack, soon

pytestmark = pytest.mark.e2e


NUMBER = 10**6  # of a factory that never came to be
MOMENT = 915_148_800  # 1999-01-01


def test_points_that_nobody_sees_go_and_are_not_counted(stack: Stack) -> None:
    client, name = stack.cloud.client("dynamodb"), stack.table("FactoryTable")
    place = {"pk": {"S": f"POINTS#{NUMBER}#1"}, "sk": {"S": f"{MOMENT:015}#{1:015}"}}
    point: dict[str, Any] = {each: {"N": "1"} for each in ("id", "actual", "goal", "version")}
    point |= {"time": {"N": str(MOMENT)}, "factory_id": {"N": str(NUMBER)}}
    point |= {"sprocket_types": {"L": []}}
    entry = {"pk": {"S": "JOURNAL"}, "sk": {"S": f"{NUMBER:015}#{1:015}"}}
    begun = {"factory_id": {"N": str(NUMBER)}, "generation": {"N": "1"}, "since": {"N": "0"}}
    for item in (place | point, entry | begun):
        client.put_item(TableName=name, Item=item)
    wait_until_counted(stack, counted=True)
    assert stack.invoke("SweeperFunction")["cleared"] >= 1
    for key in (place, entry):
        assert "Item" not in client.get_item(TableName=name, Key=key)
    wait_until_counted(stack, counted=False)


def wait_until_counted(stack: Stack, *, counted: bool) -> None:
    """Wait until the report on the points' day has the factory, or has it no more."""
    span = {"from": MOMENT, "to": MOMENT}

    def has() -> bool:
        rows = stack.api.get("/reports/production", params=span).json()["results"]
        return NUMBER in {row["factory_id"] for row in rows}

    soon(has, counted)
