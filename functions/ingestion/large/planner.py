"""Plans a job: cuts its file into chunks of whole records.

The first task of the state machine, called until it returns "load" or "end".
"""

import codecs
import io
from collections.abc import Callable, Iterator
from typing import Any

from aws_lambda_powertools import Logger

from ingestion.csv_format import begin
from ingestion.csv_text import CsvError, EncodingError, line_count
from ingestion.large import jobs, objects
from ingestion.large.boundaries import Window, windows
from ingestion.large.store import records
from shared.datasets import DATA_SETS, DataSet
from shared.items import Item

logger = Logger()

CHUNK_BYTES = 8_000_000  # bytes
# what is left of the function's time when it hands the rest to the next call
HAND_ON = 60.0  # seconds
FIRST = 1_048_576  # bytes that tell what kind of file it is
_KINDS = {
    b"\x1f\x8b": "the file is compressed by gzip: unpack it first",
    b"PK\x03\x04": "the file is an Excel workbook or a ZIP archive: export or unpack the CSV first",
    b"\xd0\xcf\x11\xe0": "the file is an old Excel workbook: export it as CSV",
    b"\xff\xfe": "the file is UTF-16: save it as UTF-8",
    b"\xfe\xff": "the file is UTF-16: save it as UTF-8",
    b"%PDF": "the file is a PDF, no CSV",
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`{"id", "attempt"}` in; `{"next": "plan"|"load"|"end", "chunks": key}` out."""
    job = records.get(event["id"])
    if job is None or job["attempt"] != event["attempt"] or jobs.is_whole(job):
        return {"next": "end", "chunks": None}
    if job["status"] not in {"planning", "running"}:
        return {"next": "end", "chunks": None}

    def more_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > HAND_ON * 1000)

    try:
        step = plan(job, more_time)
    except CsvError as error:
        changed = records.change(job, status="failed", error=str(error))
        step = "end" if changed else "plan"
    logger.info("planned", extra={**jobs.log_keys(job), "next": step})
    return {"next": step, "chunks": objects.chunks_key(job["id"])}


def plan(job: Item, more_time: Callable[[], bool]) -> str:
    """What comes next; CsvError where the file can't be read."""
    if "chunks_total" in job:
        # planned by an attempt before; the workers find out whether the object is still the same
        return _load(job)
    resume_key = f"{objects.WORKING}{job['id']}/plan.json"
    so_far = objects.get_json(resume_key) or _begin(job)
    for line, window, next_line in _windows(job, so_far):
        expect_text(window, so_far["position"], line)
        so_far["position"] += len(window)
        _add(so_far, job, len(window), line)
        so_far["line"] = next_line
        if not more_time():
            objects.put_json(resume_key, so_far)
            return "plan"
        if records.get(job["id"])["status"] != "planning":  # type: ignore[index]
            return "end"
    chunks = so_far["chunks"]
    objects.put_json(objects.chunks_key(job["id"]), chunks)
    changed = records.change(
        job,
        chunks_total=len(chunks),
        bytes_done=so_far["begin"],
        delimiter=so_far["delimiter"],
        header=so_far["header"],
    )
    return _load(changed) if changed else "plan"


def _load(job: Item) -> str:
    if not job["chunks_total"]:
        return "end"
    # a job that has changed in this moment is looked at again
    return "load" if records.change(job, status="running") else "plan"


def _add(so_far: dict[str, Any], job: Item, size: int, line: int) -> None:
    """One more chunk; a job whose rows depend on those before them has one only."""
    chunks = so_far["chunks"]
    options = job["options"]
    if chunks and (options.get("dedupe") or options.get("rows")):
        chunks[-1]["end"] = so_far["position"]
        return
    start = so_far["position"] - size
    chunks.append({"number": len(chunks), "start": start, "end": start + size, "line": line})


def _begin(job: Item) -> dict[str, Any]:
    """The state of a plan that has not begun: where the rows do, and how the file is written."""
    first = b"".join(objects.stream(job["key"], job["etag"], 0, min(FIRST, job["bytes"])))
    return {**beginning(DATA_SETS[job["table"]], first, job["bytes"]), "chunks": []}


def beginning(data_set: DataSet, first: bytes, size: int) -> dict[str, Any]:
    """Where the rows of a file begin, and how it is written, from its first bytes; CsvError."""
    for signature, sentence in _KINDS.items():
        if first.startswith(signature):
            raise CsvError(sentence)
    mark = len(codecs.BOM_UTF8) if first.startswith(codecs.BOM_UTF8) else 0
    try:
        # the end may cut a character, and a line
        text = codecs.getincrementaldecoder("utf-8")().decode(first[mark:])
    except UnicodeDecodeError as error:
        at = mark + error.start
        raise EncodingError(at, 1 + line_count(first[:at])) from error
    is_cut = size > len(first)
    if not text.strip():
        raise CsvError(
            "the file begins with a megabyte of blanks" if is_cut else "the file is empty"
        )
    lines = list(io.StringIO(text, newline=""))
    if len(lines) > 1 and is_cut:
        lines.pop()
    begun = begin(data_set, iter(lines))
    position = mark + len(begun.above.encode())
    return {
        "begin": position,
        "position": position,
        "line": begun.line,
        "delimiter": begun.format.delimiter,
        "header": list(begun.format.header) if begun.format.header else None,
    }


def _windows(job: Item, so_far: dict[str, Any]) -> Iterator[Window]:
    pieces = objects.stream(job["key"], job["etag"], so_far["position"], job["bytes"])
    return windows(pieces, CHUNK_BYTES, so_far["delimiter"], so_far["line"])


def expect_text(window: bytes, position: int, line: int) -> None:
    try:
        window.decode()
    except UnicodeDecodeError as error:
        line += line_count(window[: error.start])
        raise EncodingError(position + error.start, line) from error
