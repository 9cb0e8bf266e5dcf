"""`make help`: each target with a description stands in one of its groups."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_target_stands_in_a_group() -> None:
    text = (ROOT / "Makefile").read_text()
    described = re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE)
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = re.findall(r"^  make (\S+)", shown.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(described)
    assert len(re.findall(r"^\S", shown.stdout, re.MULTILINE)) == len(
        re.findall(r"^#: ", text, re.MULTILINE)
    )
