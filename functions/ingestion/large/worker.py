"""Loads a chunk of a file, window by window; what is done is recorded with each.

The task of the state machine's map, called until it returns that the chunk is done.
"""

import gc
import io
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from aws_lambda_powertools import Logger

from ingestion import loading
from ingestion import store as rows
from ingestion.csv_format import Format, in_order
from ingestion.csv_reader import split
from ingestion.csv_text import CsvError
from ingestion.large import jobs, objects, rejects
from ingestion.large.boundaries import windows
from ingestion.large.claims import first_of_content
from ingestion.large.store import progress, records
from ingestion.rows import Checker
from shared.datasets import DATA_SETS
from shared.items import Item
from shared.problems import StoreUnavailable
from shared.retries import patient_to_the_end

logger = Logger()

WINDOW = 250_000  # bytes between two records of how far the chunk is
# what is left of the function's time when it hands the rest to the next call
HAND_BACK = 300.0  # seconds
# what is left of it when a throttled table is waited for no longer
LAST = 30.0  # seconds
# Bytes of rejected records that are kept in memory
SPOOLED = 8_000_000


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`{"id", "attempt", "chunk": {"number", "start", "end", "line"}}` in, `{"done"}` out."""

    recorded = False

    def more_time() -> bool:
        nonlocal recorded
        recorded = True  # asked when a part is
        return bool(context.get_remaining_time_in_millis() > HAND_BACK * 1000)

    job: Item | None = None
    try:
        with patient_to_the_end(context, LAST):
            job = records.get(event["id"])
            done = work(job, event, more_time)
    except CsvError as error:
        job = records.get(event["id"])
        if job and (job["status"], job["attempt"]) == ("running", event["attempt"]):
            records.change(job, status="failed", error=str(error))
        done = True
    except StoreUnavailable:
        if not recorded:
            raise  # for the state machine to try again, some times
        done = False
    if job is not None:
        chunk = event["chunk"]["number"]
        logger.info("worked", extra={**jobs.log_keys(job), "chunk": chunk, "done": done})
    return {"done": done}


def work(job: Item | None, event: dict[str, Any], more_time: Callable[[], bool]) -> bool:
    """Whether nothing of the chunk is left to do, because it is done or its job has ended.

    Of a job that has ended a window is done which was begun: its rows may be written, and are not
    counted. CsvError, StoreUnavailable.
    """
    todo = _todo(job, event)
    if todo is None:
        return True
    job, known = todo
    chunk, ended = event["chunk"], job["status"] != "running"
    load = Load(job)
    at, line = chunk["start"], chunk["line"]
    if known and "position" in known:
        at, line = known["position"], known["line"]
    pieces = objects.stream(job["key"], job["etag"], at, chunk["end"])
    for window_line, window, next_line in windows(pieces, WINDOW, job["delimiter"], line):
        if not ended and not progress.begin(job, chunk["number"], at, known):
            return False  # another call did the same, or the job has ended; the next one finds out
        read = known["read"] if known and "read" in known else 0
        good = read - known["rejected"] if known and read else 0
        with SpooledTemporaryFile(SPOOLED) as rejected:
            counts = load.window(window, window_line, read, rejected, good)
            if counts["rejected"]:
                rejected.seek(0)
                rejects.put_part(job["id"], at, rejected)
        end = at + len(window)
        last = end == chunk["end"] or read + counts["read"] == load.limit
        step = progress.Step(at, end, next_line, last, counts)
        known = progress.step(job, chunk["number"], known, step)
        if known is None:
            return False  # another call did the same; the next one goes on from what is recorded
        if last or ended:
            return True
        if not more_time():
            return False
        at = end
    return True


def _todo(job: Item | None, event: dict[str, Any]) -> tuple[Item, Item | None] | None:
    """The job and how far its chunk is, None where nothing of it is left to do."""
    known = progress.chunk(event["id"], event["chunk"]["number"])
    if job is None or job["attempt"] != event["attempt"] or (known and known.get("done")):
        return None
    begun = known is not None and "writing" in known
    return (job, known) if job["status"] == "running" or begun else None


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Within, Python looks for no garbage in cycles.

    Rows have none, but are so many new objects that the search takes a sixth of a load's time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Load:
    """Loads windows of a job's file."""

    def __init__(self, job: Item) -> None:
        self.job = job
        options = job["options"]
        self.data_set = DATA_SETS[job["table"]]
        header = job.get("header")
        self.format = Format(job["delimiter"], tuple(header) if header else None)
        self.checker = Checker(self.data_set, strict=options.get("strict", False))
        self.limit: int | None = options.get("rows")
        self.dedupe: bool = options.get("dedupe", False)
        self.dry_run: bool = options.get("dry_run", False)
        # the places of duplicates among the good rows, where the request has found them
        self.duplicates: set[int] | None = None
        if job.get("compared"):
            self.duplicates = set(objects.get_json(objects.duplicates_key(job["id"])))

    def window(
        self, window: bytes, line: int, read_before: int, rejected: IO[bytes], good_before: int = 0
    ) -> dict[str, int]:
        """The counts of a window; its rejected records go to a file.

        `read_before` and `good_before` are how many records, and good ones, are above it.
        """
        counts = dict.fromkeys(records.COUNTS, 0)
        lines = io.StringIO(window.decode(), newline="")
        found = in_order(self.data_set, self.format, split(lines, self.format.delimiter, line))
        wanted = None if self.limit is None else self.limit - read_before
        # while some rows are written the next are read
        with no_search_for_cycles(), ThreadPoolExecutor(1) as writer:
            writing: Future[None] | None = None
            for checked in loading.check_all(self.checker, islice(found, wanted)):
                counts["read"] += checked.read
                counts["rejected"] += len(checked.rejected)
                number = good_before + counts["written"] + counts["duplicates"]
                items = self._to_write(checked.items, number, f"{line}#{counts['read']}")
                counts["written"] += len(items)
                counts["duplicates"] += len(checked.items) - len(items)
                rejected.writelines(rejects.csv_lines(checked.rejected))
                if writing is not None:
                    writing.result()
                if not self.dry_run:
                    writing = writer.submit(rows.put, self.data_set, items)
            if writing is not None:
                writing.result()
        return counts

    def _to_write(self, items: list[Item], number: int, place: str) -> list[Item]:
        """Good items without duplicates; the first is the one of this number in the file, from 0.

        `place` names their place in the file for `claims`.
        """
        if self.duplicates is not None:
            return [item for i, item in enumerate(items, number) if i not in self.duplicates]
        return first_of_content(self.job, self.data_set, items, place) if self.dedupe else items
