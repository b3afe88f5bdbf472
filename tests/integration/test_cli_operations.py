"""Each operation of the API has a command."""

import json
import re
from pathlib import Path

import pytest

from infra.openapi import routes
from ingestion.large import objects, rejects
from tests import events
from tests.bridge import Bridge
from tests.command_line import Cli
from tests.front_door import Response, call
from tests.views import add_users
from tests.works import SPROCKET, append, create_factory, create_sprocket, point

SIZES = ("--teeth", "5", "--pitch-diameter", "5", "--outside-diameter", "6", "--pitch", "1")
RUNNING, FAILED, LOADED = (events.JOBS[each]["id"] for each in ("running", "failed", "succeeded"))
# What another command shows or does as well
OTHERWISE = {
    ("GET", "/tables/{table}"): "rows list",
    ("POST", "/tables/{table}"): "upload",
    ("GET", "/factories/{factory_id}/production"): "production list",
}
COMMANDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", "/health"): ("health",),
    ("GET", "/tables"): ("tables",),
    ("GET", "/tables/{table}/rows"): ("rows", "list", "departments"),
    ("GET", "/tables/{table}/rows/{id}"): ("rows", "show", "departments", "1"),
    ("POST", "/tables/{table}/rows"): ("rows", "add", "departments", "rows.json"),
    ("POST", "/ingestions"): ("landing",),
    ("GET", "/ingestions"): ("status",),
    ("GET", "/ingestions/{ingestion_id}"): ("status", RUNNING),
    ("DELETE", "/ingestions/{ingestion_id}"): ("cancel", RUNNING),
    ("POST", "/ingestions/{ingestion_id}/retry"): ("retry", FAILED, "--no-wait"),
    ("GET", "/ingestions/{ingestion_id}/rejects"): ("rejects", LOADED),
    **{
        ("GET", path): ("report", path.removeprefix("/reports/"))
        for path in sorted(route.path for route in routes())
        if re.fullmatch("/reports/[^/]+", path)
    },
    ("GET", "/reports/experiments/{user_id}"): ("report", "experiments", "--user", "1"),
    ("GET", "/sprockets"): ("sprockets", "list"),
    ("POST", "/sprockets"): ("sprockets", "create", *SIZES),
    ("GET", "/sprockets/{sprocket_id}"): ("sprockets", "show", "1"),
    ("GET", "/sprockets/{sprocket_id}/references"): ("sprockets", "references", "1"),
    ("PUT", "/sprockets/{sprocket_id}"): ("sprockets", "change", "1", "--teeth", "6"),
    ("DELETE", "/sprockets/{sprocket_id}"): ("sprockets", "delete", "1"),
    ("POST", "/sprockets/import"): ("sprockets", "import", "sprockets.json"),
    ("GET", "/factories"): ("factories", "list"),
    ("POST", "/factories"): ("factories", "create", "South"),
    ("GET", "/factories/{factory_id}"): ("factories", "show", "1"),
    ("PUT", "/factories/{factory_id}"): ("factories", "change", "1", "--chart", "chart.json"),
    ("DELETE", "/factories/{factory_id}"): ("factories", "delete", "1", "--yes"),
    ("POST", "/factories/import"): ("factories", "import", "factories.json"),
    ("GET", "/factories/{factory_id}/chart"): ("factories", "chart", "1"),
    ("GET", "/production"): ("production", "list"),
    ("POST", "/factories/{factory_id}/production"): (
        *("production", "add", "1", "--time", "1", "--actual", "1", "--goal", "1"),
    ),
    ("GET", "/factories/{factory_id}/production/{point_id}"): ("production", "show", "1", "1"),
    ("PUT", "/factories/{factory_id}/production/{point_id}"): (
        *("production", "change", "1", "1", "--goal", "2"),
    ),
    ("DELETE", "/factories/{factory_id}/production/{point_id}"): ("production", "delete", "1", "1"),
    ("PUT", "/hello/{username}"): ("people", "save", "Zoe", "--born", "1992-02-29"),
    ("GET", "/hello/{username}"): ("hello", "Ada"),
    ("DELETE", "/hello/{username}"): ("people", "delete", "Ada"),
    ("GET", "/birthdays"): ("birthdays",),
}
CHART = {"sprocket_production_actual": [1], "sprocket_production_goal": [2], "time": [3]}
DOCUMENTS = {
    "rows": {"rows": [{"id": 7, "department": "Painting"}]},
    "chart": CHART,
    "sprockets": {"sprockets": [SPROCKET]},
    "factories": {"factories": [{"factory": {"chart_data": CHART}}]},
}


def test_no_operation_is_without_a_command() -> None:
    operations = {(route.method, route.path) for route in routes()}
    assert operations == COMMANDS.keys() | OTHERWISE.keys()


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("operation", COMMANDS, ids=" ".join)
def test_an_operation_has_a_command(
    run: Cli, bridge: Bridge, tmp_path: Path, operation: tuple[str, str]
) -> None:
    method, path = operation
    create_sprocket()
    create_factory()
    append(point(1))
    call("PUT", "/hello/Ada", json_body={"dateOfBirth": "1985-12-10"})
    add_users(2)
    objects.client().put_object(Bucket=objects.bucket(), Key=rejects.key(LOADED), Body=b"line")
    for name, document in DOCUMENTS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    if path == "/health":  # the portal responds in the main thread only
        bridge.responses.append(Response(200, {}, '{"status": "ok", "checks": {"jobs": "ok"}}'))
    done = run("--api", bridge.url, *COMMANDS[operation])
    asked = [(sent, url.partition("?")[0]) for sent, url, _ in bridge.requests]
    pattern = re.sub(r"\{\w+\}", "[^/]+", path)
    assert [each for each in asked if each[0] == method and re.fullmatch(pattern, each[1])], asked
    assert done.code == 0, done.err
