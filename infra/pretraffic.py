"""Chooses the events that new versions are called with before they get traffic.

They change nothing, or what the function's next call would change too.
"""

import json
from pathlib import Path
from typing import Any

from infra import generated

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "functions/pretraffic/events.json"
# Function -> events of events/
CALLED = {
    "IngestionFunction": ("list-tables", "list-ingestions"),
    "SprocketsFunction": ("list-sprockets", "list-factories"),
    "ReportsFunction": ("mean-hires", "experiments"),
    "GreetingsFunction": ("list-birthdays",),
    "PortalFunction": ("health", "openapi"),
    # of objects and jobs that are not there
    "ArrivalsFunction": ("arrivals-arrival",),
    "PlannerFunction": ("planner-task",),
    "WorkerFunction": ("worker-task",),
    "FinisherFunction": ("finisher-task",),
    # what their schedules do anyway
    "WatchFunction": ("watch-regularly",),
    "SweeperFunction": ("sweeper-regularly",),
    # without its records, as at the end of a stream's window
    "ProjectorFunction": ("projector-jobs",),
}
NOT_CALLED = {
    "AnnounceFunction": "it greets people",
    "ReconcileFunction": "it begins to compare all tables",
    "ReconcilePartFunction": "it goes on with a comparison, and there is none",
    "PreTrafficFunction": "it calls the others",
}


def chosen() -> dict[str, dict[str, Any]]:
    """The events of each function by name."""
    return {
        function: {name: _read(name) for name in names} for function, names in CALLED.items()
    } | {function: {} for function in NOT_CALLED}


def _read(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / f"events/{name}.json").read_text("utf-8"))
    return event | {"Records": []} if "Records" in event else event


def write() -> None:
    generated.write(TARGET, json.dumps(chosen(), separators=(",", ":")).encode())


if __name__ == "__main__":
    write()
