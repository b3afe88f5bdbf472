"""Which record of a job's file was the first of its content: the one that is loaded.

A record claims its content before it is written, so a part that runs again finds its own claims,
and takes what it wrote for its own rather than for a row that was there before. The parts of such
a job run one after the other.
"""

from ingestion import duplicates
from ingestion.large.store import claims
from ingestion.rows import CONTENT
from shared.datasets import DataSet
from shared.items import Item


def first_of_content(job: Item, data_set: DataSet, items: list[Item], place: str) -> list[Item]:
    """The items that are the first of their content, in the file and among the rows stored.

    `place` names the items' place in the file: the same whenever they are read.
    """
    first = duplicates.first_of_each(items)
    own_places = {item[CONTENT]: f"{place}#{i}" for i, item in enumerate(first)}
    known = claims.places(job, own_places)
    own = [item for item in first if known.get(item[CONTENT]) == own_places[item[CONTENT]]]
    unknown = [item for item in first if item[CONTENT] not in known]
    new = duplicates.not_stored(data_set, unknown)
    claims.claim(job, {item[CONTENT]: own_places[item[CONTENT]] for item in new})
    return own + new
