"""HTTP routes of the sprockets, the factories and their production."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from shared.charts import SVG
from shared.etags import version_tag
from shared.http import Api, JsonObject, answer, created, no_content
from shared.params import CURSOR, FROM, LAST_SECOND, LIMIT, TO
from shared.problems import Malformed
from sprockets import factories, imports, production, sprockets
from sprockets.charts import Period

if TYPE_CHECKING:
    from sprockets.models import (
        FactoryImport,
        FactoryIn,
        PointIn,
        PointsIn,
        SprocketImport,
        SprocketIn,
    )

Answer = Response[Any]
# of the function's 28, a last attempt may take six, and keeping the response for a key the rest
api = Api("sprockets", seconds=18)
SEED_BYTES = 5_000_000


def period(start: int | None, end: int | None) -> Period:
    asked = Period(start or 0, LAST_SECOND if end is None else end)
    if asked.start > asked.end:
        raise Malformed("`from` is after `to`")
    return asked


@api.get(
    "/sprockets", summary="Sprockets in order of id", query=(LIMIT, CURSOR), answer="SprocketPage"
)
def list_sprockets(limit: int, cursor: str | None) -> JsonObject:
    return sprockets.page(limit, cursor)


@api.post(
    "/sprockets",
    summary="Create a sprocket",
    status=201,
    body="SprocketIn",
    answer="Sprocket",
    problems=(415, 422),
)
def create_sprocket(body: "SprocketIn") -> Answer:
    sprocket = sprockets.create(body)
    location, tag = f"./sprockets/{sprocket.id}", version_tag(sprocket.version)
    return created(sprockets.to_json(sprocket), location, tag)


@api.get("/sprockets/{sprocket_id}", summary="One sprocket", answer="Sprocket", problems=(404,))
def get_sprocket(sprocket_id: str) -> Answer:
    sprocket = sprockets.get(sprocket_id)
    return api.validated(sprockets.to_json(sprocket), version_tag(sprocket.version))


@api.put(
    "/sprockets/{sprocket_id}",
    summary="Replace a sprocket",
    body="SprocketIn",
    answer="Sprocket",
    problems=(404, 412, 415, 422),
)
def put_sprocket(sprocket_id: str, body: "SprocketIn") -> Answer:
    sprocket = sprockets.replace(sprocket_id, body, api.if_match())
    return answer(sprockets.to_json(sprocket), headers={"ETag": version_tag(sprocket.version)})


@api.delete(
    "/sprockets/{sprocket_id}",
    summary="Delete a sprocket that no production refers to",
    status=204,
    problems=(404, 409, 412),
)
def delete_sprocket(sprocket_id: str) -> Answer:
    sprockets.delete(sprocket_id, api.if_match())
    return no_content()


@api.post(
    "/sprockets/import",
    summary="Load a document of sprockets, once; sent again after a 503 it continues there",
    status=201,
    body="SprocketImport",
    max_body=SEED_BYTES,
    answer="Imported",
    answers={200: "This document is loaded already"},
    problems=(415, 422),
)
def import_sprockets(body: "SprocketImport") -> Answer:
    return _imported(imports.sprockets(body))


def _imported(count: int | None) -> Answer:
    if count is None:
        return answer({"created": 0, "already_loaded": True})
    return answer({"created": count}, 201)


@api.get(
    "/factories",
    summary="Factories in order of id, with charts of at most 100 points, evenly taken",
    query=(LIMIT, CURSOR, FROM, TO),
    answer="FactoryPage",
)
def list_factories(limit: int, cursor: str | None, from_: int | None, to: int | None) -> JsonObject:
    return factories.page(limit, cursor, period(from_, to))


@api.post(
    "/factories",
    summary="Create a factory",
    status=201,
    body="FactoryIn",
    answer="Factory",
    problems=(415, 422),
)
def create_factory(body: "FactoryIn") -> Answer:
    factory, state = factories.create(body)
    return created(state, f"./factories/{factory.id}", version_tag(factory.version))


@api.get(
    "/factories/{factory_id}",
    summary="One factory, with a chart of at most 1,000 points, evenly taken",
    query=(FROM, TO),
    answer="Factory",
    problems=(404,),
)
def get_factory(factory_id: str, from_: int | None, to: int | None) -> Answer:
    factory = factories.get(factory_id)
    asked = period(from_, to)
    tag = version_tag(factory.version)
    return api.unless_known(tag, lambda: answer(factories.to_json(factory, asked)))


@api.put(
    "/factories/{factory_id}",
    summary="Update a factory; a name or a chart that is left out is not changed",
    body="FactoryIn",
    answer="Factory",
    problems=(404, 412, 415, 422),
)
def put_factory(factory_id: str, body: "FactoryIn") -> Answer:
    factory = factories.replace(factory_id, body, api.if_match())
    headers = {"ETag": version_tag(factory.version)}
    return answer(factories.to_json(factory, Period()), headers=headers)


@api.delete(
    "/factories/{factory_id}",
    summary="Delete a factory with all its production",
    status=204,
    problems=(404, 412),
)
def delete_factory(factory_id: str) -> Answer:
    factories.delete(factory_id, api.if_match())
    return no_content()


@api.post(
    "/factories/import",
    summary="Load a document of factories, once; sent again after a 503 it continues there",
    status=201,
    body="FactoryImport",
    max_body=SEED_BYTES,
    answer="Imported",
    answers={200: "This document is loaded already"},
    problems=(415, 422),
)
def import_factories(body: "FactoryImport") -> Answer:
    return _imported(imports.factories(body))


@api.get(
    "/factories/{factory_id}/chart",
    summary="Actual production against its goal, drawn",
    query=(FROM, TO),
    produces=(SVG,),
    answers={304: "Not modified"},
    problems=(404,),
)
def get_chart(factory_id: str, from_: int | None, to: int | None) -> Answer:
    factory = factories.get(factory_id)
    asked = period(from_, to)
    tag = version_tag(factory.version)
    return api.unless_known(tag, lambda: Response(200, SVG, factories.draw(factory, asked)))


@api.get(
    "/factories/{factory_id}/production",
    summary="Points of a factory's production in order of time",
    query=(FROM, TO, LIMIT, CURSOR),
    answer="PointPage",
    problems=(404,),
)
def list_points(
    factory_id: str, from_: int | None, to: int | None, limit: int, cursor: str | None
) -> JsonObject:
    return production.page(factory_id, period(from_, to), limit, cursor)


@api.post(
    "/factories/{factory_id}/production",
    summary="Append a point, or up to 1,000 as `points`, of at most 100 different sprockets",
    status=201,
    body="PointOrPointsIn",
    answer="PointOrPoints",
    problems=(404, 409, 415, 422),
)
def create_points(factory_id: str, body: "PointIn | PointsIn") -> Answer:
    points = production.append(factory_id, body)
    rendered = [production.to_json(point) for point in points]
    if body.single:
        location, tag = f"./production/{points[0].id}", version_tag(points[0].version)
        return created(rendered[0], location, tag)
    return answer({"items": rendered}, 201)


@api.get(
    "/factories/{factory_id}/production/{point_id}",
    summary="One point",
    answer="Point",
    problems=(404,),
)
def get_point(factory_id: str, point_id: str) -> Answer:
    point = production.get(factory_id, point_id)
    return api.validated(production.to_json(point), version_tag(point.version))


@api.put(
    "/factories/{factory_id}/production/{point_id}",
    summary="Replace a point",
    body="PointIn",
    answer="Point",
    problems=(404, 409, 412, 415, 422),
)
def put_point(factory_id: str, point_id: str, body: "PointIn") -> Answer:
    point = production.replace(factory_id, point_id, body, api.if_match())
    return answer(production.to_json(point), headers={"ETag": version_tag(point.version)})


@api.delete(
    "/factories/{factory_id}/production/{point_id}",
    summary="Delete a point",
    status=204,
    problems=(404, 409, 412),
)
def delete_point(factory_id: str, point_id: str) -> Answer:
    production.delete(factory_id, point_id, api.if_match())
    return no_content()
