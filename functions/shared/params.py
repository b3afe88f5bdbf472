"""Query parameters: how each is read, bounded and documented.

Kept free of pydantic: a GET should not pay for it when a function starts.
"""

import keyword
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared import cursor as cursors
from shared.problems import Fault, Malformed, fault_at


@dataclass(frozen=True)
class Param:
    """A query parameter that is a text of at most `max_length` characters."""

    name: str
    description: str
    default: Any = None
    max_length: int = 1024

    @property
    def argument(self) -> str:
        """The keyword argument that a route takes it as: `from` becomes `from_`."""
        return f"{self.name}_" if keyword.iskeyword(self.name) else self.name

    def parse(self, text: str) -> Any:
        if len(text) > self.max_length:
            raise ValueError(f"must have at most {self.max_length} characters")
        return text

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the value."""
        return {"type": "string", "maxLength": self.max_length}


def integer(text: str) -> int | None:
    """The signed 64-bit integer that a text is, None for what is none."""
    # int() alone would take "1_000", " 7" and digits of other scripts
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        return None
    value = int(text)
    return value if -(2**63) <= value < 2**63 else None


@dataclass(frozen=True)
class IntParam(Param):
    """An integer from `ge` to `le`."""

    ge: int = 0
    le: int = 2**53

    def parse(self, text: str) -> int:
        value = integer(text)
        if value is None or not self.ge <= value <= self.le:
            raise ValueError(f"must be an integer from {self.ge} to {self.le}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.ge, "maximum": self.le}


@dataclass(frozen=True)
class FlagParam(Param):
    """`true` or `false`."""

    default: bool = False

    def parse(self, text: str) -> bool:
        if text not in {"true", "false"}:
            raise ValueError("must be true or false")
        return text == "true"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class ChoiceParam(Param):
    """One of some texts."""

    choices: tuple[str, ...] = ()

    def parse(self, text: str) -> str:
        if text not in self.choices:
            raise ValueError(f"must be one of {', '.join(self.choices)}")
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}


@dataclass(frozen=True)
class IdsParam(Param):
    """Ids of resources, separated by commas or given several times; each once, in order."""

    most: int = 100

    def parse(self, text: str) -> tuple[int, ...]:
        numbers = [integer(part) or 0 for part in text.split(",", self.most)]
        if len(numbers) > self.most or min(numbers) < 1:
            raise ValueError(f"must be 1 to {self.most} ids, separated by commas")
        return tuple(sorted(set(numbers)))

    def schema(self) -> dict[str, Any]:
        element = {"type": "integer", "minimum": 1, "maximum": 2**53}
        return {"type": "array", "items": element, "minItems": 1, "maxItems": self.most}


@dataclass(frozen=True)
class CursorParam(Param):
    """The cursor of a page; the list itself checks that it is its own."""

    def parse(self, text: str) -> str:
        super().parse(text)
        cursors.unpacked(text)
        return text


LIMIT = IntParam("limit", "How many items a page holds at most", default=10, ge=1, le=100)
CURSOR = CursorParam("cursor", "The `next` of the page before", max_length=2048)
YEAR = IntParam("year", "The calendar year, in UTC", default=2021, ge=1, le=9999)
# 9999-12-31T23:59:59Z, the last second that RFC 3339 can write
LAST_SECOND = 253_402_300_799
FROM = IntParam("from", "First moment, Unix seconds, inclusive", ge=0, le=LAST_SECOND)
TO = IntParam("to", "Last moment, Unix seconds, inclusive", ge=0, le=LAST_SECOND)


def read_query(
    params: Iterable[Param],
    query: Mapping[str, str],
    repeated: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """The arguments for a route, by name; Malformed names every bad or unknown parameter.

    `query` has the last value of each, `repeated` all of them.
    """
    values = repeated or {name: [value] for name, value in query.items()}
    arguments: dict[str, Any] = {}
    faults: list[Fault] = []
    known = {param.name: param for param in params}
    for name in [name for name in values if name not in known]:
        message = f"is unknown; known parameters: {', '.join(known) or 'none'}"
        faults.append(fault_at(("query", name), message, "extra_forbidden"))
    for param in known.values():
        given = values.get(param.name)
        if not given:
            arguments[param.argument] = param.default
            continue
        if len(given) > 1 and not isinstance(param, IdsParam):
            message = f"is given {len(given)} times: give it once"
            faults.append(fault_at(("query", param.name), message))
            continue
        try:
            arguments[param.argument] = param.parse(",".join(given))
        except ValueError as error:
            faults.append(fault_at(("query", param.name), str(error)))
    start, end = arguments.get(FROM.argument), arguments.get(TO.argument)
    if start is not None and end is not None and start > end:
        faults.append(fault_at(("query", FROM.name), "is after `to`"))
    if faults:
        names = ", ".join(str(fault["loc"][1]) for fault in faults)
        raise Malformed(f"invalid query parameter: {names}", faults)
    return arguments
