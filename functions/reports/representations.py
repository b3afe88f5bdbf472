"""A report as JSON, CSV or SVG, with its entity tag."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from shared.accept import negotiate
from shared.body import JSON
from shared.charts import SVG, chart
from shared.csv_out import CSV, csv_text
from shared.etags import not_modified
from shared.http import Api, json_text

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


def content_tag(said: object) -> str:
    """The entity tag of what an answer says."""
    return f'"{hashlib.sha256(json_text(said).encode()).hexdigest()[:32]}"'


def represent(
    api: Api, report: dict[str, Any], part: str, columns: Sequence[str], drawing: Drawing
) -> Response[str]:
    """The report as the client accepts it, `part` being its rows; 304 when it has that already."""
    media_type = negotiate(api.header("Accept"), ALL)
    # the moment of reading is no part of what is said
    said = {name: value for name, value in report.items() if name != "as_of"}
    tag = content_tag([media_type, said])
    headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": "no-cache"}
    rows: Sequence[Row] = report[part]
    if not_modified(api.header("If-None-Match"), headers["ETag"]):
        return Response(304, None, "", headers=headers)
    if media_type == CSV:
        text = csv_text(columns, rows)
    elif media_type == SVG:
        text = _draw(drawing, rows)
    else:
        text = json_text(report)
    return Response(200, media_type, text, headers=headers)


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
