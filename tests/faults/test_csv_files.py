"""Generated hostile files: small path, large path and an independent reading agree on them."""

import base64
import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile

import pytest

from ingestion.csv_text import CsvError
from ingestion.large import planner, worker
from ingestion.large.boundaries import windows
from shared.datasets import DATA_SETS
from shared.dynamo import client
from tests.faults import reading
from tests.front_door import Response, call, event, invoke
from tests.large_files import rejects, run, submit

DEPARTMENTS = DATA_SETS["departments"]
BITS = [
    '"',
    '""',
    '"',
    ",",
    ",",
    ";",
    "|",
    "\t",
    "\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    "a",
    "b",
    "1",
    "-7",
]
BITS += [
    "\0",
    "\ufeff",
    "ß",
    "😀",
    "\ufffd",
    "\u2028",
    "\x85",
    "\x0b",
    "=1+1",
    'x"y',
    '"a\n"',
    '"a,b"',
]
BITS += [
    "9223372036854775807",
    "9223372036854775808",
    "1e3",
    "1_0",
    "+5",
    "id",
    "department",
    "--b",
]
NOT_UTF8 = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xc0\x80", b"\xfe\xff"]
FIRST = 50  # of 100 errors at most, two for each row at most
LONG = ["x" * 10_001, "x" * 131_073, '"' + "y\n" * 66_000, "z" * 1_000_001, " " * 20_000]


@dataclass(frozen=True)
class Outcome:
    """How many rows were read, written and rejected, and where; or why the file can't be read."""

    read: int = 0
    written: int = 0
    rejected: int = 0
    lines: tuple[int, ...] = ()  # of the first rejected
    error: str = ""


def make_file(chance: random.Random, *, header: bool) -> tuple[str, bytes]:
    """A file of good rows and noise, and its delimiter."""
    delimiter = chance.choice(",;\t|")
    end = chance.choice(["\n", "\r\n", "\r"])
    noisy = chance.random()
    parts = [chance.choice(["", "", "\ufeff", "\n" * 150])]
    if header:
        parts.append(
            chance.choice(["id{}department", " ID {} Department "]).format(delimiter) + end
        )
    for n in range(chance.choice([1, 5, 30])):
        if chance.random() < noisy:
            parts += chance.choices(BITS, k=chance.randint(1, 12))
            parts.append(chance.choice(["", end]))
        if chance.random() < 0.002:
            parts.append(chance.choice(LONG))
        name = chance.choice(["a", " b\t", '"c"', '"d ""e"""', f'"f{delimiter}g{end}h"', '5" pipe'])
        parts.append(f"{n}{delimiter}{name}{end}")
    raw = "".join(parts).encode()
    if chance.random() < 0.1:
        at = chance.randint(0, len(raw))
        raw = raw[:at] + chance.choice(NOT_UTF8) + raw[at:]
    return delimiter, raw


def post(raw: bytes) -> Response:
    request = event("POST", "/tables/departments?dry_run=true", "", {"Content-Type": "text/csv"})
    body = base64.b64encode(raw).decode()
    return invoke({**request, "body": body, "isBase64Encoded": True})


def small(raw: bytes) -> Outcome:
    """The file through the API."""
    response = post(raw)
    assert response.status in {200, 422}, response.text
    if response.status == 422:
        return Outcome(error=response.json["detail"])
    counts = response.json
    lines = tuple(dict.fromkeys(error["line"] for error in counts["errors"]))
    assert len(lines) == counts["rejected"] or len(counts["errors"]) == 100
    return Outcome(counts["read"], counts["written"], counts["rejected"], lines[:FIRST])


def pieces(raw: bytes, size: int) -> Iterator[bytes]:
    return (raw[at : at + size] for at in range(0, len(raw), size))


def large(raw: bytes, chance: random.Random) -> Outcome:
    """The file as planner and worker cut and read it, in chunks and windows of some size."""
    chunk, window, piece = (chance.choice([1, 50, 1000, 100_000]) for _ in range(3))
    piece = max(piece, len(raw) // 1000)
    counts = {"read": 0, "written": 0}
    lines: list[int] = []
    try:
        begun = planner.beginning(DEPARTMENTS, raw, len(raw))
        position, line = begun["position"], begun["line"]
        load = worker.Load({**begun, "table": "departments", "options": {"dry_run": True}})
        planned = []
        for part in windows(pieces(raw[position:], piece), chunk, begun["delimiter"], line):
            planner.expect_text(part.raw, position, part.line)
            position += len(part.raw)
            planned.append(part)
        for part in planned:
            for each in windows(pieces(part.raw, piece), window, begun["delimiter"], part.line):
                with SpooledTemporaryFile() as rejected:
                    found = load.window(each.raw, each.line, 0, rejected)
                    rejected.seek(0)
                    found_lines = reading.first_fields(rejected.read().decode())
                    lines += map(int, found_lines)
                counts = {name: n + found[name] for name, n in counts.items()}
    except CsvError as error:
        return Outcome(error=str(error))
    return Outcome(counts["read"], counts["written"], len(lines), tuple(lines[:FIRST]))


def expected(raw: bytes, delimiter: str) -> Outcome:
    try:
        found = reading.read(raw, delimiter)
    except reading.NotReadableError as error:
        return Outcome(error=str(error))
    return Outcome(found.read, len(found.rows), len(found.rejected), tuple(found.rejected[:FIRST]))


def same(one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes are the same; files with several causes may name any of them."""
    return one == other if not one.error else bool(other.error)


def test_all_readings_of_a_hostile_file_agree(
    aws: str, chance: random.Random, examples: int
) -> None:
    for _ in range(examples):
        delimiter, raw = make_file(chance, header=True)
        wanted = expected(raw, delimiter)
        for found in (small(raw), large(raw, chance)):
            assert same(wanted, found), (raw[:400], wanted, found)
        if "byte" in wanted.error:
            assert small(raw).error.startswith(wanted.error)


def test_small_and_large_files_are_recognised_alike(
    aws: str, chance: random.Random, examples: int
) -> None:
    for _ in range(examples):
        _, raw = make_file(chance, header=False)
        one, other = small(raw), large(raw, chance)
        assert same(one, other), (raw[:400], one, other)


@pytest.mark.usefixtures("tables")
def test_files_through_the_bucket_are_read_as_those_through_the_api(
    chance: random.Random, examples: int
) -> None:
    client.cache_clear()
    for _ in range(max(3, examples // 20)):
        _, raw = make_file(chance, header=True)
        through_api = small(raw)
        job = run(submit("departments", raw, dry_run=True))
        if through_api.error:
            assert (job["status"], bool(job["error"])) == ("failed", True), raw
            continue
        counts = job["rows"]
        # below the header
        found_lines = reading.first_fields(rejects(job["id"]))[1:] if counts["rejected"] else []
        lines = tuple(map(int, found_lines[:FIRST]))
        found = Outcome(counts["read"], counts["written"], counts["rejected"], lines)
        assert found == through_api, raw[:400]


@pytest.mark.usefixtures("tables")
def test_a_nul_rejects_its_row_on_both_paths() -> None:
    raw = b"1,a\n2,b\0\n3\0,c\n\0\n4,d\n"
    response = post(raw).json
    assert (response["read"], response["written"], response["rejected"]) == (5, 2, 3)
    reasons = [(error["line"], error["reason"]) for error in response["errors"]]
    assert reasons[:2] == [(2, "has a NUL character"), (3, "is not a whole number")]
    job = run(submit("departments", raw))
    assert job["rows"] == {"read": 5, "written": 2, "duplicates": 0, "rejected": 3}
    report = list(csv.DictReader(io.StringIO(rejects(job["id"]))))
    assert [(int(row["line"]), row["reason"]) for row in report][:2] == reasons[:2]
    assert call("GET", "/tables/departments/rows/4").json["department"] == "d"
