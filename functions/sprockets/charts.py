"""The points of a chart: all of them, or so many that they can be shown."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from operator import attrgetter

from shared.charts import chart
from shared.dynamo import Item
from shared.factory_keys import padded, points_partition
from shared.factory_table import factory_table
from shared.params import LAST_SECOND
from sprockets.store import SAMPLED, Point, point_of, sample_partition

Shown = dict[str, list[int]]


@dataclass(frozen=True)
class Bounds:
    """How many points of a chart are shown, and looked at, at most."""

    shown: int
    read: int


ALONE = Bounds(shown=1000, read=4000)
IN_LIST = Bounds(shown=100, read=800)


@dataclass(frozen=True)
class Span:
    """Moments from `start` to `end`, Unix seconds, inclusive."""

    start: int = 0
    end: int = LAST_SECOND

    @property
    def filters(self) -> dict[str, int | None]:
        """What is narrowed, None where nothing is."""
        start = self.start or None
        return {"start": start, "end": None if self.end == LAST_SECOND else self.end}

    @property
    def keys(self) -> Item:
        return {":start": padded(self.start), ":end": f"{padded(self.end)}#~"}


def read(factory: int, generation: int, span: Span, bounds: Bounds) -> tuple[list[Point], bool]:
    """The points of a span in time order, and whether they are only some of them.

    Up to `bounds.read` points are looked at, and evenly many left out; of more than that the
    samples are, however many there are.
    """
    partition = points_partition(factory, generation)
    newest = _some(partition, span, bounds.read + 1, forward=False)[::-1]
    if len(newest) <= bounds.read:
        return thinned(newest, bounds)
    ends = [*_some(partition, span, 1), newest[-1]]
    levels = max(point.id for point in newest).bit_length()
    samples: list[Point] = []
    for level in range(levels, SAMPLED - 1, -1):
        room = bounds.shown - len(ends) - len(samples)
        found = _some(sample_partition(factory, generation, level), span, room + 1)
        if len(found) > room:
            break
        samples += found
    return sorted({*ends, *samples}, key=attrgetter("time", "id")), True


def _some(partition: str, span: Span, limit: int, *, forward: bool = True) -> list[Point]:
    """The first points of a span, or the last ones backwards."""
    items = factory_table().query_all(
        "pk = :pk AND sk BETWEEN :start AND :end",
        {":pk": partition, **span.keys},
        limit=limit,
        forward=forward,
        consistent=True,
    )
    return [point_of(item) for item in islice(items, limit)]


def thinned(points: list[Point], bounds: Bounds = ALONE) -> tuple[list[Point], bool]:
    """Points in time order, evenly many left out where they are too many, and whether they are."""
    if len(points) <= bounds.shown:
        return points, False
    step = (len(points) - 1) / (bounds.shown - 1)
    return [points[round(step * place)] for place in range(bounds.shown)], True


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
