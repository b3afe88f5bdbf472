"""DynamoDB's side of a call to an on-demand table: what is taken, and how the rest is refused."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.on_demand import OnDemand, item_size, read_units, write_units
from tests.template import resources

Body = dict[str, Any]
Reply = tuple[int, bytes]
Forward = Callable[[Body], Reply]
SLOW = "ProvisionedThroughputExceededException"
CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons "


def _partition_keys() -> dict[str, str]:
    return {
        name: next(key["AttributeName"] for key in table["KeySchema"] if key["KeyType"] == "HASH")
        for name, table in resources("AWS::DynamoDB::Table")
    }


def error(code: str, **more: Any) -> Reply:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "slow down", **more}
    return 400, json.dumps(body).encode()


@dataclass
class Throttling:
    """Takes calls as long as there are units; refuses by the error `code`, or in part."""

    tables: OnDemand
    code: str = SLOW
    keys: dict[str, str] = field(default_factory=_partition_keys)

    def response(self, call: str, body: Body, forward: Forward) -> Reply:
        known = {
            "BatchWriteItem": self._batch_write,
            "BatchGetItem": self._batch_get,
            "TransactWriteItems": self._transact,
            "GetItem": self._read,
            "Query": self._read,
            "Scan": self._read,
            "PutItem": self._write,
            "UpdateItem": self._write,
            "DeleteItem": self._write,
        }
        return known[call](body, forward) if call in known else forward(body)

    def _key(self, table: str, item: Body) -> str:
        return json.dumps(item[self.keys[table]])

    def _write(self, body: Body, forward: Forward) -> Reply:
        table = body["TableName"]
        item = body.get("Item") or body["Key"]
        if self.tables.take(table, "write", self._key(table, item), write_units(item)):
            return forward(body)
        return error(self.code)

    def _read(self, body: Body, forward: Forward) -> Reply:
        table = body["TableName"]
        values = body.get("ExpressionAttributeValues")
        key = self._key(table, body["Key"]) if "Key" in body else json.dumps(values)
        consistent = bool(body.get("ConsistentRead"))
        least = read_units(0, consistent=consistent)
        if not self.tables.take(table, "read", key, least):
            return error(self.code)
        reply = forward(body)
        found = json.loads(reply[1])
        items = found.get("Items") or [found.get("Item") or {}]
        units = read_units(sum(map(item_size, items)), consistent=consistent)
        self.tables.spend(table, "read", key, units - least)
        return reply

    def _batch_write(self, body: Body, forward: Forward) -> Reply:
        ((table, batch),) = body["RequestItems"].items()
        taken: list[Body] = []
        left: list[Body] = []
        for request in batch:
            ((_, inner),) = request.items()
            item = inner.get("Item") or inner["Key"]
            key = self._key(table, item)
            (taken if self.tables.take(table, "write", key, write_units(item)) else left).append(
                request
            )
        if not taken:
            return error(self.code)
        status, raw = forward({**body, "RequestItems": {table: taken}})
        if status == 200 and left:
            raw = json.dumps({**json.loads(raw), "UnprocessedItems": {table: left}}).encode()
        return status, raw

    def _batch_get(self, body: Body, forward: Forward) -> Reply:
        ((table, wanted),) = body["RequestItems"].items()
        consistent = bool(wanted.get("ConsistentRead"))
        least = read_units(0, consistent=consistent)
        taken: list[Body] = []
        left: list[Body] = []
        for key in wanted["Keys"]:
            ready = self.tables.take(table, "read", self._key(table, key), least)
            (taken if ready else left).append(key)
        if not taken:
            return error(self.code)
        status, raw = forward({**body, "RequestItems": {table: {**wanted, "Keys": taken}}})
        found = json.loads(raw)
        for item in found.get("Responses", {}).get(table, []):
            units = read_units(item_size(item), consistent=consistent)
            self.tables.spend(table, "read", self._key(table, item), units - least)
        if status == 200 and left:
            found["UnprocessedKeys"] = {table: {**wanted, "Keys": left}}
        return status, json.dumps(found).encode()

    def _transact(self, body: Body, forward: Forward) -> Reply:
        reasons = []
        for operation in body["TransactItems"]:
            ((_, inner),) = operation.items()
            table, item = inner["TableName"], inner.get("Item") or inner["Key"]
            units = write_units(item, transacted=True)
            ready = self.tables.take(table, "write", self._key(table, item), units)
            reasons.append("None" if ready else "ThrottlingError")
        if set(reasons) == {"None"}:
            return forward(body)
        return error(
            "TransactionCanceledException",
            message=f"{CANCELLED}[{', '.join(reasons)}]",
            CancellationReasons=[{"Code": reason} for reason in reasons],
        )
