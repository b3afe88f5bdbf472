"""The points of a chart: all of them, or so many that they can be shown."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.charts import chart
from shared.dynamo import Item, together
from shared.params import LAST_SECOND
from sprockets.store import Point, factory_table, padded, point_of, points_partition

Shown = dict[str, list[int]]


@dataclass(frozen=True)
class Span:
    """Moments from `start` to `end`, Unix seconds, inclusive."""

    start: int = 0
    end: int = LAST_SECOND

    @property
    def keys(self) -> Item:
        return {":start": padded(self.start), ":end": f"{padded(self.end)}#~"}


def points_between(
    factory: int, generation: int, span: Span, limit: int, *, forward: bool = True
) -> list[Point]:
    """The first points of a span, or the last ones."""
    partition = points_partition(factory, generation)
    found = factory_table().query(
        "pk = :pk AND sk BETWEEN :start AND :end",
        {":pk": partition, **span.keys},
        limit=limit,
        forward=forward,
        consistent=True,
    )
    return [point_of(item) for item in found.items]


def read(factory: int, generation: int, span: Span, most: int) -> tuple[list[Point], bool]:
    """The points of a span in time order, and whether they are only some of them.

    Of more than `most` points one is taken at the start of each of `most` equal parts of the time,
    so that the cost does not depend on how many there are.
    """
    points = points_between(factory, generation, span, most + 1)
    if len(points) <= most:
        return points, False
    (last,) = points_between(factory, generation, span, 1, forward=False)
    first = points[0].time
    step = max(1, (last.time - first) / (most - 1))
    starts = sorted({first + round(step * part) for part in range(most)})
    slices = [Span(start, span.end) for start in starts if start <= last.time]
    found = together(lambda part: points_between(factory, generation, part, 1), slices)
    chosen = {point.id: point for some in found for point in some}
    chosen[last.id] = last
    return sorted(chosen.values(), key=lambda point: (point.time, point.id)), True


def data(points: list[Point]) -> Shown:
    """The three arrays of a chart."""
    return {
        "sprocket_production_actual": [point.actual for point in points],
        "sprocket_production_goal": [point.goal for point in points],
        "time": [point.time for point in points],
    }


def drawing(title: str, points: list[Point], *, thinned: bool) -> str:
    """The chart as SVG."""
    moments = [datetime.fromtimestamp(point.time, UTC) for point in points]
    one_day = bool(moments) and (moments[-1] - moments[0]).days < 3
    form = "%Y-%m-%d %H:%M" if one_day else "%Y-%m-%d"
    return chart(
        "line",
        f"{title} (thinned out)" if thinned else title,
        [moment.strftime(form) for moment in moments],
        {
            "actual": [point.actual for point in points],
            "goal": [point.goal for point in points],
        },
        x_title="time (UTC)",
        y_title="sprockets",
    )
