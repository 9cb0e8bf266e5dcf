"""How a command ends that somebody stops, or that nobody listens to any more."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.cli.terminal import refusing


def test_ctrl_c_ends_with_the_code_that_shells_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bash Reference Manual, "Exit Status": 128 and the number of the signal."""

    @click.command()
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "get_command", lambda ctx, name: stopped)
    result = CliRunner().invoke(main, ["search"])
    assert (result.exit_code, result.stderr.strip()) == (128 + signal.SIGINT, "Interrupted")


def test_where_nobody_reads_on_it_ends_well_and_writes_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out"
    with path.open("w") as out, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        out.write("not written yet")
        with pytest.raises(SystemExit) as ended, refusing():
            raise BrokenPipeError
    assert (ended.value.code, path.read_text()) == (0, "")
