"""Rules of the sprockets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shared import cursor as cursors
from shared.etags import UNCONDITIONAL, Expected, missing
from shared.problems import Conflict, PreconditionFailed
from sprockets.resources import WRITE_ATTEMPTS, check_version, number_of
from sprockets.store import counters, generations
from sprockets.store import sprockets as store
from sprockets.store.records import Sprocket

if TYPE_CHECKING:
    from sprockets.models import SprocketIn

LISTING = "/sprockets"
MISSING = "no such sprocket"


def sprocket_of(number: int, body: "SprocketIn") -> Sprocket:
    return Sprocket(number, body.teeth, body.pitch_diameter, body.outside_diameter, body.pitch)


def to_json(sprocket: Sprocket) -> dict[str, Any]:
    return {
        "id": sprocket.id,
        "teeth": sprocket.teeth,
        "pitch_diameter": sprocket.pitch_diameter,
        "outside_diameter": sprocket.outside_diameter,
        "pitch": sprocket.pitch,
    }


def page(limit: int, cursor: str | None) -> dict[str, Any]:
    """In order of id."""
    after = cursors.decode(LISTING, cursor, id=int)
    found = store.page(limit + 1, after["id"] if after else 0)

    def render(some: Sequence[Sprocket]) -> list[dict[str, Any]]:
        return [to_json(sprocket) for sprocket in some]

    return cursors.page(LISTING, found, limit, lambda sprocket: {"id": sprocket.id}, render)


def get(sprocket_id: str, expected: Expected = UNCONDITIONAL) -> Sprocket:
    """NotFound, PreconditionFailed."""
    sprocket = store.get(number_of(sprocket_id, MISSING, expected))
    if sprocket is None:
        raise missing(MISSING, expected)
    check_version(sprocket.version, expected)
    return sprocket


def create(body: "SprocketIn") -> Sprocket:
    sprocket = sprocket_of(counters.reserve(counters.SPROCKET), body)
    store.create(sprocket)
    return sprocket


def replace(sprocket_id: str, body: "SprocketIn", expected: Expected) -> Sprocket:
    """The new state; NotFound, PreconditionFailed."""
    number = number_of(sprocket_id, MISSING, expected)
    try:
        return store.replace(sprocket_of(number, body), expected)
    except store.NotAsExpectedError as error:
        gone = missing(MISSING, expected)
        raise (PreconditionFailed(expected.refusal) if error.exists else gone) from error


def delete(sprocket_id: str, expected: Expected = UNCONDITIONAL) -> None:
    """NotFound, PreconditionFailed, or Conflict while production refers to it."""
    # points of generations that are not current refer to it until they are cleared
    generations.clear_abandoned()
    for _ in range(WRITE_ATTEMPTS):
        sprocket = get(sprocket_id, expected)
        if sprocket.references:
            raise Conflict("production refers to this sprocket")
        if store.delete(sprocket):
            return
    raise Conflict("the sprocket is being written by other requests")
