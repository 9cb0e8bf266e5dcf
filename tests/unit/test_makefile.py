"""`make help`: each target with a description is listed once, in a group."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_target_stands_in_a_group() -> None:
    text = (ROOT / "Makefile").read_text()
    described = re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE)
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = re.findall(r"^  make (\S+)", shown.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(described)
    assert shown.stdout.endswith("\n\n"), "a target stands in no group"
