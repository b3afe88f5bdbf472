"""HTTP routes of the sprockets, the factories and their production."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from shared.charts import SVG
from shared.etags import version_tag
from shared.http import Api, JsonObject, answer, created, no_content
from shared.params import CURSOR, FROM, LAST_SECOND, LIMIT, TO
from shared.problems import Malformed
from sprockets import appending, catalog, factories, imports, production
from sprockets.charts import Span

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


def span(start: int | None, end: int | None) -> Span:
    wanted = Span(start or 0, LAST_SECOND if end is None else end)
    if wanted.start > wanted.end:
        raise Malformed("`from` is after `to`")
    return wanted


@api.get(
    "/sprockets", summary="Sprockets in order of id", query=(LIMIT, CURSOR), answer="SprocketPage"
)
def list_sprockets(limit: int, cursor: str | None) -> JsonObject:
    return catalog.listed(limit, cursor)


@api.post(
    "/sprockets",
    summary="Create a sprocket",
    status=201,
    body="SprocketIn",
    answer="Sprocket",
    problems=(415, 422),
)
def create_sprocket(body: "SprocketIn") -> Answer:
    item = catalog.create(body)
    return created(catalog.shown(item), f"./sprockets/{item['id']}", version_tag(item["version"]))


@api.get("/sprockets/{sprocket_id}", summary="One sprocket", answer="Sprocket", problems=(404,))
def get_sprocket(sprocket_id: str) -> Answer:
    item = catalog.one(sprocket_id)
    return api.validated(catalog.shown(item), version_tag(item["version"]))


@api.put(
    "/sprockets/{sprocket_id}",
    summary="Replace a sprocket",
    body="SprocketIn",
    answer="Sprocket",
    problems=(404, 412, 415, 422),
)
def put_sprocket(sprocket_id: str, body: "SprocketIn") -> Answer:
    item = catalog.replace(sprocket_id, body, api.if_match())
    return answer(catalog.shown(item), headers={"ETag": version_tag(item["version"])})


@api.delete(
    "/sprockets/{sprocket_id}",
    summary="Delete a sprocket that no production refers to",
    status=204,
    problems=(404, 409, 412),
)
def delete_sprocket(sprocket_id: str) -> Answer:
    catalog.delete(sprocket_id, api.if_match())
    return no_content()


@api.post(
    "/sprockets/import",
    summary="Load a document of sprockets, once; sent again after a 503 it goes on where it was",
    status=201,
    body="SprocketImport",
    max_body=SEED_BYTES,
    answer="Imported",
    answers={200: "This document was loaded before"},
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
    return factories.listed(limit, cursor, span(from_, to))


@api.post(
    "/factories",
    summary="Create a factory",
    status=201,
    body="FactoryIn",
    answer="Factory",
    problems=(415, 422),
)
def create_factory(body: "FactoryIn") -> Answer:
    factory, shown = factories.create(body)
    return created(shown, f"./factories/{factory.id}", version_tag(factory.version))


@api.get(
    "/factories/{factory_id}",
    summary="One factory, with a chart of at most 1,000 points, evenly taken",
    query=(FROM, TO),
    answer="Factory",
    problems=(404,),
)
def get_factory(factory_id: str, from_: int | None, to: int | None) -> Answer:
    factory = factories.one(factory_id)
    wanted = span(from_, to)
    tag = version_tag(factory.version)
    return api.unless_known(tag, lambda: answer(factories.shown(factory, wanted)))


@api.put(
    "/factories/{factory_id}",
    summary="Update a factory; a name or a chart that is left out stays",
    body="FactoryIn",
    answer="Factory",
    problems=(404, 412, 415, 422),
)
def put_factory(factory_id: str, body: "FactoryIn") -> Answer:
    factory = factories.replace(factory_id, body, api.if_match())
    headers = {"ETag": version_tag(factory.version)}
    return answer(factories.shown(factory, Span()), headers=headers)


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
    summary="Load a document of factories, once; sent again after a 503 it goes on where it was",
    status=201,
    body="FactoryImport",
    max_body=SEED_BYTES,
    answer="Imported",
    answers={200: "This document was loaded before"},
    problems=(415, 422),
)
def import_factories(body: "FactoryImport") -> Answer:
    return _imported(imports.factories(body))


@api.get(
    "/factories/{factory_id}/chart",
    summary="Actual production against its goal, drawn",
    query=(FROM, TO),
    produces=(SVG,),
    answers={304: "The client has this state already"},
    problems=(404,),
)
def get_chart(factory_id: str, from_: int | None, to: int | None) -> Answer:
    factory = factories.one(factory_id)
    wanted = span(from_, to)
    tag = version_tag(factory.version)
    return api.unless_known(tag, lambda: Response(200, SVG, factories.svg(factory, wanted)))


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
    return production.listed(factories.one(factory_id), span(from_, to), limit, cursor)


@api.post(
    "/factories/{factory_id}/production",
    summary="Append a point, or up to 1,000 as `points`, of at most 100 different sprockets",
    status=201,
    body="PointOrPointsIn",
    answer="PointOrPoints",
    problems=(404, 409, 415, 422),
)
def create_points(factory_id: str, body: "PointIn | PointsIn") -> Answer:
    factory = factories.one(factory_id)
    if hasattr(body, "points"):
        made = appending.append(factory, body.points)
        return answer({"items": [production.shown(point) for point in made]}, 201)
    (point,) = appending.append(factory, [body])
    tag = version_tag(point.version)
    return created(production.shown(point), f"./production/{point.id}", tag)


@api.get(
    "/factories/{factory_id}/production/{point_id}",
    summary="One point",
    answer="Point",
    problems=(404,),
)
def get_point(factory_id: str, point_id: str) -> Answer:
    point = production.one(factories.one(factory_id), point_id)
    return api.validated(production.shown(point), version_tag(point.version))


@api.put(
    "/factories/{factory_id}/production/{point_id}",
    summary="Replace a point",
    body="PointIn",
    answer="Point",
    problems=(404, 409, 412, 415, 422),
)
def put_point(factory_id: str, point_id: str, body: "PointIn") -> Answer:
    expected = api.if_match()
    factory = factories.one(factory_id, expected)
    point = production.replace(factory, point_id, body, expected)
    return answer(production.shown(point), headers={"ETag": version_tag(point.version)})


@api.delete(
    "/factories/{factory_id}/production/{point_id}",
    summary="Delete a point",
    status=204,
    problems=(404, 409, 412),
)
def delete_point(factory_id: str, point_id: str) -> Answer:
    expected = api.if_match()
    production.delete(factories.one(factory_id, expected), point_id, expected)
    return no_content()
