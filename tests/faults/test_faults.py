"""Each fault once, small; `make faults` makes them large and says what went wrong in a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import attacks, cases
from tests.faults.case import CASES

MODULES = (cases, attacks)
"""Whose cases are run."""


@pytest.mark.parametrize("title", CASES)
def test_fault(tmp_path: Path, title: str) -> None:
    CASES[title](tmp_path, 1)
