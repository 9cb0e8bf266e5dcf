"""What is said to be equivalent is there to be changed, and each has its reason."""

from __future__ import annotations

import tomllib

import pytest

from tests.mutants.results import EQUIVALENT
from tests.settings.shipped import ROOT

KNOWN = tomllib.loads(EQUIVALENT.read_text("utf-8"))["mutant"]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known["after"][:40])
def test_the_line_is_still_there_and_says_why(known: dict[str, str]) -> None:
    lines = [line.strip() for line in (ROOT / known["path"]).read_text("utf-8").split("\n")]
    before = [line.strip() for line in known["before"].split("\n")]
    starts = range(len(lines))
    assert any(lines[start : start + len(before)] == before for start in starts), known["before"]
    assert known["before"] != known["after"]
    assert len(known["why"]) >= 12
