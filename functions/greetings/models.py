"""What the greetings take and answer."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from greetings.zones import is_zone
from shared.models import Model


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("is no IANA time zone")
    return name


class Birthday(Model):
    """A date of birth, and the zone in which its days begin."""

    dateOfBirth: date  # noqa: N815 - the contract's name
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
