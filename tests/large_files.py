"""A large file's way: uploaded by its form, then what EventBridge and the state machine call."""

import json
import os
from pathlib import Path
from typing import Any

import boto3
import httpx

from ingestion.large import arrivals, finisher, objects, planner, worker
from ingestion.large.store import records
from tests.front_door import Context, call
from tests.template import ROOT

DEFINITION = ROOT / "infra/ingestion.asl.json"


class Task(Context):
    """The context of a function that has its 15 minutes before it."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def arrival(key: str) -> dict[str, Any]:
    """The event that EventBridge sends for an object."""
    return {
        "version": "0",
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": "landingbucket"}, "object": {"key": key}},
    }


def ended(job_id: str, status: str = "ABORTED", attempt: int = 1) -> dict[str, Any]:
    """The event that EventBridge sends at the end of an execution."""
    return {
        "version": "0",
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {
            "name": f"{job_id}-{attempt}",
            "status": status,
            "input": json.dumps({"id": job_id, "attempt": attempt}),
        },
    }


def submit(table: str, raw: bytes, **options: Any) -> str:
    """A job whose file is uploaded, and has arrived; its id."""
    body = {"table": table, "filename": "file.csv", **({"options": options} if options else {})}
    made = call("POST", "/ingestions", json_body=body)
    assert made.status == 201, made.text
    upload = made.json["upload"]
    posted = httpx.post(upload["url"], data=upload["fields"], files={"file": raw})
    assert posted.status_code == 204, posted.text
    arrivals.handler(arrival(upload["fields"]["key"]), Context())
    return str(made.json["id"])


def attempt_of(job_id: str) -> int:
    job = records.get(job_id)
    assert job is not None
    return int(job["attempt"])


def plan(job_id: str, context: Context = Task()) -> dict[str, Any]:  # noqa: B008
    """The planner, until it is done."""
    event = {"id": job_id, "attempt": attempt_of(job_id)}
    while True:
        planned = planner.handler(event, context)
        if planned["next"] != "plan":
            return planned


def chunks(job_id: str) -> list[dict[str, Any]]:
    planned = plan(job_id)
    return list(objects.get_json(planned["chunks"])) if planned["next"] == "load" else []


def work(job_id: str, chunk: dict[str, Any], context: Context = Task()) -> bool:  # noqa: B008
    """One call of the worker; whether the chunk is done."""
    event = {"id": job_id, "attempt": attempt_of(job_id), "chunk": chunk}
    return bool(worker.handler(event, context)["done"])


def finish(job_id: str, planned: dict[str, Any] | None = None) -> dict[str, Any]:
    """The machine's last state; what it is given of the task before."""
    event = {"id": job_id, "attempt": attempt_of(job_id), "plan": planned or {}}
    return finisher.handler(event, Context())


def run(job_id: str) -> dict[str, Any]:
    """The state machine's run, one chunk after the other; the job as JSON then."""
    step = plan(job_id)
    while True:
        for chunk in objects.get_json(step["chunks"]) if step["next"] == "load" else []:
            while not work(job_id, chunk):
                pass
        step = finish(job_id, step)
        if step["next"] == "end":
            return dict(job_of(job_id))


def executions() -> list[str]:
    """Names of the executions that run."""
    client = boto3.client("stepfunctions")
    machine = os.environ["STATE_MACHINE"]
    found = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
    client.close()
    return [each["name"] for each in found]


def stop(job_id: str) -> None:
    """The end of the job's execution, as by an operator or a stop of the local cloud."""
    client = boto3.client("stepfunctions")
    arn = os.environ["STATE_MACHINE"].replace("stateMachine", "execution")
    client.stop_execution(executionArn=f"{arn}:{job_id}-{attempt_of(job_id)}")
    client.close()


def job_of(job_id: str) -> Any:
    response = call("GET", f"/ingestions/{job_id}")
    assert response.status == 200, response.text
    return response.json


def rejects(job_id: str) -> str:
    """The rejected records' file."""
    response = call("GET", f"/ingestions/{job_id}/rejects")
    assert response.status == 303, response.text
    return httpx.get(response.headers["location"]).text


def make_machine() -> str:
    """A state machine of the template's definition on moto, which starts but doesn't run it."""
    definition = Path(DEFINITION).read_text("utf-8")
    for name in ("Planner", "Worker", "Finisher", "Bucket"):
        definition = definition.replace(f"${{{name}}}", name.lower())
    definition = definition.replace("${Concurrency}", "32")
    made = boto3.client("stepfunctions").create_state_machine(
        name="ingestion",
        definition=definition,
        roleArn="arn:aws:iam::123456789012:role/ingestion",
    )
    return str(made["stateMachineArn"])
