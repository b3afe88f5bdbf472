"""HTTP routes of the sprockets."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from shared.etags import content_tag, version_tag
from shared.http import NOT_MODIFIED, Api, JsonObject, created, json_response, no_content
from shared.lazy import LazyModels
from shared.params import CURSOR, LIMIT
from shared.route import Contract
from sprockets import imports, sprockets

if TYPE_CHECKING:
    from sprockets import models
else:
    models = LazyModels("sprockets.models")

# of the function's 28, a last attempt may take six, and keeping the response for a key the rest
api = Api("sprockets", seconds=18)
SEED_BYTES = 5_000_000


@api.get(
    "/sprockets",
    summary="Sprockets in order of id",
    query=(LIMIT, CURSOR),
    response=models.SprocketPage,
)
def list_sprockets(limit: int, cursor: str | None) -> JsonObject:
    """All sprockets, page after page."""
    return sprockets.page(limit, cursor)


@api.post(
    "/sprockets",
    summary="Create a sprocket",
    status=201,
    response=models.Sprocket,
    problems=(415, 422),
)
def create_sprocket(body: models.SprocketIn) -> Response[Any]:
    """Create a sprocket; its id is the next whole number. Sizes are kept exactly as given."""
    sprocket = sprockets.create(body)
    location, tag = f"./sprockets/{sprocket.id}", version_tag(sprocket.version)
    return created(sprockets.to_json(sprocket), location, tag)


@api.get(
    "/sprockets/{sprocket_id}", summary="One sprocket", response=models.Sprocket, problems=(404,)
)
def get_sprocket(sprocket_id: str) -> Response[Any]:
    """The sprocket with this id."""
    sprocket = sprockets.get(sprocket_id)
    return api.with_etag(version_tag(sprocket.version), sprockets.to_json(sprocket))


@api.get(
    "/sprockets/{sprocket_id}/references",
    summary="How many points of production refer to a sprocket",
    response=models.References,
    responses=NOT_MODIFIED,
    problems=(404,),
)
def get_references(sprocket_id: str) -> Response[Any]:
    """A sprocket that any points refer to is not deleted."""
    count = {"points": sprockets.get(sprocket_id).references}
    return api.with_etag(content_tag(count), count)


@api.put(
    "/sprockets/{sprocket_id}",
    summary="Replace a sprocket",
    response=models.Sprocket,
    problems=(404, 412, 415, 422),
)
def put_sprocket(sprocket_id: str, body: models.SprocketIn) -> Response[Any]:
    """Replace all fields of a sprocket; its id stays."""
    sprocket = sprockets.replace(sprocket_id, body, api.expected())
    return json_response(
        sprockets.to_json(sprocket), headers={"ETag": version_tag(sprocket.version)}
    )


@api.delete(
    "/sprockets/{sprocket_id}",
    summary="Delete a sprocket that no production refers to",
    status=204,
    problems=(404, 409, 412),
)
def delete_sprocket(sprocket_id: str) -> Response[Any]:
    """Delete a sprocket. One that points of production refer to is not deleted: 409."""
    sprockets.delete(sprocket_id, api.expected())
    return no_content()


def import_of(kind: str) -> Contract:
    return {
        "summary": f"Load a document of {kind}, once",
        "status": 201,
        "max_body": SEED_BYTES,
        "response": models.Imported,
        "responses": {200: "This document is loaded already"},
        "problems": (415, 422),
    }


@api.post("/sprockets/import", **import_of("sprockets"))
def import_sprockets(body: models.SprocketImport) -> Response[Any]:
    """Create all sprockets of a document. The same document again creates nothing: 200.

    Sent again after a 503, it continues where that ended.
    """
    return imported(imports.sprockets(body))


def imported(count: int | None) -> Response[Any]:
    """The response to an import, None where the document was loaded before."""
    if count is None:
        return json_response({"created": 0, "already_loaded": True})
    return json_response({"created": count}, 201)
