"""What the cells of a CSV may hold, checked in bulk by pydantic's core.

A schema takes texts and gives values, blank ones as ""; it runs without calling Python.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any

from pydantic_core import SchemaSerializer
from pydantic_core import core_schema as cs

from shared.datasets import Column, Type

LONGEST_TEXT = 10_000  # characters
LEAST, GREATEST = -(2**63), 2**63 - 1
_BLANK = cs.str_schema(strip_whitespace=True, max_length=0)
_DIGITS = Context(prec=38)
GREATEST_EXPONENT = 125
_TEXTS = SchemaSerializer(cs.list_schema(cs.datetime_schema()))
_INT = r"[+-]?[0-9]{1,19}"
_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")

# What a value must look like before it is converted: the converters alone would also take
# "1_000", "5.0", and a number as a date
_PATTERNS = {
    Type.INT: rf"^\s*{_INT}\s*$",
    Type.INTS: rf"^\s*{_INT}(\s*;\s*{_INT})*\s*$",
    Type.DATE: r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$",
    Type.DATETIME: r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9:.,+\-Zz ]*)?\s*$",
    # DynamoDB's numbers hold 38 digits, from 1E-130 to 1E+125, and are read without an exponent
    Type.NUMBER: (
        r"^\s*[+-]?([0-9]{1,126}\.?|[0-9]{0,126}\.[0-9]{1,20})([eE][+-]?[0-9]{1,2})?\s*$"
    ),
}
_CONVERTERS: dict[Type, cs.CoreSchema] = {
    Type.INT: cs.int_schema(ge=LEAST, le=GREATEST),
    Type.INTS: cs.str_schema(max_length=LONGEST_TEXT),
    Type.DATE: cs.date_schema(),
    Type.DATETIME: cs.datetime_schema(),
    Type.NUMBER: cs.decimal_schema(),
}
# What a value of the wrong kind is not
REASONS = {
    Type.INT: "is not a whole number",
    Type.INTS: 'is not a list of whole numbers joined by ";"',
    Type.DATE: "is not a date such as 2021-07-27",
    Type.DATETIME: "is not a date and time such as 2021-07-27T16:02:08Z",
    Type.NUMBER: "is not a number",
    Type.STR: "is not a text",
}
_NUMERAL = re.compile(r"\s*[+-]?([0-9]+\.?|[0-9]*\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
_TOO_LARGE = f"is too large: whole numbers go from {LEAST} to {GREATEST}"
_TOO_LONG = (
    "has more digits than are taken: 126 before the point, 20 behind it and 2 in the exponent"
)
_INEXACT = "has more digits than are kept exactly: 15 always are"


def reason(type_: Type, text: str) -> str:
    """What is wrong with a cell of a column of this type."""
    match type_:
        case Type.STR if "\0" in text:
            return "has a NUL character"
        case Type.STR:
            return f"is longer than {LONGEST_TEXT} characters"
        case Type.INTS if len(text) > LONGEST_TEXT:
            return f"is longer than {LONGEST_TEXT} characters"
        case Type.INT | Type.INTS if all(_INTEGER.fullmatch(part) for part in text.split(";")):
            return _TOO_LARGE
        case Type.NUMBER if _NUMERAL.fullmatch(text):
            return _INEXACT if re.search(_PATTERNS[Type.NUMBER], text) else _TOO_LONG
    return REASONS[type_]


def cell_schema(column: Column, *, required: bool) -> cs.CoreSchema:
    """The schema of a column's cells; blank ones pass unless `required`."""
    filled: cs.CoreSchema
    if column.type is Type.STR:
        filled = cs.str_schema(pattern=r"^[^\x00]*$", max_length=LONGEST_TEXT)
        if required:
            filled = cs.chain_schema([filled, cs.str_schema(pattern=r"\S")])
    else:
        shape = cs.str_schema(pattern=_PATTERNS[column.type], strip_whitespace=True)
        filled = cs.chain_schema([shape, _CONVERTERS[column.type]])
    if required:
        return filled
    return cs.union_schema([_BLANK, filled], mode="left_to_right")


def moments(values: Sequence[Any]) -> list[Any]:
    """RFC 3339 in UTC; a moment without a zone is one in UTC. OverflowError before year 1."""
    # pydantic's core writes a whole column in the time in which isoformat() writes a third of it
    texts = _TEXTS.to_python(values, mode="json", warnings=False)
    return [
        text if text.endswith("Z") or value == "" else _in_utc(value)
        for text, value in zip(texts, values, strict=True)
    ]


def _in_utc(value: datetime) -> str:
    moment = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.isoformat()}Z"


def numbers(text: str) -> list[int]:
    """The numbers of a list joined by ";"; OverflowError for one of more than 64 bits."""
    found = [int(number) for number in text.split(";")]
    if min(found) < LEAST or max(found) > GREATEST:
        raise OverflowError
    return found


def _number(value: Decimal) -> Decimal:
    """The number as it is stored; OverflowError for one that would be read as another.

    The store's client reads whole numbers as int, and the others as float.
    """
    number = _DIGITS.normalize(value)  # 1.50 and 1.5 are one number
    if number != value or number.adjusted() > GREATEST_EXPONENT:
        raise OverflowError
    fraction = number != number.to_integral_value()
    if fraction and Decimal(repr(float(number))) != number:
        raise OverflowError
    return number


def _texts(values: Sequence[str]) -> list[str]:
    """Texts without the blanks and tabs around them."""
    return [value.strip(" \t") for value in values]


def _each(convert: Callable[[Any], Any]) -> Callable[[Sequence[Any]], list[Any]]:
    return lambda values: [value if value == "" else convert(value) for value in values]


# How checked values, "" being blank, become what the tables keep; others are kept as they are
STORED: dict[Type, Callable[[Sequence[Any]], list[Any]]] = {
    Type.DATETIME: moments,
    Type.DATE: _each(date.isoformat),
    Type.INTS: _each(numbers),
    Type.NUMBER: _each(_number),
    Type.STR: _texts,
}
