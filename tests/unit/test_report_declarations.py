"""What a report declares fits together; a new one that does not is found here."""

from typing import get_args

import pytest
from pydantic import BaseModel

from reports.report import Report
from reports.routes import REPORTS
from shared.lazy import load


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_a_report_is_declared_in_one_piece(report: Report) -> None:
    document: type[BaseModel] = load(report.model)
    assert {"report", "as_of", report.rows} <= document.model_fields.keys()
    (row,) = get_args(document.model_fields[report.rows].annotation)
    assert tuple(row.model_fields) == report.columns
    assert {*report.drawing.label, *report.drawing.series} <= {*report.columns}
    asked = {param.name for param in report.query}
    # what is asked for is part of the response, but for what makes a page
    members = {field.alias or name for name, field in document.model_fields.items()}
    assert asked - {"limit", "cursor"} <= members
    assert ("cursor" in asked) == ("next" in members)


def test_reports_have_names_of_their_own() -> None:
    assert len({report.name for report in REPORTS}) == len(REPORTS)
