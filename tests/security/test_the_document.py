"""Every claim of docs/security.md names its tests, and every named test is there."""

from __future__ import annotations

import re

import pytest

from tests.security.conftest import ROOT

DOCUMENTS = ("security.md", "reliability.md")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_named_test_exists(name: str) -> None:
    named = _TEST.findall((ROOT / "docs" / name).read_text())
    assert named
    for path, test in named:
        assert re.search(rf"^def {test}\(", (ROOT / path).read_text(), re.MULTILINE), (path, test)


def test_every_claim_has_its_test() -> None:
    """A row of a table is a claim; its last column names what holds it."""
    text = (ROOT / "docs" / "security.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    claims = [row for row in rows if not row.startswith("| claim")]
    assert len(claims) > 20
    for claim in claims:
        assert _TEST.search(claim) or "`make " in claim, claim
