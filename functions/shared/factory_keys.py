"""Keys of the factory table that more than the sprockets' function needs."""

from shared.dynamo import Key, Table, table

FACTORIES = "FACTORY"
POINTS = "POINTS#"


def factory_table() -> Table:
    return table("FACTORY_TABLE", "pk", "sk")


def padded(number: int) -> str:
    """Sorts as the number does."""
    return f"{number:015}"


def factory_key(number: int) -> Key:
    return {"pk": FACTORIES, "sk": padded(number)}


def points_partition(factory: int, generation: int) -> str:
    """Where the points of a factory's chart are; each item has all that a point says."""
    return f"{POINTS}{factory}#{generation}"
