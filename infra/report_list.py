"""Writes what the console knows of each report: as the API declares it, so that none is missing."""

import json
from types import NoneType
from typing import Any, get_args

from infra import generated
from infra.node import ROOT
from infra.schemas import JsonObject
from reports.report import Report
from reports.routes import REPORTS
from shared.lazy import load

TARGET = ROOT / "console/src/reports.json"
BOUNDS = ("minimum", "maximum")


def write() -> None:
    generated.write(TARGET, json.dumps([*map(declaration, REPORTS)], indent=1).encode())


def declaration(report: Report) -> JsonObject:
    types = row_types(report)
    return {
        "name": report.name,
        "summary": report.summary,
        "parameters": [
            {
                "name": param.name,
                "description": param.description,
                "default": param.default,
                **{name: value for name, value in param.schema().items() if name in BOUNDS},
            }
            for param in report.query
            if param.name not in {"limit", "cursor"}
        ],
        "columns": [
            {"name": name, "number": types[name] <= {int, float} and not name.endswith("id")}
            for name in report.columns
        ],
        "rows": report.rows,
    }


def row_types(report: Report) -> dict[str, set[Any]]:
    """The types of each column, without that of a missing value."""
    (row,) = get_args(load(report.model).model_fields[report.rows].annotation)
    return {
        name: {*(get_args(field.annotation) or [field.annotation])} - {NoneType}
        for name, field in row.model_fields.items()
    }
