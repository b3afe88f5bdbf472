"""Compares a share of the figures: what the tables say with what the views contain.

The tables are read over minutes or hours while they change. A figure that has changed in the views
meanwhile is not compared, and what differs then counts if a second reading of the tables finds the
same again. Two readings: rows that come and go may leave a figure as it was, and yet have been read
in between.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from projector.reconcile.figures import ACTIVE, expected, owner, stored, tuples, unpacked
from projector.store import runs

# Users and other owners of differences that are repaired by one call
CHUNK = 20_000


class Comparison(NamedTuple):
    """The steps that a comparison reads: the tables, the views before and after, and an earlier
    comparison, if it is the second.
    """

    tables: int
    before: int
    after: int
    earlier: int | None


class Difference(NamedTuple):
    kind: str
    name: Any
    expected: int
    stored: int


def compare(part: dict[str, Any]) -> bool:
    """Stores the differences of the hashes of a part."""
    run, of, hashes = part["run"], Comparison(*part["of"]), (part["first"], part["last"])
    wanted = expected(map(unpacked, runs.sums(f"{runs.folder(run, of.tables)}/", *hashes)))
    after = stored(map(unpacked, runs.sums(f"{runs.folder(run, of.after)}/", *hashes)))
    # over all shares together: see `users_with_experiments`
    active = {"active": wanted.pop(ACTIVE, 0), "after": after.pop(ACTIVE, 0)}
    differing = [
        Difference(*figure, wanted[figure], after[figure])
        for figure in wanted.keys() | after.keys()
        if wanted[figure] != after[figure] and figure[0] != "version"
    ]
    versions = {each: after[each] for each in map(_version, differing)}
    del wanted, after
    before = stored(map(unpacked, runs.sums(f"{runs.folder(run, of.before)}/", *hashes)))
    active["before"] = before[ACTIVE]
    found = [
        each
        for each in differing
        if before[each.kind, each.name] == each.stored
        and before[_version(each)] == versions[_version(each)]
    ]
    if of.earlier is not None:
        earlier = set(differences(f"{runs.folder(run, of.earlier)}/{part['first']:04}/"))
        found = [each for each in found if each in earlier]
    facts = {"found": len(found), "moving": len(differing) - len(found), **active}
    for number, chunk in enumerate(_chunks(found)):
        runs.put_once(f"{part['to']}/{number:06}", text(chunk))
    runs.put_once(f"{part['to']}/facts", b"", **{name: str(n) for name, n in facts.items()})
    return True


def _version(each: Difference) -> tuple[str, Any]:
    """The figure that changes with each write to the owner of a difference."""
    return "version", owner(each.kind, each.name)


def _chunks(found: list[Difference]) -> Iterator[list[Difference]]:
    """Cut between owners."""

    def by_owner(each: Difference) -> str:
        return repr(owner(each.kind, each.name))

    chunk: list[Difference] = []
    for number, (_, some) in enumerate(groupby(sorted(found, key=by_owner), by_owner), 1):
        chunk.extend(some)
        if number % CHUNK == 0:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def text(found: list[Difference]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in found)


def differences(prefix: str) -> Iterator[Difference]:
    """All that are stored below a prefix."""
    for key, size in runs.found(prefix):
        for line in runs.read(key).splitlines() if size else ():
            kind, name, *figures = json.loads(line)
            yield Difference(kind, tuples(name), *figures)
