"""The points of all factories in order of time, merged from each factory's own as they are read.

A page costs a read for each factory, for each the points of a read unit, and some more: nothing is
written for it. That is why the factories of one list are bounded.
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import Any

from shared import cursor as cursors
from shared.parallel import together
from shared.problems import Conflict, Invalid, fault_at
from sprockets import factories, production
from sprockets.charts import Period
from sprockets.resources import WRITE_ATTEMPTS
from sprockets.store import factories as store
from sprockets.store import points
from sprockets.store.records import Factory, Point

MOST_FACTORIES = 1000
# Points that are read for one unit, about: 4 KB
UNIT = 25
# Time, factory and id of a point: its place in the list
Place = tuple[int, int, int]
Placed = tuple[Place, Point]
# A factory, and the generation of its points
Chart = tuple[int, int]


def page(
    ids: tuple[int, ...] | None, period: Period, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Of the factories with these ids, or of all; Invalid where there is no such factory."""
    named = None if ids is None else ",".join(map(str, ids))
    listing = cursors.listing_of("/production", **period.filters, factory=named)
    place = cursors.decode(listing, cursor, time=int, factory=int, id=int)
    after = (place["time"], place["factory"], place["id"]) if place else None
    found = _merged(ids, period, limit + 1, after)
    return cursors.page(listing, found, limit, _place_of, _render)


def _place_of(placed: Placed) -> cursors.Place:
    time, factory, number = placed[0]
    return {"time": time, "factory": factory, "id": number}


def _render(some: Sequence[Placed]) -> list[dict[str, Any]]:
    return [{"factory_id": place[1], **production.to_json(point)} for place, point in some]


def _merged(
    ids: tuple[int, ...] | None, period: Period, limit: int, after: Place | None
) -> list[Placed]:
    """The first points behind a place, of charts none of which was replaced while they were read.

    What is read again then are only those that were: a generation that is current was so before.
    """
    charts = _charts(ids)
    share = limit // max(1, len(charts)) + UNIT
    firsts: dict[Chart, list[Point]] = {}

    def first(chart: Chart) -> list[Point]:
        start, within = _start(chart[0], period, after)
        return points.page(charts[chart], start, period.end, share, within)

    def following(chart: Chart) -> Iterator[Placed]:
        some = firsts[chart]
        while some:
            yield from (((point.time, chart[0], point.id), point) for point in some)
            last = some[-1]
            if len(some) < share:
                return
            behind = (last.time, last.id)
            some = points.page(charts[chart], period.start, period.end, share, behind)

    for _ in range(WRITE_ATTEMPTS):
        new = [chart for chart in charts if chart not in firsts]
        firsts.update(zip(new, together(first, new), strict=True))
        found = list(islice(merge(*map(following, charts)), limit))
        now = _charts(ids)
        if charts.keys() <= now.keys():
            return found
        charts = now
    raise Conflict(factories.BEING_WRITTEN)


def _start(factory: int, period: Period, after: Place | None) -> tuple[int, tuple[int, int] | None]:
    """From which moment a factory's points are behind a place, and behind which of its points."""
    if after is None:
        return period.start, None
    time, of, number = after
    if factory == of:
        return period.start, (time, number)
    return max(period.start, time if factory > of else time + 1), None


def _charts(ids: tuple[int, ...] | None) -> dict[Chart, Factory]:
    """The factories that are asked for; Invalid."""
    found = store.page(MOST_FACTORIES + 1) if ids is None else store.get_many(ids)
    known = {factory.id for factory in found}
    faults = [f"there is no factory {number}" for number in ids or () if number not in known]
    if len(found) > MOST_FACTORIES:
        faults = [f"there are more than {MOST_FACTORIES} factories: name those to be listed"]
    if faults:
        named = [fault_at(("query", "factory"), fault, "unknown_reference") for fault in faults]
        raise Invalid("the production of these factories cannot be listed", named)
    return {(factory.id, factory.generation): factory for factory in found}
