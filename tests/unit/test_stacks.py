"""Commands for the local cloud's stack or one on AWS."""

import sys
from types import ModuleType

import pytest

from infra import reconcile, replay


@pytest.mark.parametrize("command", [reconcile, replay])
def test_a_region_alone_is_refused(
    command: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # the local cloud would be taken, and changed, in place of the stack that was meant
    monkeypatch.setattr(sys, "argv", ["command", "--region", "eu-central-1"])
    with pytest.raises(SystemExit):
        command.main()
    assert "--region needs --stack" in capsys.readouterr().err
