"""Bodies of requests and responses about greetings."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from greetings.zones import is_zone
from shared.models import Model


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("is not an IANA time zone")
    return name


def _day(text: Any) -> Any:
    # pydantic by itself takes "633830400" for a number of seconds
    if not isinstance(text, str):
        return text
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("must be written as YYYY-MM-DD")
    return date.fromisoformat(text)


class Birthday(Model):
    """A date of birth, and the zone in which its days begin."""

    dateOfBirth: Annotated[date, BeforeValidator(_day)]  # noqa: N815 - the contract's name
    timeZone: Annotated[str, Field(max_length=64), AfterValidator(_zone)] | None = None  # noqa: N815


class Greeting(BaseModel):
    message: str


class Upcoming(BaseModel):
    username: str
    next_birthday: date
    in_days: int
    turns: int


class UpcomingPage(BaseModel):
    items: list[Upcoming]
    next: str | None
