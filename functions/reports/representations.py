"""A report as JSON, CSV or SVG, with its entity tag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from shared import cursor as cursors
from shared.accept import negotiate
from shared.body import JSON
from shared.charts import SVG, chart
from shared.csv_out import CSV, csv_text
from shared.etags import content_tag
from shared.http import Api, answer

Row = Mapping[str, Any]
ALL = (JSON, CSV, SVG)


@dataclass(frozen=True)
class Drawing:
    """How a report's rows become bars."""

    title: str
    label: Sequence[str]  # columns that name a bar
    series: Sequence[str]  # columns that measure it
    x_title: str
    y_title: str
    most: int = 40  # more bars than that can't be told apart


def represent(
    api: Api, report: dict[str, Any], part: str, columns: Sequence[str], drawing: Drawing
) -> Response[str]:
    """The report as the client accepts it, `part` being its rows; 304 when it has that already."""
    media_type = negotiate(api.header("Accept"), ALL)
    # the moment of reading is no part of what is said
    said = {name: value for name, value in report.items() if name != "as_of"}
    rows: Sequence[Row] = report[part]

    def say() -> Response[str]:
        if media_type == CSV:
            return Response(200, CSV, csv_text(columns, rows))
        if media_type == SVG:
            return Response(200, SVG, _draw(drawing, rows))
        return answer(report)

    answered = api.unless_known(content_tag([media_type, said]), say)
    answered.headers["Vary"] = "Accept"
    if report.get("next"):
        query = api.event.get("queryStringParameters") or {}
        answered.headers["Link"] = cursors.link(query, report["next"])
    return answered


def _draw(drawing: Drawing, rows: Sequence[Row]) -> str:
    shown = rows[: drawing.most]
    title = drawing.title
    if len(shown) < len(rows):
        title += f" (the first {len(shown)} of {len(rows)})"
    return chart(
        "bars",
        title,
        [", ".join(str(row[name]) for name in drawing.label) for row in shown],
        {name: [row[name] or 0 for row in shown] for name in drawing.series},
        x_title=drawing.x_title,
        y_title=drawing.y_title,
    )
