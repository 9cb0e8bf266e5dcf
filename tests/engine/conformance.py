"""Runs the conformance tables and counts them; also writes the count into README.md.

    make conformance

A row is one expectation: a search, what goes in, what must come out. `documented` are those for
which a page of Splunk's documentation is named and says so; the others are what splay promises
beyond it: what it chose where the documentation is silent, what it refuses, what it plans.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.engine.blocks import Block, read_table
from tools import figures

HERE = Path(__file__).parent
TABLES = HERE / "tables"
_ID = re.compile(r"\[(\w+)\.txt:(\d+)\]$")


class Outcomes:
    """Collects which rows ran and which failed. Of a row several things are held."""

    def __init__(self) -> None:
        self.ran: set[str] = set()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = _ID.search(report.nodeid)
        if found:
            name = f"{found[1]}.txt:{found[2]}"
            self.ran.add(name)
            if report.failed:
                self.failed.add(name)


def blocks_by_table() -> dict[str, list[Block]]:
    """The rows of each table, by the table's name."""
    return {path.stem: list(read_table(path)) for path in sorted(TABLES.glob("*.txt"))}


def counted(tables: dict[str, list[Block]]) -> list[str]:
    """The lines for the README."""
    rows = [block for blocks in tables.values() for block in blocks]
    documented = sum(block.documented for block in rows)
    return [
        f"{len(rows):,} rows in {len(tables)} tables, {documented:,} of them of a named page of "
        "Splunk's documentation; all pass."
    ]


def main() -> None:
    tables = blocks_by_table()
    outcomes = Outcomes()
    arguments = ["-q", "--no-header", str(HERE / "test_tables.py"), *sys.argv[1:]]
    code = pytest.main(arguments, plugins=[outcomes])
    failed = Counter(name.partition(".")[0] for name in outcomes.failed)
    print(f"{'table':20} {'rows':>5} {'documented':>11} {'failed':>7}")
    for name, blocks in tables.items():
        documented = sum(block.documented for block in blocks)
        print(f"{name:20} {len(blocks):5} {documented:11} {failed[name]:7}")
    rows = {block.name for blocks in tables.values() for block in blocks}
    if not_run := rows - outcomes.ran:
        print(f"{len(not_run)} rows were not run: {', '.join(sorted(not_run)[:5])}")
    if code or not_run:
        sys.exit("conformance: not all rows pass; README.md stays as it is")
    figures.write("conformance", counted(tables))
    print(*counted(tables))


if __name__ == "__main__":
    main()
