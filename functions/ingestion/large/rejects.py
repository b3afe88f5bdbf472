"""Rejected records as a CSV: `line,column,value,reason,record`, one line for each record."""

import io
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, cast

from ingestion.csv_reader import Record
from ingestion.large import objects
from ingestion.rows import RowFault
from shared.csv_out import csv_line

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEADER = csv_line(("line", "column", "value", "reason", "record")).encode()


def csv_lines(rejected: Iterable[tuple[Record, list[RowFault]]]) -> Iterator[bytes]:
    """A line for each record: its first fault's column and value, and all reasons."""
    for record, faults in rejected:
        first = faults[0]
        more = [f"{fault.column} {fault.reason}" for fault in faults[1:]]
        reason = "; ".join([first.reason, *more])
        raw = record.raw.rstrip("\r\n")
        yield csv_line((record.line, first.column, first.value, reason, raw)).encode()


def part_key(job_id: str, start: int) -> str:
    """Where the part of a file that begins at a byte has its rejected records."""
    return f"{objects.WORKING}{job_id}/rejects/{start:015}.csv"


def key(job_id: str) -> str:
    return f"{objects.REJECTS}{job_id}.csv"


def put_part(job_id: str, start: int, lines: IO[bytes]) -> None:
    objects.client().put_object(
        Bucket=objects.bucket(), Key=part_key(job_id, start), Body=lines.read()
    )


def join(job_id: str, wanted: Iterable[tuple[int, int]]) -> None:
    """Join the parts that begin within the `wanted` ranges, ascending, into one object."""
    from boto3.s3.transfer import TransferConfig

    body = io.BufferedReader(_Reader(_joined(job_id, wanted)), objects.PIECE)
    objects.client().upload_fileobj(
        cast("IO[bytes]", body),
        objects.bucket(),
        key(job_id),
        ExtraArgs={"ContentType": "text/csv"},
        # one part in memory at a time
        Config=TransferConfig(use_threads=False, max_concurrency=1),
    )


def _joined(job_id: str, wanted: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    yield HEADER
    ranges = iter(wanted)
    start, end = next(ranges, (0, 0))
    for part in objects.under(f"{objects.WORKING}{job_id}/rejects/"):
        begins = int(part.key.rpartition("/")[2].removesuffix(".csv"))
        while begins >= end > start:
            start, end = next(ranges, (0, 0))
        if start <= begins < end:
            yield from objects.stream(part.key, part.etag, 0, part.size)


class _Reader(io.RawIOBase):
    """A file of what an iterator gives."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken = min(len(view), len(self._rest))
        view[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken
