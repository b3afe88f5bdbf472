"""The overview, from what is read at once."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from reports.overview import store
from shared.birthdays import days_of_birth, upcoming
from shared.items import Item
from shared.jobs import progress
from shared.moments import rfc3339
from shared.parallel import together

DAYS = 7  # of birthdays, after today
LATEST_JOBS = 5
ACTIVE = {"planning", "running"}
JsonObject = dict[str, Any]


def overview(now: datetime) -> JsonObject:
    today = now.date()
    born = [born for _, born in days_of_birth(today, DAYS)]
    rows = store.tables()
    reads: list[Callable[[], list[Item]]] = [
        store.jobs,
        store.factories,
        lambda: store.born(born),
    ]
    jobs, factories, people = together(lambda read: read(), reads)
    charts = together(store.points, factories)
    return {
        "as_of": rfc3339(now, "seconds"),
        "tables": [{"name": name, "rows": count} for name, count in rows.items()],
        "jobs": {
            "of": len(jobs),
            "active": sum(job["status"] in ACTIVE for job in jobs),
            "failed": sum(job["status"] == "failed" for job in jobs),
            "latest": [_job(job) for job in jobs[:LATEST_JOBS]],
        },
        "factories": [
            _factory(factory, points) for factory, points in zip(factories, charts, strict=True)
        ],
        "birthdays": [
            upcoming(person["username"], date.fromisoformat(person["born"]), today)
            for person in people
        ],
    }


def _job(job: Item) -> JsonObject:
    return {
        "id": job["id"],
        "table": job["table"],
        "filename": job.get("filename"),
        "status": job["status"],
        "progress": progress(job),
        "created_at": job["created_at"],
    }


def _factory(factory: Item, points: list[Item]) -> JsonObject:
    return {
        "id": factory["id"],
        "name": factory.get("name"),
        "chart_data": {
            "sprocket_production_actual": [point["actual"] for point in points],
            "sprocket_production_goal": [point["goal"] for point in points],
            "time": [point["time"] for point in points],
        },
    }
