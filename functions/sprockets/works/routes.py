"""HTTP routes of the factories and their production."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from shared.accept import negotiate
from shared.body import JSON
from shared.charts import SVG
from shared.csv_out import CSV, csv_text
from shared.etags import version_tag
from shared.http import NOT_MODIFIED, JsonObject, created, json_response, no_content
from shared.lazy import LazyModels
from shared.params import CURSOR, FROM, LAST_SECOND, LIMIT, TO, IdsParam
from sprockets import factories, imports, production, timeline
from sprockets.charts import Period
from sprockets.routes import api, import_of, imported

if TYPE_CHECKING:
    from sprockets import models
else:
    models = LazyModels("sprockets.models")

FACTORY_IDS = IdsParam(
    "factory", "Ids of factories, repeated or with commas between; all if left out"
)
# the first is what a client gets that takes any
CHART = (SVG, JSON, CSV)


def period(start: int | None, end: int | None) -> Period:
    return Period(start or 0, LAST_SECOND if end is None else end)


@api.get(
    "/factories",
    summary="Factories in order of id, with charts of at most 100 points, evenly taken",
    query=(LIMIT, CURSOR, FROM, TO),
    response=models.FactoryPage,
)
def list_factories(limit: int, cursor: str | None, from_: int | None, to: int | None) -> JsonObject:
    """All factories, page after page, each with its chart, narrowed by `from` and `to`."""
    return factories.page(limit, cursor, period(from_, to))


@api.post(
    "/factories",
    summary="Create a factory",
    status=201,
    response=models.Factory,
    problems=(415, 422),
)
def create_factory(body: models.FactoryIn) -> Response[Any]:
    """Create a factory. The three arrays of its chart have one length, an element per point."""
    factory, state = factories.create(body)
    return created(state, f"./factories/{factory.id}", version_tag(factory.version))


@api.get(
    "/factories/{factory_id}",
    summary="One factory, with a chart of at most 1,000 points, evenly taken",
    query=(FROM, TO),
    response=models.Factory,
    problems=(404,),
)
def get_factory(factory_id: str, from_: int | None, to: int | None) -> Response[Any]:
    """The factory with this id, and its chart in order of time, narrowed by `from` and `to`.

    Of more than 1,000 points some are left out evenly, and `chart_data_thinned` is there.
    """
    factory = factories.get(factory_id)
    asked = period(from_, to)
    tag = version_tag(factory.version)
    return api.with_etag_of(tag, lambda: json_response(factories.to_json(factory, asked)))


@api.put(
    "/factories/{factory_id}",
    summary="Update a factory; a name or a chart that is left out is not changed",
    response=models.Factory,
    problems=(404, 412, 415, 422),
)
def put_factory(factory_id: str, body: models.FactoryIn) -> Response[Any]:
    """Change the name, the chart, or both.

    A chart replaces all points at once; a name that is null is removed.
    """
    factory = factories.replace(factory_id, body, api.expected())
    headers = {"ETag": version_tag(factory.version)}
    return json_response(factories.to_json(factory, Period()), headers=headers)


@api.delete(
    "/factories/{factory_id}",
    summary="Delete a factory with all its production",
    status=204,
    problems=(404, 412),
)
def delete_factory(factory_id: str) -> Response[Any]:
    """Delete a factory and all points of its production, at once for all readers."""
    factories.delete(factory_id, api.expected())
    return no_content()


@api.post("/factories/import", **import_of("factories"))
def import_factories(body: models.FactoryImport) -> Response[Any]:
    """Create all factories of a document. The same document again creates nothing: 200.

    Sent again after a 503, it continues where that ended.
    """
    return imported(imports.factories(body))


@api.get(
    "/factories/{factory_id}/chart",
    summary="Actual production against its goal, drawn; or its values",
    query=(FROM, TO),
    response=models.ChartData,
    produces=CHART,
    responses=NOT_MODIFIED,
    problems=(404, 406),
)
def get_chart(factory_id: str, from_: int | None, to: int | None) -> Response[Any]:
    """The chart of a factory, narrowed by `from` and `to`: SVG unless `Accept` prefers another.

    Of more than 1,000 points some are left out evenly.
    """
    media_type = negotiate(api.header("Accept"), CHART)
    factory = factories.get(factory_id)
    asked = period(from_, to)

    def render() -> Response[Any]:
        if media_type == SVG:
            return Response(200, SVG, factories.draw(factory, asked))
        data = factories.to_json(factory, asked)["chart_data"]
        if media_type == JSON:
            return json_response(data)
        rows = (dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True))
        return Response(200, CSV, csv_text(tuple(data), rows))

    response = api.with_etag_of(version_tag(factory.version, media_type), render)
    response.headers["Vary"] = "Accept"
    return response


@api.get(
    "/factories/{factory_id}/production",
    summary="Points of a factory's production in order of time",
    query=(FROM, TO, LIMIT, CURSOR),
    response=models.PointPage,
    problems=(404,),
)
def list_points(
    factory_id: str, from_: int | None, to: int | None, limit: int, cursor: str | None
) -> JsonObject:
    """Points of one factory, those of one moment in order of id."""
    return production.page(factory_id, period(from_, to), limit, cursor)


@api.post(
    "/factories/{factory_id}/production",
    summary="Append a point, or up to 1,000 as `points`, of at most 100 different sprockets",
    status=201,
    response=models.PointOrPoints,
    problems=(404, 409, 415, 422),
)
def create_points(factory_id: str, body: models.PointOrPointsIn) -> Response[Any]:
    """Append one point, or many as `points`: all of them or none.

    A point may refer to sprockets; an unknown one is a 422 that names it.
    """
    points = production.append(factory_id, body)
    rendered = [production.to_json(point) for point in points]
    if body.single:
        location, tag = f"./production/{points[0].id}", version_tag(points[0].version)
        return created(rendered[0], location, tag)
    return json_response({"items": rendered}, 201)


@api.get(
    "/factories/{factory_id}/production/{point_id}",
    summary="One point",
    response=models.Point,
    problems=(404,),
)
def get_point(factory_id: str, point_id: str) -> Response[Any]:
    """The point with this id."""
    point = production.get(factory_id, point_id)
    return api.with_etag(version_tag(point.version), production.to_json(point))


@api.put(
    "/factories/{factory_id}/production/{point_id}",
    summary="Replace a point",
    response=models.Point,
    problems=(404, 409, 412, 415, 422),
)
def put_point(factory_id: str, point_id: str, body: models.PointIn) -> Response[Any]:
    """Replace all fields of a point; its id stays."""
    point = production.replace(factory_id, point_id, body, api.expected())
    return json_response(production.to_json(point), headers={"ETag": version_tag(point.version)})


@api.delete(
    "/factories/{factory_id}/production/{point_id}",
    summary="Delete a point",
    status=204,
    problems=(404, 409, 412),
)
def delete_point(factory_id: str, point_id: str) -> Response[Any]:
    """Delete a point, and its references to sprockets."""
    production.delete(factory_id, point_id, api.expected())
    return no_content()


@api.get(
    "/production",
    summary="Points of up to 1,000 factories in order of time, each with its factory",
    query=(FROM, TO, FACTORY_IDS, LIMIT, CURSOR),
    response=models.FactoryPointPage,
    problems=(409, 422),
)
def list_production(
    from_: int | None,
    to: int | None,
    factory: tuple[int, ...] | None,
    limit: int,
    cursor: str | None,
) -> JsonObject:
    """Points of all factories, or of those in `factory`; those of one moment by factory and id.

    Where there are more than 1,000 factories, those to be listed are to be named.
    """
    return timeline.page(factory, period(from_, to), limit, cursor)
