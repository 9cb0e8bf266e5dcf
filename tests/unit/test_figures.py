"""Figures that make targets write into README.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.engine.conformance import blocks_by_table
from tests.engine.test_witness import BLOCKS
from tests.engine.witnessed import is_derived
from tools import figures


def test_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- x: written by make x -->\nold\n<!-- /x -->\nafter\n")
    figures.write("x", ["| a |", r"\1"], page)
    assert figures.written("x", page) == "| a |\n\\1"
    assert page.read_text().startswith("before\n<!-- x: written by make x -->\n")
    assert page.read_text().endswith("<!-- /x -->\nafter\n")


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    with pytest.raises(figures.NoMarks):
        figures.write("x", ["a"], page)
    assert page.read_text() == "nothing\n"


def test_the_readme_counts_no_row_that_there_is_not() -> None:
    """It may say fewer: rows that came after `make conformance` was run."""
    found = re.search(
        r"([\d,]+) rows in \d+ tables, ([\d,]+) of them", figures.written("conformance")
    )
    assert found is not None
    said_rows, said_documented = (int(number.replace(",", "")) for number in found.groups())
    rows = [block for blocks in blocks_by_table().values() for block in blocks]
    assert 800 <= said_documented <= sum(block.documented for block in rows)
    assert said_rows <= len(rows)


def test_the_readme_counts_what_was_seen_on_a_splunk() -> None:
    """It may say fewer: rows that came after `make witness` was run."""
    said = re.search(r"\| all \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", figures.written("witness"))
    assert said is not None
    seen, as_seen, derived, as_derived = map(int, said.groups())
    assert seen <= sum(not is_derived(block) for block in BLOCKS)
    assert derived <= sum(is_derived(block) for block in BLOCKS)
    assert as_seen >= 0.98 * seen
    assert as_derived >= 0.9 * derived


def test_the_readme_has_the_figures_of_public_detections() -> None:
    assert "| parsed |" in figures.written("breadth")
    assert "| planned |" in figures.written("breadth")
