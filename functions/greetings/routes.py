"""HTTP routes of the greetings."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from greetings import service
from shared.http import Api, JsonObject, no_content
from shared.params import CURSOR, LIMIT, IntParam, Param

if TYPE_CHECKING:
    from greetings.models import Birthday

api = Api("greetings")

ZONE = Param("tz", "IANA zone in which today is read", max_length=64)
WITHIN = IntParam("within", "Days ahead", default=30, ge=0, le=366)


@api.put(
    "/hello/{username}",
    summary="Save or update a birthday",
    status=204,
    body="Birthday",
    path_faults=service.name_faults,
    problems=(412, 415, 422),
)
def put_birthday(username: str, body: "Birthday") -> Response[Any]:
    service.save(username, body.dateOfBirth, body.timeZone, service.now(), api.if_match())
    return no_content()


@api.get(
    "/hello/{username}",
    summary="Greet someone",
    query=(ZONE,),
    answer="Greeting",
    answers={304: "Not modified"},
    problems=(404,),
)
def get_greeting(username: str, tz: str | None) -> Response[str]:
    message, tag = service.greet(username, tz, service.now())
    return api.validated({"message": message}, tag)


@api.delete("/hello/{username}", summary="Forget someone", status=204, problems=(404, 412))
def delete_birthday(username: str) -> Response[Any]:
    service.forget(username, api.if_match())
    return no_content()


@api.get(
    "/birthdays",
    summary="Birthdays of the coming days in UTC, soonest first",
    query=(WITHIN, LIMIT, CURSOR),
    answer="UpcomingPage",
)
def list_birthdays(within: int, limit: int, cursor: str | None) -> JsonObject:
    return service.upcoming(within, limit, cursor, service.now().date())
