"""Loads rows: those of a CSV that are good, or those of a JSON document if all are."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from ingestion import csv_format, csv_text, duplicates, store
from ingestion.csv_reader import Record
from ingestion.json_rows import texts_of
from ingestion.rows import Checker, RowFault
from ingestion.scope import dedupe_scope
from shared import deadline
from shared.datasets import DataSet
from shared.items import Item
from shared.metrics import measure_rows
from shared.problems import Fault, Invalid, StoreUnavailable, fault_at
from shared.retries import patient

CHECKED_AT_ONCE = 1000  # records checked at once
# What a request keeps of its time to make a job of a file that it could not load
FOR_A_JOB = 4.0  # seconds
LISTED_ERRORS = 100
LONGEST_VALUE = 200  # characters


@dataclass(frozen=True)
class Options:
    """How a CSV is loaded: `rows` records at most, blanks refused, each content once, unwritten."""

    rows: int | None = None
    strict: bool = False
    dedupe: bool = False
    dry_run: bool = False


@dataclass
class Loaded:
    """What became of the records of a file; the first errors."""

    read: int = 0
    rejected: int = 0
    items: list[Item] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)


class UnfinishedError(Exception):
    """The request's time is over; some of the rows may be written.

    `duplicates` has the places of duplicates among the good rows, None where they are not known and
    nothing is written yet, or where the load does not look for them.
    """

    def __init__(self, duplicates: list[int] | None) -> None:
        super().__init__("the file is not loaded in time")
        self.duplicates = duplicates


def load_csv(data_set: DataSet, raw: bytes, options: Options) -> dict[str, Any]:
    """Check all of a CSV, then write the good rows. Invalid when it can't be read as a whole.

    UnfinishedError where the store is too slow, or throttles for too long.
    """
    skipped: list[int] | None = None
    until = time.monotonic() + deadline.time_left() - FOR_A_JOB
    try:
        with deadline.calls_within(until - time.monotonic()), patient(until):
            loaded = _check(data_set, raw, options)
            items = loaded.items
            if options.dedupe:
                places = _places_to_write(data_set, items)
                skipped = sorted(set(range(len(items))).difference(places))
                items = [items[place] for place in places]
            if not options.dry_run:
                store.put(data_set, items)
    except csv_text.CsvError as error:
        fault = fault_at(("body",), str(error), error.kind)
        raise Invalid(str(error), [fault]) from error
    except StoreUnavailable as error:
        if time.monotonic() < until:
            raise
        raise UnfinishedError(skipped) from error
    counts = {
        "read": loaded.read,
        "written": len(items),
        "duplicates": len(skipped or ()),
        "rejected": loaded.rejected,
    }
    if not options.dry_run:
        measure_rows(counts)
    return {
        "table": data_set.name,
        **counts,
        "errors": loaded.errors,
        **({"dry_run": True} if options.dry_run else {}),
        **dedupe_scope(dedupe=options.dedupe),
    }


def _places_to_write(data_set: DataSet, items: list[Item]) -> list[int]:
    stored = duplicates.stored_rows(data_set, items)
    return duplicates.places_to_write(items, data_set.key, stored)


def _check(data_set: DataSet, raw: bytes, options: Options) -> Loaded:
    records = csv_format.records(data_set, csv_text.lines([raw]))
    loaded = Loaded()
    checker = Checker(data_set, strict=options.strict)
    for checked in check_all(checker, islice(records, options.rows)):
        deadline.check()
        loaded.read += checked.read
        loaded.items.extend(checked.items)
        loaded.rejected += len(checked.rejected)
        errors = [_error(record, fault) for record, faults in checked.rejected for fault in faults]
        loaded.errors.extend(errors[: LISTED_ERRORS - len(loaded.errors)])
    return loaded


class Checked(NamedTuple):
    """Some records: how many, the items of the good ones, the others with their faults by line."""

    read: int
    items: list[Item]
    rejected: list[tuple[Record, list[RowFault]]]


def check_all(checker: Checker, records: Iterator[Record]) -> Iterator[Checked]:
    """Records in their order, CHECKED_AT_ONCE at a time."""
    while chunk := list(islice(records, CHECKED_AT_ONCE)):
        whole = [record for record in chunk if record.broken is None]
        items, faults = checker.check([record.fields for record in whole])
        rejected = [(whole[i], found) for i, found in faults.items()]
        rejected += [(r, [RowFault(None, "", r.broken)]) for r in chunk if r.broken is not None]
        rejected.sort(key=lambda each: each[0].line)
        yield Checked(len(chunk), items, rejected)


def _error(record: Record, fault: RowFault) -> dict[str, Any]:
    value = record.raw.rstrip("\r\n") if fault.column is None else fault.value
    return {
        "line": record.line,
        "column": fault.column,
        "value": value[:LONGEST_VALUE],
        "reason": fault.reason,
    }


def write_rows(data_set: DataSet, rows: list[dict[str, Any]]) -> int:
    """Write rows of a JSON document, all or, when any is invalid, none; how many."""
    texts, faults = texts_of(data_set, rows)
    items, found = Checker(data_set).check(texts)
    reported = {tuple(fault["loc"]) for fault in faults}
    for i, row_faults in found.items():
        more = [_fault(i, fault) for fault in row_faults]
        # a cell of another type was passed on as a blank, and is reported already
        faults.extend(fault for fault in more if tuple(fault["loc"]) not in reported)
    if faults:
        faults.sort(key=lambda fault: int(fault["loc"][2]))
        bad = len({fault["loc"][2] for fault in faults})
        raise Invalid(f"{bad} of {len(rows)} rows are invalid, nothing was written", faults)
    store.put(data_set, items)
    measure_rows({"read": len(items), "written": len(items)})
    return len(items)


def _fault(index: int, fault: RowFault) -> Fault:
    where: list[str | int] = ["body", "rows", index]
    if fault.column is not None:
        where.append(fault.column)
    return fault_at(where, fault.reason)
