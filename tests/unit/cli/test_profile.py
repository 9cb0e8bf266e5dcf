"""What --profile says of a run adds up, and goes to stderr: stdout is for results."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner

from splay.cli.main import main
from splay.cli.profile import Profile

ROOT = Path(__file__).parents[3]
LINE = re.compile(r" *(\d+\.\d{3}) s  (  of it )?(.*)")


def test_steps_parts_and_sum() -> None:
    arguments = ["detect", "--app", str(ROOT), "--profile", "--json"]
    done = CliRunner().invoke(main, [*arguments, str(ROOT / "tests/data/sample/classic.log")])
    assert json.loads(done.stdout)["results"]
    found = [LINE.fullmatch(line) for line in done.stderr.splitlines()]
    lines = [(match[3], bool(match[2]), float(match[1])) for match in found if match]
    steps = {name: seconds for name, part, seconds in lines if not part}
    parts = {name: seconds for name, part, seconds in lines if part}
    total = steps.pop("in all")
    assert list(steps) == ["start of Python and imports", "apps and plan", "search", "output"]
    assert "the command adcsenrich" in parts
    assert abs(sum(steps.values()) - total) < 0.0005 * (len(steps) + 1)  # each is rounded
    assert 0 < sum(parts.values()) < steps["search"]


def test_each_step_is_the_time_since_the_one_before() -> None:
    profile = Profile()
    profile.done("one")
    profile.done("two")
    text = list(profile.lines({"not said": 1.0}))
    assert [line.split("s  ")[1] for line in text] == [
        "start of Python and imports",
        "one",
        "two",
        "in all",
    ]
