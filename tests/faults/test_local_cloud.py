"""The local cloud, killed at any moment: the next start works and prints what was lost."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local import saves
from tests.expected_reports import DATA, Expected
from tests.faults.stand import HIRED, Stand, Writer, expect_reports
from tests.stack import until

pytestmark = pytest.mark.e2e
Hire = tuple[int, str, str, int, int]
FIRST_DEPARTMENT = 10_000  # id of the rows that a test writes


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    made = Stand(Path(tmp_path_factory.mktemp("killed")))
    made.run("up")
    yield made
    made.cloud.stop()


@pytest.fixture(scope="module")
def expected() -> Iterator[Expected]:
    with closing(Expected()) as made:
        yield made


def stored(api: httpx.Client, number: int) -> bool:
    return api.get(f"/tables/departments/rows/{number}").status_code == 200


def kill_while_rows_are_written(stand: Stand, chance: random.Random, first: int) -> None:
    with stand.api() as api:
        writer = Writer(api, first)
        writer.start()
        time.sleep(chance.uniform(0, 8))
        stand.kill()
        writer.join()
    saved = saves.newest(stand.cloud.folder)
    warning = stand.run("up")
    assert warning.count("\n") == 1, warning
    assert "the local cloud was killed" in warning
    if saved is None:
        return
    with stand.api() as api:
        kept = [n for n, at in writer.written.items() if at < saved.at.timestamp()]
        assert all(stored(api, number) for number in kept[-20:])


def test_what_was_saved_is_there_after_a_kill(
    stand: Stand, expected: Expected, chance: random.Random, examples: int
) -> None:
    for n in range(max(1, examples // 60)):
        kill_while_rows_are_written(stand, chance, FIRST_DEPARTMENT + n * 10_000)
        with stand.api() as api:
            expect_reports(api, expected)


def test_a_start_that_is_killed_is_made_up_for_by_the_next(
    stand: Stand, expected: Expected, chance: random.Random, examples: int
) -> None:
    for n in range(max(1, examples // 60)):
        # every third from nothing, when it deploys and loads
        stand.run("clean" if n % 3 == 2 else "down")
        seconds = chance.uniform(0, 40 if n % 3 == 2 else 15)
        killed = stand.begin("up")
        time.sleep(seconds)
        stand.kill()
        _, errors = killed.communicate(timeout=300)
        assert "Traceback" not in errors
        assert all(line.startswith(("error: ", "warning: ")) for line in errors.splitlines()), (
            errors
        )
        stand.run("up")
        with stand.api() as api:
            expect_reports(api, expected)


def test_a_load_and_a_stop_at_once(stand: Stand, expected: Expected) -> None:
    body = (DATA / "hired_employees.csv").read_bytes()
    with stand.api() as api:
        headers = {"content-type": "text/csv"}

        def load() -> None:
            with suppress(httpx.HTTPError):
                # the last one may get no response
                while api.post(
                    "/tables/hired_employees", content=body, headers=headers, timeout=10
                ).is_success:
                    pass

        loading = threading.Thread(target=load)
        loading.start()
        time.sleep(1)
        stand.run("down")
        loading.join()
    assert stand.run("up") == "", "nothing was lost"
    with stand.api() as api:
        expect_reports(api, expected)


def test_a_job_that_a_kill_interrupted_is_brought_to_its_end(
    stand: Stand, expected: Expected
) -> None:
    with stand.api() as api:
        # on a fast machine a job may be done before a save has it: then a larger one
        for count in (40_000, 80_000, 160_000):
            rows = hires(1_000_000 + count, count)
            expected.hire(rows)
            url = f"/ingestions/{submitted(api, rows)}"
            if saved_while_it_ran(stand, api, url):
                break
        stand.kill()
    stand.run("up")
    with stand.api() as api:
        failed = wait(api, url)
        assert failed["status"] == "failed", failed
        assert failed["rows"]["written"] < len(rows)
        assert api.post(f"{url}/retry").status_code == 202
        job = wait(api, url)
        assert job["status"] == "succeeded", job
        assert job["rows"]["written"] == len(rows)
        expect_reports(api, expected)


def hires(first: int, count: int) -> list[Hire]:
    name = "Somebody " * 20  # long, for the worker notes its progress by bytes
    return [
        (first + n, name.strip(), f"{HIRED}-{n % 12 + 1:02}-01T00:00:00Z", n % 5 + 1, n % 7 + 1)
        for n in range(count)
    ]


def saved_while_it_ran(stand: Stand, api: httpx.Client, url: str) -> bool:
    """Whether a save has the job as it runs: one that was not begun would be started again."""
    until(lambda: api.get(url).json()["rows"]["read"])
    begun = saves.now()

    def saved() -> bool:
        save = saves.newest(stand.cloud.folder)
        return save is not None and save.at >= begun

    until(saved)
    return bool(api.get(url).json()["status"] == "running")


def submitted(api: httpx.Client, rows: list[Hire]) -> str:
    """The id of a job that loads the rows."""
    made = api.post("/ingestions", json={"table": "hired_employees"}).raise_for_status().json()
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    upload = made["upload"]
    httpx.post(
        upload["url"], data=upload["fields"], files={"file": text.encode()}, timeout=60
    ).raise_for_status()
    return str(made["id"])


def wait(api: httpx.Client, url: str) -> dict[str, Any]:
    """The job when it has ended."""

    def ended() -> dict[str, Any] | None:
        job: dict[str, Any] = api.get(url).raise_for_status().json()
        return job if job["finished_at"] else None

    return until(ended)
