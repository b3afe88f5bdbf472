"""Which record of a job's file was the first of its content: the one that is loaded.

A record claims its content before it is written, so a part that runs again finds its own claims,
and takes what it wrote for its own rather than for a row that was there before. The parts of such
a job run one after the other.
"""

from ingestion import duplicates
from ingestion.large.store import jobs_table
from ingestion.rows import CONTENT
from shared.datasets import DataSet
from shared.dynamo import Item


def first_of_content(job: Item, data_set: DataSet, items: list[Item], place: str) -> list[Item]:
    """The items that are the first of their content, in the file and among the rows stored.

    `place` names the items' place in the file: the same whenever they are read.
    """
    first = duplicates.first_of_each(items)
    claims = {_key(job, item): f"{place}#{i}" for i, item in enumerate(first)}
    keys = [{"pk": key, "sk": "-"} for key in claims]
    found = jobs_table().get_many(keys, consistent=True)
    known = {each["pk"]: each["place"] for each in found}
    own = [item for item in first if known.get(_key(job, item)) == claims[_key(job, item)]]
    unknown = [item for item in first if _key(job, item) not in known]
    new = duplicates.not_stored(data_set, unknown)
    jobs_table().put_many(
        {"pk": key, "sk": "-", "place": claims[key], "expires": job["expires"]}
        for key in (_key(job, item) for item in new)
    )
    return own + new


def _key(job: Item, item: Item) -> str:
    return f"CONTENT#{job['id']}#{item[CONTENT].hex()}"
