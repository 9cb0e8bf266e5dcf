"""What public sources show, against the companion search: each sample, in two renderings.

The expected signals are those of tests/efficacy/sources.py, which names the source of each.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.detection.companion import FORMS
from tests.detection.searching import ROOT
from tests.efficacy.companion import day_table, seen, source_table
from tests.efficacy.sources import SAMPLES
from tools.figures import written

DOCS = ROOT / "docs"


@pytest.mark.parametrize("form", FORMS)
def test_no_sample_is_missed_and_none_is_false(form: str, tmp_path: Path) -> None:
    found = seen(SAMPLES, form, tmp_path)
    assert [
        (sample.source, sample.shown, set(signals))
        for sample, signals in zip(SAMPLES, found, strict=True)
        if signals != sample.expected
    ] == []


def test_the_documentation_shows_each_sample_and_what_was_seen() -> None:
    """The table is written by `make efficacy`; here it is made again."""
    lines, wrong = source_table()
    assert wrong == 0
    assert written("sources", DOCS / "companion.md").splitlines() == lines


def test_ordinary_days_cost_what_the_documentation_says() -> None:
    assert written("days", DOCS / "efficacy.md").splitlines() == day_table()
