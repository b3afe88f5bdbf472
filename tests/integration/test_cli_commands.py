"""What a person does by the command line with rows, sprockets, factories, production and people."""

import json
from pathlib import Path

import pytest

from sprocketworks.client import REFUSED, USAGE
from tests.bridge import Bridge
from tests.command_line import Cli, Done
from tests.front_door import call
from tests.views import add_users

CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def office(run: Cli, bridge: Bridge) -> Cli:
    """The command line of the API, without what the functions log in this process."""

    def command(*arguments: str) -> Done:
        done = run("--api", bridge.url, *arguments)
        lines = done.out.splitlines(keepends=True)
        return done._replace(out="".join(line for line in lines if not line.startswith('{"')))

    return command


def load(table: str, text: str) -> None:
    loaded = call("POST", f"/tables/{table}", text, CSV).json
    assert loaded["rejected"] == 0


def test_results_are_one_json_document_when_piped_and_tables_where_asked(office: Cli) -> None:
    load("departments", "1,Tooling\n2,Milling\n")
    piped = office("rows", "list", "departments")
    assert sorted(json.loads(piped.out), key=lambda row: row["id"]) == [
        {"id": 1, "department": "Tooling"},
        {"id": 2, "department": "Milling"},
    ]
    for where in (0, 2, 3):
        command = ["rows", "list", "departments"]
        command.insert(where, "--text")
        lines = office(*command).out.splitlines()
        assert lines[0].split() == ["id", "department"]
        assert sorted(line.split() for line in lines[1:]) == [["1", "Tooling"], ["2", "Milling"]]
    assert json.loads(office("rows", "show", "departments", "2", "--json").out)["id"] == 2


def test_help_and_version_by_their_usual_names(office: Cli) -> None:
    for command in (["-h"], ["rows", "-h"], ["production", "add", "-h"], ["upload", "-h"]):
        done = office(*command)
        assert done.code == 0
        assert "Usage:" in done.out
    assert office("--version").out.startswith("sprocketworks ")


def test_a_table_is_exported_as_a_csv_that_loads_again(office: Cli, tmp_path: Path) -> None:
    load("compounds", '1,"=Oil, ""thick""",\n2,"two\nlines",C2\n3,-5,C3\n')
    texts = ["\r", "a\rb\r", "\n\r\n", "'=1+1", '"', "a;b|c\td", "\u2028\x0b\x1c\x85", "\ufeffä𝒳"]
    rows = [{"compound_id": n, "compound_name": f"x{text}y"} for n, text in enumerate(texts, 10)]
    call("POST", "/tables/compounds/rows", json_body={"rows": rows})
    load("user_experiments", "7,1,1;2,1.50\n8,2,3,-2\n")
    for table in ("compounds", "user_experiments"):
        path = f"/tables/{table}/rows?limit=100"
        before = call("GET", path).json["items"]
        assert office("export", table, "-o", f"{table}.csv").code == 0
        text = (tmp_path / f"{table}.csv").read_bytes().decode()
        assert office("export", table).out == text
        load(table, text)
        assert call("GET", path).json["items"] == before
    assert text.splitlines()[0].startswith("experiment_id,user_id,")


def test_an_export_follows_all_pages(office: Cli) -> None:
    load("jobs", "".join(f"{n},Job {n}\n" for n in range(1, 251)))
    lines = office("export", "jobs").out.splitlines()
    assert {line.partition(",")[0] for line in lines[1:]} == {str(n) for n in range(1, 251)}
    assert len(json.loads(office("rows", "list", "jobs", "-n", "120").out)) == 120
    unknown = office("export", "nothing")
    assert (unknown.code, unknown.out) == (USAGE, "")
    assert "departments" in unknown.err
    assert office("rows", "show", "jobs", "251").code == REFUSED


SIZES = ("--pitch-diameter", "3.86", "--outside-diameter", "4.2", "--pitch", "1")


def test_a_sprocket_from_its_creation_to_its_end(office: Cli) -> None:
    made = json.loads(office("sprockets", "create", "--teeth", "12", *SIZES).out)
    number = str(made["id"])
    changed = json.loads(office("sprockets", "change", number, "--teeth", "13").out)
    assert changed == made | {"teeth": 13}
    assert json.loads(office("sprockets", "show", number).out) == changed
    assert json.loads(office("sprockets", "list").out) == [changed]
    assert office("sprockets", "change", number).code == USAGE
    refused = office("sprockets", "change", number, "--pitch", "-1")
    assert refused.code == REFUSED
    assert "body.pitch" in refused.err
    deleted = office("sprockets", "delete", number)
    assert (deleted.code, deleted.out) == (0, "")
    assert office("sprockets", "show", number).code == REFUSED


def test_a_factory_and_its_production(office: Cli, tmp_path: Path) -> None:
    sprocket = json.loads(office("sprockets", "create", "--teeth", "12", *SIZES).out)["id"]
    number = str(json.loads(office("factories", "create", "North").out)["id"])
    add = ("production", "add", number, "--actual", "31", "--goal", "33")
    point = json.loads(office(*add, "--time", "2023-11-14T22:13:20Z", "--sprocket", "1").out)
    assert (point["time"], point["sprocket_types"]) == (1_700_000_000, [sprocket])
    (tmp_path / "points.json").write_text(
        json.dumps({"points": [{"time": 1_700_000_600, "actual": 1, "goal": 2}]})
    )
    assert office("production", "import", number, "points.json").code == 0
    listed = office("production", "list", number, "--from", "1700000001").out
    (later,) = json.loads(listed)
    assert later["goal"] == 2
    changed = office("production", "change", number, str(point["id"]), "--actual", "40")
    assert json.loads(changed.out) == point | {"actual": 40}
    assert json.loads(office("production", "show", number, str(point["id"])).out)["actual"] == 40
    assert "2023-11-14T22:13:20Z" in office("production", "list", number, "--text").out
    other = str(json.loads(office("factories", "create", "West").out)["id"])
    office("production", "add", other, "--actual", "1", "--goal", "1", "--time", "1700000300")
    everywhere = json.loads(office("production", "list").out)
    assert [str(each["factory_id"]) for each in everywhere] == [number, other, number]
    named = json.loads(office("production", "list", other, number, "-n", "2").out)
    assert named == everywhere[:2]
    assert json.loads(office("production", "list", other).out) == [everywhere[1]]
    assert office("production", "list", other, "99").code == REFUSED
    assert office("factories", "delete", other, "--yes").code == 0
    assert office("factories", "chart", number, "-o", "chart.svg").code == 0
    assert (tmp_path / "chart.svg").read_text().startswith("<svg")
    assert json.loads(office("factories", "rename", number, "South").out)["name"] == "South"
    assert "South" in office("factories", "list", "--text").out
    assert office("production", "delete", number, str(point["id"])).code == 0
    assert office("factories", "delete", number, "--yes").code == 0
    assert json.loads(office("factories", "list").out) == []


def test_seed_documents_are_imported_once(office: Cli, tmp_path: Path) -> None:
    chart = {"sprocket_production_actual": [1], "sprocket_production_goal": [2], "time": [3]}
    size = {"teeth": 5, "pitch_diameter": 5, "outside_diameter": 6.25, "pitch": 1}
    documents = {
        "sprockets": {"sprockets": [size, size]},
        "factories": {"factories": [{"factory": {"chart_data": chart}}] * 2},
    }
    for kind, document in documents.items():
        (tmp_path / f"{kind}.json").write_text(json.dumps(document))
        assert json.loads(office(kind, "import", f"{kind}.json").out)["created"] == 2
        again = json.loads(office(kind, "import", f"{kind}.json").out)
        assert (again["created"], again["already_loaded"]) == (0, True)


def test_a_chart_is_replaced_and_rows_are_added(office: Cli, tmp_path: Path) -> None:
    chart = {"sprocket_production_actual": [1], "sprocket_production_goal": [2], "time": [3]}
    (tmp_path / "chart.json").write_text(json.dumps(chart))
    number = str(json.loads(office("factories", "create", "North").out)["id"])
    changed = json.loads(office("factories", "change", number, "--chart", "chart.json").out)
    assert (changed["name"], changed["chart_data"]) == ("North", chart)
    (tmp_path / "rows.json").write_text('{"rows": [{"id": 7, "job": "Welder"}, {"id": "x"}]}')
    refused = office("rows", "add", "jobs", "rows.json")
    assert (refused.code, refused.out) == (REFUSED, "")
    assert "body.rows.1" in refused.err
    (tmp_path / "rows.json").write_text('{"rows": [{"id": 7, "job": "Welder", "job": "Cook"}]}')
    refused = office("rows", "add", "jobs", "rows.json")
    assert (refused.code, refused.out) == (USAGE, "")
    assert "rows.json cannot be sent: an object has the name 'job' twice" in refused.err
    (tmp_path / "rows.json").write_text('\ufeff{"rows": [{"id": 7, "job": "Welder"}]}', "utf-8")
    assert json.loads(office("rows", "add", "jobs", "rows.json").out)["written"] == 1


def test_one_user_of_the_experiments_is_written_to_a_file_as_json(
    office: Cli, tmp_path: Path
) -> None:
    add_users(2)
    assert office("report", "experiments", "--user", "1", "-o", "user.json").out == ""
    assert json.loads((tmp_path / "user.json").read_text())["user_id"] == 1
    for command in (["experiments", "--csv"], ["mean-hires"], []):
        assert office("report", *command, "--user", "1").code == USAGE


def test_what_has_no_csv_is_not_written_as_one(office: Cli) -> None:
    done = office("report", "overview", "--csv")
    assert (done.code, done.out) == (USAGE, "")
    assert "overview is available as JSON only" in done.err


def test_people_and_their_birthdays(office: Cli) -> None:
    assert (
        office("people", "save", "Ada", "--born", "1985-12-10", "--tz", "Europe/London").code == 0
    )
    (person,) = json.loads(office("birthdays", "--within", "366").out)
    assert (person["username"], person["next_birthday"][5:]) == ("Ada", "12-10")
    assert office("people", "delete", "ada").code == 0
    assert json.loads(office("birthdays", "--within", "366").out) == []
    assert office("people", "save", "Ada", "--born", "2999-01-01").code == REFUSED


@pytest.mark.parametrize(
    "command",
    [
        ["sprockets", "import", "missing.json"],
        ["sprockets", "import", "."],
        ["sprockets", "import", "damaged.json"],
        ["production", "import", "1", "damaged.json"],
        ["factories", "create", "North", "--chart", "damaged.json"],
        ["factories", "chart", "1", "-o", "missing/chart.svg"],
        ["export", "jobs", "-o", "missing/jobs.csv"],
        ["production", "list", "1", "--from", "yesterday"],
        ["production", "list", "1", "--from", "99999999999999999999999-01-01"],
        ["sprockets", "show", "../factories/1"],
        ["upload", "-", "-", "--table", "jobs"],
        ["rows", "add", "jobs", "missing.json"],
        ["factories", "change", "1", "--chart", "."],
        ["people", "delete", "../factories/1"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_read_or_written_is_a_usage_error(
    office: Cli, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "damaged.json").write_bytes(b"\xff{")
    call("POST", "/factories", json_body={"name": "North"})
    done = office(*command)
    assert (done.code, done.out) == (USAGE, "")
    assert done.err
