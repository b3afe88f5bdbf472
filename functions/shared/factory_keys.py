"""Keys of the factory table that more than the sprockets' function needs."""

FACTORIES = "FACTORY"
POINTS = "POINTS#"


def padded(number: int) -> str:
    """Sorts as the number does."""
    return f"{number:015}"


def factory_key(number: int) -> dict[str, str]:
    return {"pk": FACTORIES, "sk": padded(number)}


def points_partition(factory: int, generation: int) -> str:
    """Where the points of a factory's chart are; each item has all fields of its point."""
    return f"{POINTS}{factory}#{generation}"
