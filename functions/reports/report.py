"""The declaration of a report, from which its route, its documentation and its forms are made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.lazy import Model
from shared.params import Param

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Drawing:
    """How a report's rows become bars; the title may name members of the report in braces."""

    title: str
    label: tuple[str, ...]  # columns that name a bar
    series: tuple[str, ...]  # columns that measure it
    x_title: str
    y_title: str
    most: int = 40  # more bars look the same


@dataclass(frozen=True)
class Report:
    """A report under `/reports/<name>`.

    `read` takes the arguments of `query` and returns the document without its head; `model` is
    that of the whole document, for the OpenAPI document.
    """

    name: str
    summary: str
    description: str
    read: Callable[..., JsonObject]
    query: tuple[Param, ...]
    model: Model
    columns: tuple[str, ...]  # of a row, in the order of the CSV file
    drawing: Drawing
    rows: str = "results"  # the member that holds the rows
