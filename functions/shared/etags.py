"""Entity tags and the conditions on them (RFC 9110, sections 8.8.3 and 13.1)."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from shared.problems import Malformed, NotFound, PreconditionFailed, Problem, fault_at

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_VERSION = re.compile(r"v([1-9][0-9]{0,14})(\..*)?")
_ANY = "*"
# An expression of DynamoDB has 4 KB, and each IN of it 100 values
MOST_VERSIONS = 500
_IN = 100


@dataclass(frozen=True)
class Expected:
    """The states that an `If-Match` allows; without the header every state and none at all."""

    given: bool = False
    # None: any version, as for `*`
    versions: tuple[int, ...] | None = None
    # `If-None-Match: *`: nothing may exist yet
    absent: bool = False

    @property
    def refusal(self) -> str:
        """Why what exists is not in a state that is allowed."""
        return "it exists already" if self.absent else "it has changed since: read it again"

    def allows(self, version: int | None) -> bool:
        """Whether a write may go on; `version` is None where the resource does not exist."""
        if version is None:
            return not self.given
        return not self.absent and (self.versions is None or version in self.versions)

    def condition(self, exists: str) -> tuple[str | None, dict[str, Any]]:
        """The same as a condition of DynamoDB and its values.

        `exists` is the condition that the item exists; its version is the attribute `version`.
        """
        if self.absent:
            # with an `If-Match` as well, no state is allowed
            return f"NOT {exists}" + (f" AND {exists}" if self.given else ""), {}
        if not self.given:
            return None, {}
        if self.versions is None:
            return exists, {}
        # no item has version 0: tags that name no version allow nothing
        values = {f":v{i}": version for i, version in enumerate(self.versions or (0,))}
        names = list(values)
        groups = (names[start : start + _IN] for start in range(0, len(names), _IN))
        choices = " OR ".join(f"version IN ({','.join(group)})" for group in groups)
        return f"{exists} AND ({choices})", values


UNCONDITIONAL = Expected()


def missing(what: str, expected: Expected) -> Problem:
    """Of what does not exist: 412 where a state of it was expected, else 404."""
    return NotFound(what) if expected.allows(None) else PreconditionFailed(what)


def unchanged(version: int) -> Expected:
    """The state that was read, and no other."""
    return Expected(given=True, versions=(version,))


def version_tag(version: int, content: str = "") -> str:
    """The tag of a resource's version, and of its content where that changes by itself."""
    return f'"v{version}.{content}"' if content else f'"v{version}"'


def content_tag(body: object) -> str:
    """The tag of the content of a response, for a resource without versions.

    The store returns the members of an object in any order.
    """
    return f'"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]}"'


def not_modified(if_none_match: str | None, tag: str) -> bool:
    """Whether `If-None-Match` names the tag, compared weakly."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == _ANY or _opaque(tag) in _TAG.findall(if_none_match)


def stale(if_match: str | None, tag: str) -> bool:
    """Whether `If-Match` does not name the tag, compared strongly."""
    if if_match is None or if_match.strip() == _ANY:
        return False
    return _opaque(tag) not in _TAG.findall(_strong(if_match))


def expected(if_match: str | None, if_none_match: str | None = None) -> Expected:
    """What the conditions of a write ask for, tags compared strongly.

    Malformed where `If-Match` names too many versions, or `If-None-Match` is not `*`.
    """
    absent = if_none_match is not None
    if if_none_match is not None and if_none_match.strip() != _ANY:
        message = "must be * where something is written"
        fault = fault_at(("header", "If-None-Match"), message)
        raise Malformed(f"If-None-Match {message}", [fault])
    if if_match is None:
        return Expected(absent=absent)
    if if_match.strip() == _ANY:
        return Expected(given=True, absent=absent)
    found = (_VERSION.fullmatch(tag) for tag in _TAG.findall(_strong(if_match)))
    versions = tuple(dict.fromkeys(int(match[1]) for match in found if match))
    if len(versions) > MOST_VERSIONS:
        message = f"names {len(versions)} versions, more than {MOST_VERSIONS}"
        fault = fault_at(("header", "If-Match"), message, "too_long")
        raise Malformed(f"If-Match {message}", [fault])
    return Expected(given=True, versions=versions, absent=absent)


def _opaque(tag: str) -> str:
    """What is between the quotes of a tag."""
    return tag.removeprefix("W/").strip('"')


def _strong(tags: str) -> str:
    return re.sub(r'W/"[^"]*"', "", tags)
