"""Metrics of the business: lines of the log in CloudWatch's embedded metric format (EMF).

Their namespace is the stack's, and their dimension the function's service.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools.metrics import Metrics


@cache
def make() -> "Metrics":
    # imported here: most requests measure nothing
    from aws_lambda_powertools.metrics import Metrics

    return Metrics()


def measure(values: Mapping[str, float], unit: str = "Count", **dimensions: str) -> None:
    """Write the values of metrics by their names; `dimensions` are more than the service."""
    metrics = make()
    for name, value in values.items():
        metrics.add_metric(name, unit, value)
    for dimension, text in dimensions.items():
        metrics.add_dimension(dimension, text)
    metrics.flush_metrics()


def measure_rows(counts: Mapping[str, int]) -> None:
    """Write what became of the rows of a load: `RowsRead`, `RowsWritten` and so on."""
    measure({f"Rows{name.capitalize()}": count for name, count in counts.items()})
