"""`python -m tests.faults.bombs NAME`: a file made to break the reader, planned and loaded.

Prints how it ended and the most memory that it took, MB. Nothing is written: the rows are bad, or
there are none.
"""

import json
import sys
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from ingestion.csv_text import CsvError
from ingestion.large.boundaries import windows
from ingestion.large.planner import CHUNK_BYTES
from ingestion.large.worker import SPOOLED, WINDOW, Load
from tests.memory import peak

MEGABYTE = 1_000_000


def repeated(start: bytes, block: bytes, megabytes: int) -> Iterator[bytes]:
    yield start
    for _ in range(megabytes):
        yield block * (MEGABYTE // len(block))


BOMBS = {
    "a quoted field": lambda: repeated(b'1,a\n2,"', b"x", 100),
    "a quoted field of lines": lambda: repeated(b'1,a\n2,"', b"x\n", 100),
    "an unquoted field": lambda: repeated(b"1,a\n2,", b"x", 100),
    "a million columns": lambda: repeated(b"1", b",x", 2),
    "empty lines": lambda: repeated(b"", b"\n", 10),
    "tiny records": lambda: repeated(b"", b"x\n", 2),
    "quotes": lambda: repeated(b"", b'"', 20),
    "quoted commas": lambda: repeated(b"", b'",', 20),
    "inch signs in long records": lambda: repeated(b"", (b"x" * 1500 + b'"') * 600 + b"\n", 4),
    "literal quotes": lambda: repeated(b"", b'x"\n', 3),
}


def explode(name: str) -> dict[str, object]:
    load = Load({"table": "departments", "options": {"dry_run": True}, "delimiter": ","})
    counts = {"read": 0, "rejected": 0}
    try:
        for _ in windows(BOMBS[name](), CHUNK_BYTES, ","):
            pass  # as the planner does
        for line, window, _ in windows(BOMBS[name](), WINDOW, ","):
            with SpooledTemporaryFile(SPOOLED) as rejected:
                part = load.window(window, line, 0, rejected)
            counts = {each: n + part[each] for each, n in counts.items()}
    except CsvError as error:
        return {"error": str(error)}
    return {**counts}


if __name__ == "__main__":
    report = explode(sys.argv[1])
    sys.stdout.write(json.dumps({**report, "memory": peak()}) + "\n")
