"""DynamoDB, through pydynox's Rust core; nothing else imports it.

The core is called page by page, because the layer above it loses items in places: its queries stop
at an empty page, its cursors skip when a page is cut, its batches give up without a word on what
was not written. Every call has a timeout and a single attempt, and `retries` makes further ones.

Numbers come back as int or float. Fractions of more than 17 digits lose precision: what must be
kept as given is stored as text.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar
from uuid import uuid4

from pydynox import pydynox_core

from shared import deadline, items, parallel, unprocessed
from shared.retries import PassingError, RefusedError, retried, throttled_lately
from shared.settings import MissingSettingError, setting

Item = items.Item
Key = items.Key
# One element of a transaction; made by the methods of Table only
Operation = dict[str, Any]
T = TypeVar("T")

CONNECT_TIMEOUT = 1.0  # seconds
READ_TIMEOUT = 5.0  # seconds
BATCH = 25  # BatchWriteItem's limit
BATCH_GET = 100  # BatchGetItem's limit
TRANSACTION = 100  # TransactWriteItems' limit

# DynamoDB's reasons inside a cancelled transaction that pass by themselves
_PASSING = {
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
}
# The core's message about a batch that it tried five times
_LEFT = re.compile(r"Failed to (process|get) \d+ (items|keys)")


class ConditionFailedError(Exception):
    """The condition of a write did not hold; `item` is what was there, if anything was."""

    def __init__(self, item: Item | None = None) -> None:
        super().__init__("the condition of the write did not hold")
        self.item = item


class TransactionFailedError(Exception):
    """A transaction was cancelled; `reasons` has an entry per operation, None where it was fine."""

    def __init__(self, reasons: list[str | None]) -> None:
        super().__init__(f"the transaction was cancelled: {reasons}")
        self.reasons = reasons

    def failed(self) -> list[int]:
        """Indexes of the operations whose condition did not hold."""
        return [i for i, why in enumerate(self.reasons) if why == "ConditionalCheckFailed"]


@dataclass(frozen=True)
class Page:
    """Items, and the key to continue after (None at the end)."""

    items: list[Item]
    last_key: Key | None


@cache
def client() -> Any:
    """The one client; its address, region and credentials are those of the environment."""
    for name in [name for name, value in os.environ.items() if name.startswith("AWS_")]:
        if not os.environ[name]:
            del os.environ[name]  # an empty one aborts the process inside the core
    if os.environ.get("AWS_RETRY_MODE", "standard") not in {"standard", "adaptive"}:
        raise MissingSettingError("AWS_RETRY_MODE must be standard or adaptive")
    if not re.fullmatch(r"[1-9]\d{0,3}", os.environ.get("AWS_MAX_ATTEMPTS", "1")):
        raise MissingSettingError("AWS_MAX_ATTEMPTS must be a number from 1")
    # of the core, read with its first call: one thread serves all calls, more wake each other
    os.environ.setdefault("TOKIO_WORKER_THREADS", "1")
    return pydynox_core.DynamoDBClient(
        # without a region the core would take us-east-1 silently
        region=os.environ.get("AWS_REGION") or setting("AWS_DEFAULT_REGION"),
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        max_retries=1,
    )


def forget_clients() -> None:
    """For tests, whose store moves."""
    client.cache_clear()
    unprocessed.forget_client()


def _reasons(error: Exception) -> list[str | None]:
    """The reasons in the text of a cancelled transaction, `[None, ConditionalCheckFailed]`."""
    found = re.search(r"\[([^\]]*)\]", str(error))
    names = found.group(1).split(",") if found else []
    return [None if name.strip() in {"None", ""} else name.strip() for name in names]


def _attempt(call: Callable[[], T]) -> T:
    """One attempt; PassingError for what may go away by itself."""
    deadline.check()
    try:
        return call()
    except pydynox_core.ConditionalCheckFailedException as error:
        raise ConditionFailedError(getattr(error, "item", None)) from error
    except pydynox_core.TransactionCanceledException as error:
        reasons = _reasons(error)
        if any(reason == "ConditionalCheckFailed" for reason in reasons):
            raise TransactionFailedError(reasons) from error
        passing = {reason for reason in reasons if reason in _PASSING}
        if passing:
            raise PassingError(throttled=passing != {"TransactionConflict"}) from error
        raise TransactionFailedError(reasons) from error
    except pydynox_core.ValidationException as error:
        raise RefusedError(str(error)) from error
    except pydynox_core.ProvisionedThroughputExceededException as error:
        raise PassingError(throttled=True) from error
    except pydynox_core.ConnectionException as error:
        raise PassingError from error
    except pydynox_core.PydynoxException as error:
        # 500, 503, TransactionConflict and the like have no class of their own; bad calls do
        if type(error) is pydynox_core.PydynoxException:
            raise PassingError(throttled=bool(_LEFT.search(str(error)))) from error
        raise


def _retried(call: Callable[[], T]) -> T:
    """The call's result; StoreUnavailable when no attempt succeeded."""
    return retried(lambda: _attempt(call))


def from_image(image: Item) -> Item:
    """An item of a stream record, `{"id": {"N": "1"}}`, as `get` would give it."""
    return dict(pydynox_core.item_from_dynamo(image))


def transact(operations: Sequence[Operation], token: str | None = None) -> None:
    """All or nothing, 100 operations at most; TransactionFailedError names which did not hold.

    Made once however often it is sent: all attempts have one token, a random one if none is given.
    """
    if not 1 <= len(operations) <= TRANSACTION:
        raise ValueError(f"a transaction has 1 to {TRANSACTION} operations")
    once = token or uuid4().hex
    _retried(lambda: client().sync_transact_write(list(operations), client_request_token=once))


class Table:
    """One table: its name, the attributes of its key, and the calls that are safe."""

    def __init__(self, name: str, *key: str) -> None:
        if name.startswith("arn:"):
            raise ValueError("a table is referred to by its name: with an ARN the core drops items")
        self.name = name
        self.key = key

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        item, _ = _retried(
            lambda: client().sync_get_item(self.name, key, consistent_read=consistent)
        )
        return dict(item) if item is not None else None

    def get_many(self, keys: Sequence[Key], *, consistent: bool = False) -> list[Item]:
        """The items that are there, in any order; each key once."""

        def some(start: int) -> list[Item]:
            batch = list(keys[start : start + BATCH_GET])
            return list(_retried(lambda: client().sync_batch_get(self.name, batch, consistent)))

        starts = range(0, len(keys), BATCH_GET)
        found = parallel.together(some, starts) if len(starts) > 1 else map(some, starts)
        return list(chain.from_iterable(found))

    def put(
        self,
        item: Item,
        *,
        condition: str | None = None,
        names: dict[str, str] | None = None,
        values: Item | None = None,
    ) -> None:
        """ConditionFailedError has the item that was there."""
        _retried(
            lambda: client().sync_put_item(
                self.name,
                item,
                condition_expression=condition,
                expression_attribute_names=names,
                expression_attribute_values=values,
                return_values_on_condition_check_failure=condition is not None,
            )
        )

    def update(
        self,
        key: Key,
        expression: str,
        *,
        condition: str | None = None,
        names: dict[str, str] | None = None,
        values: Item | None = None,
    ) -> Item:
        """The item as it is after. Without a condition it may be applied twice after a reset."""
        attributes, _ = _retried(
            lambda: client().sync_update_item(
                self.name,
                key,
                update_expression=expression,
                condition_expression=condition,
                expression_attribute_names=names,
                expression_attribute_values=values,
                return_values_on_condition_check_failure=condition is not None,
                return_values="ALL_NEW",
            )
        )
        return dict(attributes)

    def delete(
        self,
        key: Key,
        *,
        condition: str | None = None,
        names: dict[str, str] | None = None,
        values: Item | None = None,
    ) -> Item | None:
        """The item as it was, None where there was none."""
        attributes, _ = _retried(
            lambda: client().sync_delete_item(
                self.name,
                key,
                condition_expression=condition,
                expression_attribute_names=names,
                expression_attribute_values=values,
                return_values_on_condition_check_failure=condition is not None,
                return_values="ALL_OLD",
            )
        )
        return dict(attributes) if attributes else None

    def query(  # noqa: PLR0913 - the options of one call
        self,
        condition: str,
        values: Item,
        *,
        names: dict[str, str] | None = None,
        limit: int | None = None,
        after: Key | None = None,
        forward: bool = True,
        index: str | None = None,
        consistent: bool = False,
    ) -> Page:
        """One page, of at most `limit` items and 1 MB; it may be short or empty before the end."""
        items, last_key, _ = _retried(
            lambda: client().sync_query_page(
                self.name,
                condition,
                expression_attribute_names=names,
                expression_attribute_values=values,
                limit=limit,
                exclusive_start_key=after,
                scan_index_forward=forward,
                index_name=index,
                consistent_read=consistent,
            )
        )
        return Page(items, last_key)

    def query_all(self, condition: str, values: Item, **options: Any) -> Iterator[Item]:
        """Every item, page after page; options as of `query`."""
        after: Key | None = None
        while True:
            page = self.query(condition, values, after=after, **options)
            yield from page.items
            after = page.last_key
            if after is None:
                return

    def scan(
        self,
        *,
        limit: int | None = None,
        after: Key | None = None,
        segment: tuple[int, int] = (0, 1),
    ) -> Page:
        """One page in no order, of at most `limit` items and 1 MB; of segment `(which, of all)`."""
        which, of = segment if segment[1] > 1 else (None, None)
        items, last_key, _ = _retried(
            lambda: client().sync_scan_page(
                self.name,
                limit=limit,
                exclusive_start_key=after,
                segment=which,
                total_segments=of,
            )
        )
        return Page(items, last_key)

    def scan_all(self) -> Iterator[Item]:
        """Every item of the table: for tools and schedules, not for requests."""
        after: Key | None = None
        while True:
            page = self.scan(after=after)
            yield from page.items
            after = page.last_key
            if after is None:
                return

    def put_many(self, items: Iterable[Item]) -> None:
        """Write all, in any order; if a key occurs twice, the last item wins.

        StoreUnavailable when a batch could not be written; others may have been.
        """
        key_of = itemgetter(*self.key)
        unique = {key_of(item): item for item in items}
        self._batches(list(unique.values()), lambda batch: (batch, []))

    def delete_many(self, keys: Iterable[Key]) -> None:
        """Delete all, in any order; what is not there counts as deleted."""
        key_of = itemgetter(*self.key)
        unique = {key_of(key): key for key in keys}
        self._batches(list(unique.values()), lambda batch: ([], batch))

    def _batches(
        self, rows: list[Item], split: Callable[[list[Item]], tuple[list[Item], list[Key]]]
    ) -> None:
        def write(start: int) -> None:
            self._write(*split(rows[start : start + BATCH]))

        starts = range(0, len(rows), BATCH)
        if len(starts) == 1:
            write(0)
        else:
            parallel.together(write, starts)

    def _write(self, puts: list[Item], deletes: list[Key]) -> None:
        """One batch. While a table throttles only what is not written yet is sent again."""
        left: unprocessed.Requests | None = None

        def attempt() -> None:
            nonlocal left
            if left is None and not throttled_lately():
                # a batch of which the core wrote a part is sent again whole, once
                client().sync_batch_write(self.name, puts, deletes)
                return
            if left is None:
                left = unprocessed.requests(
                    list(map(pydynox_core.item_to_dynamo, puts)),
                    list(map(pydynox_core.item_to_dynamo, deletes)),
                )
            left = unprocessed.write(self.name, left)
            if left:
                raise PassingError(throttled=True)

        _retried(attempt)

    def put_operation(self, item: Item, condition: str | None = None, **more: Any) -> Operation:
        return self._operation("put", condition, item=item, **more)

    def update_operation(
        self, key: Key, expression: str, condition: str | None = None, **more: Any
    ) -> Operation:
        return self._operation("update", condition, key=key, update_expression=expression, **more)

    def delete_operation(self, key: Key, condition: str | None = None, **more: Any) -> Operation:
        return self._operation("delete", condition, key=key, **more)

    def _operation(
        self,
        kind: str,
        condition: str | None,
        *,
        names: dict[str, str] | None = None,
        values: Item | None = None,
        **what: Any,
    ) -> Operation:
        # the core ignores keys it doesn't know, so these are spelled here and nowhere else
        operation: Operation = {"type": kind, "table": self.name, **what}
        if condition is not None:
            operation["condition_expression"] = condition
        if names:
            operation["expression_attribute_names"] = names
        if values:
            operation["expression_attribute_values"] = values
        return operation


@cache
def table(setting_name: str, *key: str) -> Table:
    """The table that environment variable `setting_name` names."""
    return Table(setting(setting_name), *key)
