"""Stream records that the views cannot take, kept whole until their cause is found.

In the bucket: two images of a row can be larger than the message of any queue. A rule of the stack
reports each object in the queue that an alarm watches.
"""

import json
from collections.abc import Iterable

from projector.store.records import Record
from shared.aws import make_client
from shared.settings import setting

PREFIX = "dead-letters/"


def send_to_dead_letters(poison: Iterable[tuple[Record, str]], name: str) -> None:
    """Store records with their reasons, one line of JSON each, in the object of a name."""
    lines = [json.dumps({"reason": reason, "record": record}) for record, reason in poison]
    make_client("s3").put_object(
        Bucket=setting("LANDING_BUCKET"),
        Key=f"{PREFIX}{name}.jsonl",
        Body="".join(f"{line}\n" for line in lines).encode(),
        ContentType="application/jsonl",
    )
