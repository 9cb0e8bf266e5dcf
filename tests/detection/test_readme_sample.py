"""The README's sample output is what the command prints, but for the seconds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from splay.cli.main import main

ROOT = Path(__file__).parents[2]
SAMPLE = "tests/data/sample/classic.log"
_SECONDS = re.compile(r"in \d+\.\d\d s")


def test_the_sample_output_is_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    sample = readme.partition(f"    Data: {SAMPLE}, your data\n")[2]
    shown = sample.partition("\n\n`splay detect`")[0]
    printed = CliRunner().invoke(main, ["detect", SAMPLE], env={"COLUMNS": "80"}).stdout
    assert _without_seconds(printed) == _without_seconds(shown)


def _without_seconds(text: str) -> list[str]:
    return [line.strip() for line in _SECONDS.sub("", text).strip().splitlines()]
