"""New ids, from the counters of the factory table."""

from shared.factory_table import factory_table
from sprockets.store.keys import counter_key, point_counter

SPROCKET = "sprocket"
FACTORY = "factory"


def reserve(counter: str, count: int = 1) -> int:
    """The first of `count` new ids; what is reserved and not used is a gap."""
    last = factory_table().update(counter_key(counter), "ADD n :by", values={":by": count})["n"]
    return int(last) - count + 1


def reserve_points(factory: int, count: int) -> int:
    """The same for points of a factory, which have ids of their own."""
    return reserve(point_counter(factory), count)
