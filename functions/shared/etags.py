"""Entity tags and the conditions on them (RFC 9110, sections 8.8.3 and 13.1)."""

import hashlib
import json
import re

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_VERSION = re.compile(r"v([1-9][0-9]{0,14})(\..*)?")
_ANY = "*"


def version_tag(version: int, said: str = "") -> str:
    """The tag of a resource's version, and of what is said of it where that changes by itself."""
    return f'"v{version}.{said}"' if said else f'"v{version}"'


def content_tag(said: object) -> str:
    """The tag of what an answer says, for a resource without versions."""
    return f'"{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]}"'


def not_modified(if_none_match: str | None, tag: str) -> bool:
    """Whether `If-None-Match` names the tag, compared weakly."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == _ANY or tag.strip('"') in _TAG.findall(if_none_match)


def stale(if_match: str | None, tag: str) -> bool:
    """Whether `If-Match` does not name the tag, compared strongly."""
    if if_match is None or if_match.strip() == _ANY:
        return False
    return tag.strip('"') not in _TAG.findall(_strong(if_match))


def expected_versions(if_match: str | None) -> list[int] | None:
    """The versions that `If-Match` allows, compared strongly; None where any will do."""
    if if_match is None or if_match.strip() == _ANY:
        return None
    found = (_VERSION.fullmatch(tag) for tag in _TAG.findall(_strong(if_match)))
    return [int(match[1]) for match in found if match]


def _strong(tags: str) -> str:
    return re.sub(r'W/"[^"]*"', "", tags)
