"""Writes what the views lack, and gathers hires that are spread over shards."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from aws_lambda_powertools import Logger

from projector.deltas import Deltas
from projector.store.changes import ROUNDS
from projector.store.counters import addition, additions, counters
from projector.store.names import corrections
from projector.store.users import rewritten
from shared.dynamo import Item, Operation, TransactionFailedError, transact
from shared.parallel import together
from shared.retries import RefusedError
from shared.views import (
    HIRED,
    USERS_WITH_EXPERIMENTS,
    VERSION,
    ViewKey,
    hires_attribute,
    hires_cells,
    hires_place,
    moves_key,
    rows_key,
)
from shared.views_table import views_table

logger = Logger()

Listed = tuple[str, str, Any]  # an item of the lists: its key and its `user_id`


def add_missing(missing: Deltas, active: int, stale: Collection[int]) -> None:
    """Add to the counters; they may move meanwhile, so nothing is set but names.

    `active` is what the number of users with experiments lacks; `stale` users are written again.
    """
    sums = counters(missing, shard=0)
    sums[rows_key(0)][USERS_WITH_EXPERIMENTS] += active
    together(lambda operation: transact([operation]), additions(sums))
    together(_correct, list(corrections(missing)))
    together(lambda user: _rewrite(missing, user), sorted(missing.users() | set(stale)))


def _correct(operation: Operation) -> None:
    try:
        transact([operation])
    except TransactionFailedError:
        return  # written meanwhile


def _rewrite(missing: Deltas, user: int) -> None:
    """Add what is missing of a user's figures; again while the projector writes them."""
    for _ in range(ROUNDS):
        try:
            transact(rewritten(missing, [user], every_bucket=True)[user].operations)
        except TransactionFailedError:
            continue
        except RefusedError:
            logger.exception("a user's figures are too large", extra={"user_id": user})
        return


def correct_lists(missing: Collection[Listed], wrong: Collection[Listed]) -> None:
    """Put and delete items of the lists of users."""
    views_table().delete_many({"pk": pk, "sk": sk} for pk, sk, _ in wrong)
    views_table().put_many({"pk": pk, "sk": sk, "user_id": user} for pk, sk, user in missing)


def gather(item: Item) -> bool:
    """Whether an item was moved: hires of any shard but the first, into that."""
    if not item["pk"].startswith(f"{HIRED}#"):
        return False
    year, shard = hires_place(item)
    if not shard:
        return False
    counts = Counter({VERSION: 1, **{hires_attribute(c): n for c, n in hires_cells(item)}})
    target = ViewKey(item["pk"], f"00{item['sk'][2:]}")
    key = {"pk": item["pk"], "sk": item["sk"]}
    version = item.get(VERSION)
    unchanged = "attribute_not_exists(#v)" if version is None else "#v = :v"
    values = None if version is None else {":v": version}
    delete = views_table().delete_operation(key, unchanged, names={"#v": VERSION}, values=values)
    mark = addition(moves_key(year, 0), Counter(n=1))
    try:
        transact([delete, addition(target, counts), mark])
    except TransactionFailedError:
        return False  # written to meanwhile: another time
    return True
