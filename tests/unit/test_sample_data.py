"""The sample data is what its generator makes, and has the flaws of real files."""

import importlib.util
import json
import re
from collections.abc import Iterator
from contextlib import closing
from types import ModuleType

import pytest

from tests.expected_reports import DATA, Expected


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DATA / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generator_makes_the_committed_files() -> None:
    made = generator().files()
    assert {name: (DATA / name).read_bytes() for name in made} == made


def test_the_files_have_the_flaws_of_real_ones() -> None:
    text = {path.stem: path.read_bytes().decode() for path in DATA.glob("*.csv")}
    assert text["departments"].startswith("id,\tdepartment\n")
    assert "\n\n" in text["departments"]
    assert re.match(r"1,\w", text["jobs"]), "no header"
    assert text["jobs"].count("\r\n") == text["jobs"].count("\n")
    hires = text["hired_employees"]
    assert hires.startswith("\ufeffid,")
    assert '"Mae ""Mac"" Cooper"' in hires
    assert '"Turner, Bo"' in hires
    assert '"Grace\nHedy Baker"' in hires
    for blank in (r"\d+,,20", r"\d+,[^,\n]+,,\d", r"Z,,\d+\n", r"Z,\d+,\n"):
        assert re.search(blank, hires), blank
    assert ",999," in hires
    assert ",999\n" in hires
    assert text["compounds"].startswith("compound_id;")


@pytest.fixture
def expected() -> Iterator[Expected]:
    with closing(Expected()) as made:
        yield made


def test_the_counts_are_as_promised(expected: Expected) -> None:
    assert expected.counts["hired_employees"] == (2006, 2000, 6)
    assert expected.counts["departments"][1] == 12
    assert expected.counts["jobs"][1] == 180
    assert expected.counts["user_experiments"][1] == 11
    above = expected.departments_above_mean(2021)
    assert 0 < len(above) < 12
    reports = {row["user_id"]: row for row in expected.user_reports()}
    assert reports[2]["fav_compound"] == "Molybdenum disulfide", "a tie, the lower id wins"
    assert reports[8] == {"user_id": 8, "name": "Hedy", "count": 0, "fav_compound": None}
    assert expected.average_experiment_count() == 11 / 7


def test_the_seed_documents_have_charts_of_equal_lengths() -> None:
    for each in json.loads((DATA / "factories.json").read_text())["factories"]:
        assert len({len(values) for values in each["factory"]["chart_data"].values()}) == 1
    assert len(json.loads((DATA / "sprockets.json").read_text())["sprockets"]) == 20
