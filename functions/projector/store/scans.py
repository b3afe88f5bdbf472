"""The tables that are compared, read in segments."""

from functools import cache
from typing import TYPE_CHECKING

from projector.deltas import PRODUCTION
from shared.aws import make_client
from shared.datasets import DATA_SETS
from shared.dynamo import Page, Table, table
from shared.factory_table import factory_table
from shared.items import Key
from shared.views_table import views_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

VIEWS = "views"


def sources() -> list[str]:
    """Names of the tables whose rows the views count."""
    return [*DATA_SETS, PRODUCTION]


def table_of(name: str) -> Table:
    if name == VIEWS:
        return views_table()
    if name == PRODUCTION:
        return factory_table()
    return table(DATA_SETS[name].setting, DATA_SETS[name].key)


def page(name: str, segment: int, segments: int, after: Key | None) -> Page:
    return table_of(name).scan(after=after, segment=(segment, segments))


@cache
def client() -> "DynamoDBClient":
    return make_client("dynamodb")


def size_of(name: str) -> int:
    """How many items a table has, as DynamoDB counts them every six hours."""
    description = client().describe_table(TableName=table_of(name).name)["Table"]
    return int(description.get("ItemCount", 0))
