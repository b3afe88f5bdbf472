"""The copy of the code that the local cloud's workers share."""

from pathlib import Path

from infra.local.workers import clear


def test_code_stays_while_a_worker_has_it(tmp_path: Path) -> None:
    for name in ("used", "unused"):
        (tmp_path / "code" / name).mkdir(parents=True)
    worker = tmp_path / "ministack-lambda-1"
    worker.mkdir()
    (worker / "code").symlink_to(tmp_path / "code/used")
    # another is being made: its folder is not a link yet
    (tmp_path / "ministack-lambda-2/code").mkdir(parents=True)
    clear(tmp_path)
    assert [path.name for path in (tmp_path / "code").iterdir()] == ["used"]
