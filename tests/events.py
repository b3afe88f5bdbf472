"""The events in events/: what `sam local invoke` and the tests replay.

`python -m tests.events` writes them anew from what is declared here.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.openapi import document
from ingestion.large import jobs
from reports.report import Report
from reports.routes import REPORTS
from tests import front_door
from tests.large_files import arrival, ended
from tests.streams import record
from tests.template import ROOT, environment, resources

EVENTS = ROOT / "events"
Event = dict[str, Any]

# Rows that are in the tables before an event is replayed
ROWS: dict[str, list[dict[str, Any]]] = {
    "departments": [{"id": 1, "department": "Tooling"}, {"id": 2, "department": "Milling"}],
    "jobs": [{"id": 1, "job": "Machinist"}],
    "hired_employees": [
        {
            "id": 1,
            "name": "Ada",
            "datetime": "2021-07-27T16:02:08Z",
            "department_id": 1,
            "job_id": 1,
        },
        {
            "id": 2,
            "name": "Grace",
            "datetime": "2021-11-02T09:30:00Z",
            "department_id": 1,
            "job_id": 1,
        },
        {"id": 3, "datetime": "2021-02-14T12:00:00Z", "department_id": 2},
    ],
    "users": [{"user_id": 1, "name": "Ada", "email": "ada@example.com"}],
    "compounds": [{"compound_id": 1, "compound_name": "Grease", "compound_structure": "C18H34"}],
    "user_experiments": [
        {"experiment_id": 1, "user_id": 1, "experiment_compound_ids": [1], "experiment_run_time": 3}
    ],
}
SPROCKET = {"teeth": 12, "pitch_diameter": 4.5, "outside_diameter": 5, "pitch": 1.25}
CHART = {
    "sprocket_production_actual": [32, 29, 31],
    "sprocket_production_goal": [30, 30, 30],
    "time": [1611194818, 1611194878, 1611194938],
}
POINT = {"time": 1611195000, "actual": 33, "goal": 30, "sprocket_types": [1]}
FILE = b"1,Tooling\n2,Milling\nx,Painting\n"
POINT_ITEM = {
    "pk": "POINTS#1#1",
    "sk": "000001611195000#000000000000004",
    "factory_id": 1,
    "id": 4,
    "version": 1,
    **POINT,
}
# Jobs that are in the table before an event is replayed, by what becomes of them
JOBS = {
    status: jobs.new(
        f"019a0000000{number}{'0' * 12}",
        "departments",
        {},
        source="upload",
        filename="departments.csv",
        key=f"uploads/019a0000000{number}{'0' * 12}/file.csv",
    )
    | {"status": status, "created_at": "2026-01-01T00:00:00.000Z"}
    for number, status in enumerate(("planning", "running", "failed", "succeeded"))
}
CHUNK = {"number": 0, "start": 0, "end": len(FILE), "line": 1}
PROJECTED = (
    *tuple(f"projector-{table.replace('_', '-')}" for table in ROWS),
    "projector-production",
)


@dataclass(frozen=True)
class Sample:
    """A request; `after` names the events that make what it needs."""

    url: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()


def _csv(text: str) -> dict[str, Any]:
    return {"body": text, "headers": {"Content-Type": "text/csv"}}


# (method, path) -> a request that succeeds
def _sample_of(report: Report) -> Sample:
    """Asks for the report with the defaults of its query."""
    query = [f"{each.name}={each.default}" for each in report.query if each.default is not None]
    return Sample(f"/reports/{report.name}?{'&'.join(query)}".rstrip("?"), after=PROJECTED)


SAMPLES: dict[tuple[str, str], Sample] = {
    ("GET", "/health"): Sample("/health"),
    ("GET", "/tables"): Sample("/tables", after=PROJECTED),
    ("GET", "/tables/{table}"): Sample("/tables/departments?limit=2"),
    ("POST", "/tables/{table}"): Sample(
        "/tables/jobs?strict=true",
        **_csv("id,job\n2,Toolmaker\n3,Welder\nx,Painter\n"),
    ),
    ("GET", "/tables/{table}/rows"): Sample("/tables/hired_employees/rows?limit=2"),
    ("POST", "/tables/{table}/rows"): Sample(
        "/tables/users/rows", {"rows": [{"user_id": 2, "name": "Grace"}]}
    ),
    ("GET", "/tables/{table}/rows/{id}"): Sample("/tables/departments/rows/1"),
    ("POST", "/ingestions"): Sample(
        "/ingestions",
        {
            "table": "jobs",
            "filename": "jobs.csv",
            "options": {"strict": True},
            "bytes": 20_000_000,
        },
    ),
    ("GET", "/ingestions"): Sample("/ingestions?limit=2&status=running&table=departments"),
    ("GET", "/ingestions/{ingestion_id}"): Sample(f"/ingestions/{JOBS['running']['id']}"),
    ("DELETE", "/ingestions/{ingestion_id}"): Sample(f"/ingestions/{JOBS['running']['id']}"),
    ("POST", "/ingestions/{ingestion_id}/retry"): Sample(
        f"/ingestions/{JOBS['failed']['id']}/retry"
    ),
    ("GET", "/ingestions/{ingestion_id}/rejects"): Sample(
        f"/ingestions/{JOBS['succeeded']['id']}/rejects"
    ),
    **{("GET", f"/reports/{report.name}"): _sample_of(report) for report in REPORTS},
    ("GET", "/reports/overview"): Sample(
        "/reports/overview", after=(*PROJECTED, "create-factory", "put-birthday")
    ),
    ("GET", "/reports/experiments/{user_id}"): Sample("/reports/experiments/1", after=PROJECTED),
    ("GET", "/sprockets"): Sample("/sprockets?limit=5", after=("create-sprocket",)),
    ("POST", "/sprockets"): Sample("/sprockets", SPROCKET),
    ("GET", "/sprockets/{sprocket_id}"): Sample("/sprockets/1", after=("create-sprocket",)),
    ("GET", "/sprockets/{sprocket_id}/references"): Sample(
        "/sprockets/1/references", after=("create-sprocket",)
    ),
    ("PUT", "/sprockets/{sprocket_id}"): Sample(
        "/sprockets/1", {**SPROCKET, "teeth": 13}, after=("create-sprocket",)
    ),
    ("DELETE", "/sprockets/{sprocket_id}"): Sample("/sprockets/1", after=("create-sprocket",)),
    ("POST", "/sprockets/import"): Sample("/sprockets/import", {"sprockets": [SPROCKET]}),
    ("GET", "/factories"): Sample("/factories?limit=5", after=("create-factory",)),
    ("POST", "/factories"): Sample("/factories", {"name": "North works", "chart_data": CHART}),
    ("GET", "/factories/{factory_id}"): Sample(
        "/factories/1?from=1611194818", after=("create-factory",)
    ),
    ("PUT", "/factories/{factory_id}"): Sample(
        "/factories/1", {"name": "South works"}, after=("create-factory",)
    ),
    ("DELETE", "/factories/{factory_id}"): Sample("/factories/1", after=("create-factory",)),
    ("POST", "/factories/import"): Sample(
        "/factories/import", {"factories": [{"factory": {"chart_data": CHART}}]}
    ),
    ("GET", "/factories/{factory_id}/chart"): Sample(
        "/factories/1/chart", after=("create-factory",)
    ),
    ("GET", "/factories/{factory_id}/production"): Sample(
        "/factories/1/production?limit=5", after=("create-factory",)
    ),
    ("POST", "/factories/{factory_id}/production"): Sample(
        "/factories/1/production", POINT, after=("create-sprocket", "create-factory")
    ),
    ("GET", "/factories/{factory_id}/production/{point_id}"): Sample(
        "/factories/1/production/1", after=("create-factory",)
    ),
    ("PUT", "/factories/{factory_id}/production/{point_id}"): Sample(
        "/factories/1/production/1", POINT, after=("create-sprocket", "create-factory")
    ),
    ("DELETE", "/factories/{factory_id}/production/{point_id}"): Sample(
        "/factories/1/production/1", after=("create-factory",)
    ),
    ("GET", "/production"): Sample(
        "/production?from=1611194818&factory=1&limit=2", after=("create-factory",)
    ),
    ("PUT", "/hello/{username}"): Sample(
        "/hello/Zo%C3%AB", {"dateOfBirth": "1992-02-29", "timeZone": "Europe/Paris"}
    ),
    ("GET", "/hello/{username}"): Sample(
        "/hello/Zo%C3%AB?tz=America/Lima", after=("put-birthday",)
    ),
    ("DELETE", "/hello/{username}"): Sample("/hello/Zo%C3%AB", after=("put-birthday",)),
    ("GET", "/birthdays"): Sample("/birthdays?within=365&limit=5", after=("put-birthday",)),
}
# Portal files beside the document; one of those under /static/
PAGES = {
    "console": "/",
    "docs": "/docs",
    "redoc": "/redoc",
    "openapi": "/openapi.json",
    "static": "/static/console.js",
}


def operation_names() -> dict[str, tuple[str, str]]:
    """Name of an operation's event -> method and path."""
    return {
        operation["operationId"].replace("_", "-"): (method.upper(), path)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
    }


def triggers() -> dict[str, tuple[str, str]]:
    """Name of a trigger's event -> the handler that template.yaml gives it to, its type."""
    functions = dict(resources("AWS::Serverless::Function"))
    found = {
        _trigger_name(logical_id, name): (properties["Handler"], event["Type"])
        for logical_id, properties in functions.items()
        for name, event in properties.get("Events", {}).items()
        if event["Type"] != "Api"
    }
    tasks = {
        _trigger_name(logical_id, "Task"): (functions[logical_id]["Handler"], "Task")
        for _, machine in resources("AWS::Serverless::StateMachine")
        for value in machine["DefinitionSubstitutions"].values()
        if value["Ref"].endswith(".Alias")
        for logical_id in [value["Ref"].removesuffix(".Alias")]
    }
    return found | tasks


def _trigger_name(logical_id: str, name: str) -> str:
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
    return logical_id.removesuffix("Function").lower() + words


def _request(name: str, method: str, sample: Sample) -> Event:
    body, headers = sample.body, dict(sample.headers)
    if body is not None and not isinstance(body, str):
        body, headers = json.dumps(body), {"Content-Type": "application/json", **headers}
    event = front_door.event(method, sample.url, body, headers)
    event["requestContext"] |= {
        "accountId": "123456789012",
        "apiId": "sprocketworks",
        "domainName": "sprocketworks.execute-api.us-east-1.amazonaws.com",
        "protocol": "HTTP/1.1",
        "requestId": f"sample-{name}",
    }
    return event


def build() -> dict[str, Event]:
    """All events by name."""
    made = {
        name: _request(name, method, SAMPLES[method, path])
        for name, (method, path) in operation_names().items()
    }
    made |= {name: _request(name, "GET", Sample(path)) for name, path in PAGES.items()}
    for table, rows in ROWS.items():
        records = [record(table, f"{table}-{i}", None, row, i) for i, row in enumerate(rows, 1)]
        made[f"projector-{table.replace('_', '-')}"] = {**WINDOW, "Records": records}
    point = record("production", "production-1", None, POINT_ITEM, 1)
    made["projector-production"] = {**WINDOW, "Records": [point]}
    made["arrivals-arrival"] = arrival(str(JOBS["planning"]["key"]))
    made["planner-task"] = {"id": JOBS["planning"]["id"], "attempt": 1}
    made["worker-task"] = {"id": JOBS["running"]["id"], "attempt": 1, "chunk": CHUNK}
    made["finisher-task"] = {
        "id": JOBS["running"]["id"],
        "attempt": 1,
        "plan": {"next": "load", "chunks": f"working/{JOBS['running']['id']}/chunks.json"},
    }
    made["watch-ended"] = ended(str(JOBS["running"]["id"]))
    for name in ("announce-hourly", "sweeper-regularly", "watch-regularly"):
        made[name] = {"source": "aws.events", "detail-type": "Scheduled Event"}
    made["reconcile-task"] = {"run": "run-1", "options": {"repair": False}, "after": 8}
    made["reconcilepart-task"] = {
        "do": "tables",
        "run": "run-1",
        "to": "reconcile/run-1/01/small/000000",
        "tables": ["departments", "jobs"],
        "segment": 0,
        "segments": 1,
    }
    return made


WINDOW: Event = {
    "shardId": "shardId-00000001767225600000-0123abcd",
    "window": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:15:00Z"},
    "state": {},
    "isFinalInvokeForWindow": False,
    "isWindowTerminatedEarly": False,
}


def read() -> dict[str, Event]:
    """The events that are in the folder."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in EVENTS.glob("*.json")}


def write() -> None:
    os.environ.update(environment())
    for path in EVENTS.glob("*.json"):
        path.unlink()
    for name, event in build().items():
        text = json.dumps(event, indent=2, ensure_ascii=False) + "\n"
        (EVENTS / f"{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    write()
