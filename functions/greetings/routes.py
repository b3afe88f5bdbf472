"""HTTP routes of the greetings."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from greetings import service
from shared.http import NOT_MODIFIED, Api, JsonObject, no_content
from shared.lazy import LazyModels
from shared.params import CURSOR, LIMIT, IntParam, Param

if TYPE_CHECKING:
    from greetings import models
else:
    models = LazyModels("greetings.models")

api = Api("greetings")

ZONE = Param("tz", "IANA zone in which today is read", max_length=64)
WITHIN = IntParam("within", "Days ahead", default=30, ge=0, le=366)


@api.put(
    "/hello/{username}",
    summary="Save or update a birthday",
    status=204,
    path_faults=service.name_faults,
    problems=(412, 415, 422),
)
def put_birthday(username: str, body: models.Birthday) -> Response[Any]:
    """Save somebody's date of birth, or change it.

    The name is letters of any script, at most 64, and is looked up without regard to case and
    Unicode form. The day is before today; `timeZone` is the zone in which today is read, UTC if it
    is left out.
    """
    service.save(username, body.dateOfBirth, body.timeZone, api.expected())
    return no_content()


@api.get(
    "/hello/{username}",
    summary="Greet someone",
    query=(ZONE,),
    response=models.Greeting,
    responses=NOT_MODIFIED,
    problems=(404,),
)
def get_greeting(username: str, tz: str | None) -> Response[str]:
    """Greet somebody by the name as it is in the path.

    The message says in how many days the birthday is, or wishes a happy one. Somebody born on
    29 February has the birthday on 28 February in a common year.
    """
    message, tag = service.greet(username, tz, service.now())
    return api.with_etag(tag, {"message": message})


@api.delete("/hello/{username}", summary="Forget someone", status=204, problems=(404, 412))
def delete_birthday(username: str) -> Response[Any]:
    """Delete somebody's birthday; 404 for a name that is not known."""
    service.forget(username, api.expected())
    return no_content()


@api.get(
    "/birthdays",
    summary="Birthdays of the coming days in UTC, soonest first",
    query=(WITHIN, LIMIT, CURSOR),
    response=models.UpcomingPage,
)
def list_birthdays(within: int, limit: int, cursor: str | None) -> JsonObject:
    """The birthdays of today and the coming days, soonest first, with the age that is reached."""
    return service.upcoming(within, limit, cursor, service.now().date())
