"""A user's figures in the views: read, changed, and written back whole.

The items are put, not updated: an update that names each compound passes the 4 KB that DynamoDB
allows an expression. Many compounds are kept in bucket items, because an item holds 400 KB. The
user's item then has the most common compound of each bucket, so a report reads that item alone.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from projector.deltas import Deltas
from shared.dynamo import Item, Operation
from shared.views import VERSION, ViewKey, compounds_of, favourite, user_key
from shared.views_table import views_table

# Compounds that a user's item holds; more are kept in buckets
MOST_INLINE = 500
# Of two users at most in one change, whose writes then fit a transaction of 100
BUCKETS = 32
# Attribute of a user's item whose compounds are in buckets
SPREAD = "spread"


@dataclass(frozen=True)
class UserState:
    """Number of a user's experiments, and of the user's rows in the users table."""

    count: int = 0
    known: int = 0

    @property
    def listed(self) -> bool:
        return self.count > 0 or self.known > 0


@dataclass(frozen=True)
class Rewritten:
    """A user's state before and after, and the writes that lead there."""

    before: UserState
    after: UserState
    operations: list[Operation]


def state_of(item: Item) -> UserState:
    return UserState(item.get("count", 0), item.get("known", 0))


def bucket_of(compound: int) -> int:
    return compound % BUCKETS


def bucket_keys(user: int) -> list[ViewKey]:
    return [user_key(user, bucket) for bucket in range(BUCKETS)]


def most_common(compounds: Mapping[int, int]) -> dict[int, int]:
    """The favourite with its count; empty if there is none."""
    found = favourite(compounds)
    return {} if found is None else {found: compounds[found]}


def rewritten(
    deltas: Deltas, users: Collection[int], *, every_bucket: bool = False
) -> dict[int, Rewritten]:
    """The users with their deltas added, on the condition that nobody else writes them meanwhile.

    Reads the buckets of compounds that change, or every one.
    """
    changes: dict[int, Counter[int]] = defaultdict(Counter)
    for (user, compound), by in deltas.compounds.items():
        changes[user][compound] += by
    items = _read([user_key(user) for user in users])
    parts: dict[int, list[int]] = {}
    for user in users:
        if SPREAD in items.get(user_key(user), {}):
            changed = {bucket_of(compound) for compound in changes[user]}
            parts[user] = list(range(BUCKETS)) if every_bucket else sorted(changed)
    buckets = _read([user_key(user, part) for user, some in parts.items() for part in some])
    found = {}
    for user in users:
        item = items.get(user_key(user), {})
        before = state_of(item)
        after = UserState(
            before.count + deltas.experiments[user], before.known + deltas.known[user]
        )
        stored = {part: buckets.get(user_key(user, part), {}) for part in parts.get(user, ())}
        operations = _writes(user, item, after, stored, changes[user])
        found[user] = Rewritten(before, after, operations)
    return found


def _read(keys: Collection[ViewKey]) -> dict[ViewKey, Item]:
    items = views_table().get_many([key._asdict() for key in keys], consistent=True)
    return {ViewKey(item["pk"], item["sk"]): item for item in items}


def _writes(
    user: int, item: Item, after: UserState, buckets: Mapping[int, Item], changes: Counter[int]
) -> list[Operation]:
    """Of the user's item and of those buckets that change."""
    inline = Counter(compounds_of(item))
    parts: dict[int, Counter[int]] = {}
    if SPREAD in item:
        parts = {part: Counter(compounds_of(stored)) for part, stored in buckets.items()}
        for compound, by in changes.items():
            parts[bucket_of(compound)][compound] += by
    else:
        inline.update(changes)
        if len(_attributes(inline)) > MOST_INLINE:
            parts = {part: Counter() for part in range(BUCKETS)}
            for compound, count in inline.items():
                parts[bucket_of(compound)][compound] = count
    # a bucket's most common compound is in the user's item
    kept = {compound: n for compound, n in inline.items() if bucket_of(compound) not in parts}
    for compounds in parts.values():
        kept |= most_common(compounds)
    version = item.get(VERSION, 0)
    whole = {**user_key(user)._asdict(), "count": after.count, "known": after.known}
    whole |= {VERSION: version + 1, **_attributes(kept)}
    if parts or SPREAD in item:
        whole[SPREAD] = True
    values = {":v": version} if version else None
    unchanged = "#v = :v" if version else "attribute_not_exists(#v)"
    return [
        views_table().put_operation(whole, unchanged, names={"#v": VERSION}, values=values),
        *(
            views_table().put_operation(
                {**user_key(user, part)._asdict(), **_attributes(compounds)}
            )
            for part, compounds in parts.items()
        ),
    ]


def _attributes(compounds: Mapping[int, int]) -> dict[str, int]:
    return {f"c{compound}": n for compound, n in compounds.items() if n}
