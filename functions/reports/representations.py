"""A report as JSON, CSV or SVG, with its entity tag."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from reports.report import Drawing, JsonObject, Report
from shared import cursor as cursors
from shared.accept import negotiate
from shared.body import JSON
from shared.charts import SVG, chart
from shared.csv_out import CSV, csv_text
from shared.etags import content_tag
from shared.http import Api, json_response

ALL = (JSON, CSV, SVG)


def represent(api: Api, report: Report, document: JsonObject) -> Response[str]:
    """The document as the client accepts it; 304 when the client has it already."""
    media_type = negotiate(api.header("Accept"), ALL)
    # the tag is of the content, which the moment of reading is not part of
    content = {name: value for name, value in document.items() if name != "as_of"}

    def render() -> Response[str]:
        rows = document[report.rows]
        if media_type == CSV:
            return Response(200, CSV, csv_text(report.columns, rows))
        if media_type == SVG:
            return Response(200, SVG, _draw(report.drawing, document, rows))
        return json_response(document)

    response = api.with_etag_of(content_tag([media_type, content]), render)
    response.headers["Vary"] = "Accept"
    if document.get("next"):
        query = api.event.get("queryStringParameters") or {}
        response.headers["Link"] = cursors.link(query, document["next"])
    return response


def _draw(drawing: Drawing, document: JsonObject, rows: Sequence[Mapping[str, Any]]) -> str:
    drawn = rows[: drawing.most]
    title = drawing.title.format_map(document)
    if len(drawn) < len(rows):
        title += f" (the first {len(drawn)} of {len(rows)})"
    return chart(
        "bars",
        title,
        [", ".join(str(row[name]) for name in drawing.label) for row in drawn],
        {name: [row[name] or 0 for row in drawn] for name in drawing.series},
        x_title=drawing.x_title,
        y_title=drawing.y_title,
    )
