"""Bodies of requests and responses about greetings."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationInfo

from greetings import service
from greetings.zones import is_zone, today_in
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


def _before_today(day: date, fields: ValidationInfo) -> date:
    # in UTC also where the zone is unknown, so that both are reported
    if day >= today_in(service.now(), fields.data.get("timeZone")):
        raise ValueError("must be before today")
    return day


class Birthday(Model):
    """A date of birth, and the zone in which its days begin."""

    # in this order: the zone is known when the day is checked
    timeZone: Annotated[str, Field(max_length=64), AfterValidator(_zone)] | None = None  # noqa: N815 - the contract's names
    dateOfBirth: Annotated[date, BeforeValidator(_day), AfterValidator(_before_today)]  # noqa: N815


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
