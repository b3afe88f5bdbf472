"""The table of the sprockets, the factories and their production (see factory_keys)."""

from shared.dynamo import Table, table


def factory_table() -> Table:
    return table("FACTORY_TABLE", "pk", "sk")
