"""Loads rows: those of a CSV that are good, or those of a JSON document if all are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from ingestion import csv_format, csv_text, duplicates, store
from ingestion.csv_reader import Record
from ingestion.json_rows import texts_of
from ingestion.rows import CONTENT, Checker, RowFault
from ingestion.upload import HINT
from shared.datasets import DataSet
from shared.dynamo import Item
from shared.problems import Fault, Invalid, TooLarge, fault_at

CHUNK = 1000  # records checked at once
# Rows that can be compared with those stored before API Gateway gives up
MOST_COMPARED = 20_000
SHOWN_ERRORS = 100
SHOWN_VALUE = 200  # characters


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


def load_csv(data_set: DataSet, raw: bytes, options: Options) -> dict[str, Any]:
    """Check all of a CSV, then write the good rows. Invalid when it can't be read as a whole."""
    try:
        loaded = _check(data_set, raw, options)
    except csv_text.CsvError as error:
        fault = fault_at(("body",), str(error), error.kind)
        raise Invalid(str(error), [fault]) from error
    items = _new(data_set, loaded.items) if options.dedupe else loaded.items
    if not options.dry_run:
        store.put(data_set, items)
    return {
        "table": data_set.name,
        "read": loaded.read,
        "written": len(items),
        "duplicates": len(loaded.items) - len(items),
        "rejected": loaded.rejected,
        "errors": loaded.errors,
    } | ({"dry_run": True} if options.dry_run else {})


def _new(data_set: DataSet, items: list[Item]) -> list[Item]:
    """The items without duplicates of others or of stored rows; TooLarge for too many."""
    different = len({item[CONTENT] for item in items})
    if different > MOST_COMPARED:
        raise TooLarge(f"with dedupe at most {MOST_COMPARED} different rows are taken{HINT}")
    stored = duplicates.stored_rows(data_set, items)
    return duplicates.without_duplicates(items, data_set.key, stored)


def _check(data_set: DataSet, raw: bytes, options: Options) -> Loaded:
    records = csv_format.records(data_set, csv_text.lines([raw]))
    loaded = Loaded()
    checker = Checker(data_set, strict=options.strict)
    for checked in check_all(checker, islice(records, options.rows)):
        loaded.read += checked.read
        loaded.items.extend(checked.items)
        loaded.rejected += len(checked.rejected)
        told = [_told(record, fault) for record, faults in checked.rejected for fault in faults]
        loaded.errors.extend(told[: SHOWN_ERRORS - len(loaded.errors)])
    return loaded


class Checked(NamedTuple):
    """Some records: how many, the items of the good ones, the others with their faults by line."""

    read: int
    items: list[Item]
    rejected: list[tuple[Record, list[RowFault]]]


def check_all(checker: Checker, records: Iterator[Record]) -> Iterator[Checked]:
    """Records in their order, CHUNK at a time."""
    while chunk := list(islice(records, CHUNK)):
        whole = [record for record in chunk if record.broken is None]
        items, faults = checker.check([record.fields for record in whole])
        rejected = [(whole[i], found) for i, found in faults.items()]
        rejected += [(r, [RowFault(None, "", r.broken)]) for r in chunk if r.broken is not None]
        rejected.sort(key=lambda each: each[0].line)
        yield Checked(len(chunk), items, rejected)


def _told(record: Record, fault: RowFault) -> dict[str, Any]:
    value = record.raw.rstrip("\r\n") if fault.column is None else fault.value
    return {
        "line": record.line,
        "column": fault.column,
        "value": value[:SHOWN_VALUE],
        "reason": fault.reason,
    }


def write_rows(data_set: DataSet, rows: list[dict[str, Any]]) -> int:
    """Write rows of a JSON document, all or, when any is invalid, none; how many."""
    texts, faults = texts_of(data_set, rows)
    items, found = Checker(data_set).check(texts)
    told = {tuple(fault["loc"]) for fault in faults}
    for i, row_faults in found.items():
        more = [_fault(i, fault) for fault in row_faults]
        # a cell of another type was handed on as a blank, and is told of already
        faults.extend(fault for fault in more if tuple(fault["loc"]) not in told)
    if faults:
        faults.sort(key=lambda fault: int(fault["loc"][2]))
        bad = len({fault["loc"][2] for fault in faults})
        raise Invalid(f"{bad} of {len(rows)} rows are invalid, nothing was written", faults)
    store.put(data_set, items)
    return len(items)


def _fault(index: int, fault: RowFault) -> Fault:
    where: list[str | int] = ["body", "rows", index]
    if fault.column is not None:
        where.append(fault.column)
    return fault_at(where, fault.reason)
