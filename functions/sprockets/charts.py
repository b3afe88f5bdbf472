"""The points of a chart: all of them, or evenly thinned out to as many as a chart has room for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

from shared.charts import chart
from shared.params import LAST_SECOND
from sprockets.store import points as store
from sprockets.store.keys import SAMPLED
from sprockets.store.records import Factory, Point


@dataclass(frozen=True)
class Bounds:
    """How many points a chart has, and how many are read for it, at most."""

    points: int
    read: int


ALONE = Bounds(points=1000, read=4000)
IN_LIST = Bounds(points=100, read=800)


@dataclass(frozen=True)
class Period:
    """Moments from `start` to `end`, Unix seconds, inclusive."""

    start: int = 0
    end: int = LAST_SECOND

    @property
    def filters(self) -> dict[str, int | None]:
        """What is narrowed, None where nothing is."""
        start = self.start or None
        return {"start": start, "end": None if self.end == LAST_SECOND else self.end}


def read(factory: Factory, period: Period, bounds: Bounds) -> tuple[list[Point], bool]:
    """The points of a period in time order, and whether they are only some of them.

    Up to `bounds.read` points are read, and evenly many left out; of more than that the samples
    are read, however many points there are.
    """
    start, end = period.start, period.end
    newest = store.newest(factory, start, end, bounds.read + 1)
    if len(newest) <= bounds.read:
        return thinned(newest, bounds)
    ends = [*store.page(factory, start, end, 1), newest[-1]]
    levels = max(point.id for point in newest).bit_length()
    samples: list[Point] = []
    for level in range(levels, SAMPLED - 1, -1):
        room = bounds.points - len(ends) - len(samples)
        found = store.samples(factory, level, start, end, room + 1)
        if len(found) > room:
            break
        samples += found
    return sorted({*ends, *samples}, key=attrgetter("time", "id")), True


def thinned(points: list[Point], bounds: Bounds = ALONE) -> tuple[list[Point], bool]:
    """Points in time order, evenly many left out where they are too many, and whether they are."""
    if len(points) <= bounds.points:
        return points, False
    step = (len(points) - 1) / (bounds.points - 1)
    return [points[round(step * place)] for place in range(bounds.points)], True


def data(points: list[Point]) -> dict[str, list[int]]:
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
