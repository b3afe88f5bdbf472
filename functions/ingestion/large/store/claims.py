"""Which place of a job's file claims a content."""

from collections.abc import Iterable, Mapping

from shared.dynamo import Item
from shared.jobs_table import jobs_table


def places(job: Item, contents: Iterable[bytes]) -> dict[bytes, str]:
    """The places that claim the contents, by content; those that no place claims are left out."""
    keys = {_key(job, content): content for content in contents}
    found = jobs_table().get_many([{"pk": key, "sk": "-"} for key in keys], consistent=True)
    return {keys[each["pk"]]: each["place"] for each in found}


def claim(job: Item, places: Mapping[bytes, str]) -> None:
    """Each place claims its content."""
    jobs_table().put_many(
        {"pk": _key(job, content), "sk": "-", "place": place, "expires": job["expires"]}
        for content, place in places.items()
    )


def _key(job: Item, content: bytes) -> str:
    return f"CONTENT#{job['id']}#{content.hex()}"
