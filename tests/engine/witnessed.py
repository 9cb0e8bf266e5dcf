"""Runs the searches that were seen on a real Splunk, and counts them by kind, also in README.md.

    make witness

A kind is a table of `tests/engine/witness`. `seen` are the searches that somebody ran, or that
documentation shows with its output (measured, published, told); `derived` were not seen themselves
but follow from a rule that was.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable

import pytest

from tests.engine.blocks import Block
from tests.engine.conformance import HERE, Outcomes
from tests.engine.test_witness import BLOCKS
from tools import figures

_HEAD = ["| kind | seen | as seen | derived | as derived |", "| --- | --- | --- | --- | --- |"]


def kind_of(block: Block) -> str:
    """The kind: its table's name in words."""
    return block.name.partition(".")[0].replace("_", " ")


def is_derived(block: Block) -> bool:
    return block.settings["witness"].startswith("derived")


def counted(blocks: Iterable[Block]) -> list[str]:
    """The lines for the README: given and passed, kind by kind."""
    given, passed = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    for block in blocks:
        key = (kind_of(block), is_derived(block))
        given[key] += 1
        passed[key] += "misses" not in block.settings
    lines = [
        f"| {kind} | {given[kind, False]} | {passed[kind, False]} | "
        f"{given[kind, True]} | {passed[kind, True]} |"
        for kind in sorted({kind for kind, _ in given})
    ]
    totals = [_total(one, derived) for derived in (False, True) for one in (given, passed)]
    return [*_HEAD, *lines, f"| all | {' | '.join(map(str, totals))} |"]


def _total(counts: Counter[tuple[str, bool]], derived: bool) -> int:
    return sum(count for (_, which), count in counts.items() if which is derived)


def main() -> None:
    outcomes = Outcomes()
    arguments = ["-q", "--no-header", str(HERE / "test_witness.py"), *sys.argv[1:]]
    code = pytest.main(arguments, plugins=[outcomes])
    lines = counted(BLOCKS)
    print("\n".join(lines))
    not_run = {block.name for block in BLOCKS} - outcomes.ran
    if code or not_run:
        sys.exit("witness: not all rows are as they say; README.md stays as it is")
    figures.write("witness", lines)


if __name__ == "__main__":
    main()
