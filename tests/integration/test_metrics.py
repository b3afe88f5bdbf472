"""Metrics: what the functions write into their logs is what alarms and the dashboard look at."""

import json
import time
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

from ingestion.large import objects, turns, watch
from ingestion.large.store import records
from shared import dynamo, metrics
from tests import events, front_door
from tests.deployed import of_type
from tests.large_files import Task, chunks, finish, submit, work
from tests.template import resources
from tests.transformed import resolved, transformed
from tests.watched import Metric, drawn, filtered, watched

Lines = pytest.CaptureFixture[str]
NAMESPACE = "Sprocketworks/sprocketworks"  # of the stack of tests/transformed.py
SERVICES = {
    properties["Handler"]: properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    for _, properties in resources("AWS::Serverless::Function")
}
# A metric and its dimensions
Measured = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture(autouse=True)
def own_lines(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    dynamo.client.cache_clear()
    objects.client.cache_clear()
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE)
    monkeypatch.setattr(turns, "QUIET", 0)
    metrics.make.cache_clear()
    yield
    metrics.make.cache_clear()
    objects.client.cache_clear()


def measured(capsys: Lines) -> dict[Measured, list[float]]:
    """The metrics of the lines since the last call, and their values."""
    found: dict[Measured, list[float]] = {}
    for line in capsys.readouterr().out.splitlines():
        entry = json.loads(line)
        for block in entry.get("_aws", {}).get("CloudWatchMetrics", []):
            assert block["Namespace"] == NAMESPACE
            for names in block["Dimensions"]:
                dimensions = tuple(sorted((name, entry[name]) for name in names))
                for metric in block["Metrics"]:
                    found.setdefault((metric["Name"], dimensions), []).extend(entry[metric["Name"]])
    return found


def values(capsys: Lines, *names: str) -> list[float]:
    """The value of each of the metrics, which were written once."""
    found = {name: each for (name, _), each in measured(capsys).items()}
    assert all(len(found[name]) == 1 for name in names), found
    return [found[name][0] for name in names]


def test_rows_of_a_request_are_counted_but_not_those_that_are_only_checked(capsys: Lines) -> None:
    csv = b"id,department\n1,Tooling\nx,Milling\n"
    text = {"Content-Type": "text/csv"}
    front_door.call("POST", "/tables/departments", csv, text)
    names = ("RowsRead", "RowsWritten", "RowsDuplicates", "RowsRejected")
    assert values(capsys, *names) == [2, 1, 0, 1]
    front_door.call("POST", "/tables/departments?dry_run=true", csv, text)
    assert measured(capsys) == {}
    front_door.call("POST", "/tables/jobs/rows", json_body={"rows": [{"id": 1, "job": "Welder"}]})
    assert values(capsys, "RowsRead", "RowsWritten") == [1, 1]


def test_the_rows_and_the_end_of_a_job_are_counted(capsys: Lines) -> None:
    job_id = submit("departments", b"1,Tooling\nx,Milling\n")
    for chunk in chunks(job_id):
        assert work(job_id, chunk)
    capsys.readouterr()
    finish(job_id)
    names = ("RowsRead", "RowsWritten", "RowsRejected", "IngestionsSucceeded", "IngestionsFailed")
    assert values(capsys, *names) == [2, 1, 1, 1, 0]


def test_a_job_that_loads_nothing_is_idle_until_it_does(
    capsys: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def idle() -> list[float]:
        capsys.readouterr()
        watch.handler({}, Task())
        return values(capsys, "IngestionsActive", "IngestionIdleSeconds")

    assert idle() == [0, 0]
    job_id = submit("departments", b"1,Tooling\n")
    (chunk,) = chunks(job_id)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3600)
    # its execution runs, which is not enough
    assert idle() == [1, pytest.approx(3600, abs=60)]
    assert work(job_id, chunk)
    assert idle() == [1, pytest.approx(0, abs=60)]


def test_reads_of_reports_are_counted_by_report(capsys: Lines) -> None:
    for _ in range(2):
        front_door.call("GET", "/reports/mean-hires?year=2021")
    dimensions = (("report", "mean-hires"), ("service", "test"))
    assert measured(capsys)["ReportReads", dimensions] == [1, 1]


@pytest.fixture
def everything(
    capsys: Lines, monkeypatch: pytest.MonkeyPatch, fresh: Callable[[], None]
) -> set[Measured]:
    """The metrics of all functions, each called with its events from events/."""
    triggers, operations = events.triggers(), events.operation_names()
    for name, event in events.read().items():
        if name in triggers:
            handler = triggers[name][0]
            fresh()
            put_jobs()
        elif name in operations:
            handler = f"{front_door.route(event['httpMethod'], event['path'])[0]}.handler.handler"
        else:
            continue
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", SERVICES[handler])
        metrics.make.cache_clear()
        module, _, function = handler.rpartition(".")
        getattr(import_module(module), function)(event, Task())
    return set(measured(capsys))


def put_jobs() -> None:
    """The jobs of the events, with their files."""
    for job in events.JOBS.values():
        objects.client().put_object(Bucket=objects.bucket(), Key=job["key"], Body=events.FILE)
        found = objects.find(job["key"])
        assert found is not None
        records.create({**job, "bytes": found.size, "etag": found.etag, "delimiter": ","})


def unknown(written: set[Measured], looked_at: list[Metric]) -> list[Metric]:
    """What is looked at and never written."""
    return [
        metric
        for metric in looked_at
        if not metric.namespace.startswith("AWS/")
        and (metric.name, tuple(sorted((k, *v) for k, v in metric.dimensions.items())))
        not in written
    ]


def test_every_metric_of_an_alarm_and_of_the_dashboard_is_written(
    everything: set[Measured],
) -> None:
    stack = resolved(transformed())
    alarms = [alarm for _, alarm in of_type(stack, "AWS::CloudWatch::Alarm")]
    found = [metric for alarm in alarms for metric in watched(alarm)]
    found += [metric for metric, _ in drawn(stack)]
    found = [metric for metric in found if metric not in filtered(stack)]
    assert unknown(everything, found) == []
    # one that nobody writes is found
    own = [metric for metric in found if metric.namespace == NAMESPACE]
    assert own
    wrong = [metric._replace(name=f"{metric.name}s") for metric in own]
    assert unknown(everything, wrong) == wrong
    elsewhere = [metric._replace(dimensions={"service": {"portal"}}) for metric in own]
    assert unknown(everything, elsewhere) == elsewhere
