"""Recall and precision: the tables of docs/efficacy.md, and that of docs/companion.md.

    python -m tests.efficacy [--true N] [--other N] [--logs PATH ...] [--content CHECKOUT]
                             [--write]

Exits with 1 when a true event raises no alert, or another one does; and when the companion search
misses what a public source shows, or makes a row of what is none.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from tests.efficacy.companion import (
    cost_table,
    day_table,
    over_generated,
    over_real,
    source_table,
)
from tests.efficacy.precision import Precision, examples, made, real
from tests.efficacy.readers import INDEX, READERS
from tests.efficacy.recall import SETUPS, Recall, recall, true_events
from tests.real_evtx import FILE
from tools.figures import write

DOCS = Path(__file__).parents[2] / "docs" / "efficacy.md"
COMPANION = DOCS.with_name("companion.md")
_SHOWN = 5  # of what went wrong


def main(arguments: list[str]) -> int:
    """Prints the tables as they are in the docs."""
    given = _parsed(arguments)
    events = true_events(given.true, given.seed)
    found = {name: recall(events, apps) for name, apps in SETUPS.items()}
    found |= {name: recall(events, reader=name) for name in READERS if name != INDEX}
    tables = {"recall": _recall_table(found), "readers": _reader_table(found)}
    print(*tables["readers"], "", *tables["recall"], sep="\n")
    parts = [made(given.other, given.seed)]
    logs = [*([FILE] if FILE.exists() else []), *given.logs]
    if not FILE.exists():
        print(f"\n{FILE.name} is not there: left out (tests/real_evtx.py fetches it)")
    if logs:
        parts.append(real(logs))
    if given.content:
        parts.append(examples(given.content, given.seed))
    tables["precision"] = _precision_table(parts)
    print("", *tables["precision"], sep="\n")
    tables["companion"], tables["days"], tables["sources"], wrong = _companion(given, logs)
    for name in ("companion", "days", "sources"):
        print("", *tables[name], sep="\n")
    if given.write:
        for name, lines in tables.items():
            write(name, lines, COMPANION if name == "sources" else DOCS)
    lost = [one.text for each in found.values() for one in each.examples]
    fired = [text for part in parts for text in part.examples]
    print(f"\n{len(lost)} true events lost, {len(fired)} other events or logs that fired")
    print(f"{wrong} samples or generated events of which the companion search is wrong")
    for text in [*lost[:_SHOWN], *fired[:_SHOWN]]:
        print(f"\n{text[:2000]}", file=sys.stderr)
    return 1 if lost or fired or wrong else 0


def _companion(
    given: argparse.Namespace, logs: list[Path]
) -> tuple[list[str], list[str], list[str], int]:
    """The tables of the companion search, and how often it is wrong."""
    costs = {"generated events, every host a CA": over_generated(given.other, given.seed)}
    wrong = sum(each.rows for each in costs.values())
    if logs:
        costs["real events in files, as shipped"] = over_real(logs, shipped=True)
        costs["real events in files, every host a CA"] = over_real(logs)
    sources, mistakes = source_table()
    return cost_table(costs), day_table(), sources, wrong + mistakes


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.efficacy")
    parser.add_argument("--true", type=int, default=10_000, help="true events, changed")
    parser.add_argument("--other", type=int, default=1_000_000, help="other events, generated")
    parser.add_argument("--seed", type=int, default=4876)
    parser.add_argument("--logs", type=Path, nargs="*", default=[], help="files and folders")
    parser.add_argument("--content", type=Path, help="a checkout of splunk/security_content")
    parser.add_argument("--write", action="store_true", help="the tables into docs/efficacy.md")
    given = parser.parse_args(arguments)
    for path in [*given.logs, *([given.content / "data_sources"] if given.content else [])]:
        if not path.exists():
            parser.error(f"{path}: there is no such file or folder")
    return given


def _recall_table(found: dict[str, Recall]) -> list[str]:
    first, *_ = found.values()
    lines = [_row("what was changed", "events", *(f"lost: {name}" for name in found))]
    lines.append(_row("---", *["---:"] * (len(found) + 1)))
    for name in sorted(first.tried):
        lost = [_lost(each.lost[name], each.tried[name]) for each in found.values()]
        lines.append(_row(name, _count(first.tried[name]), *lost))
    lost = [_count(each.events - each.found) for each in found.values()]
    return [*lines, _row("**true events, 1 to 4 changes each**", _count(first.events), *lost)]


def _reader_table(found: dict[str, Recall]) -> list[str]:
    """How many of each form came each way, and how many of these were lost."""
    first, *_ = found.values()
    lines = [_row("form", *found), _row("---", *["---:"] * len(found))]
    for kind in sorted(first.kinds, key=str.casefold):
        cells = (_of(each.lost_kinds[kind], each.kinds[kind]) for each in found.values())
        lines.append(_row(kind, *cells))
    totals = (_of(each.events - each.found, each.events) for each in found.values())
    return [*lines, _row("**lost of all**", *totals)]


def _of(lost: int, tried: int) -> str:
    return f"{_count(lost)} of {_count(tried)}" if tried else "-"


def _lost(lost: int, tried: int) -> str:
    return _count(lost) if tried else "-"


def _precision_table(parts: list[Precision]) -> list[str]:
    tried: Counter[str] = sum((part.tried for part in parts), Counter())
    fired: Counter[str] = sum((part.fired for part in parts), Counter())
    lines = [_row("what", "events", "fired"), _row("---", "---:", "---:")]
    lines += [_row(name, _count(count), _count(fired[name])) for name, count in tried.items()]
    return [*lines, _row("**other events**", _count(tried.total()), _count(fired.total()))]


def _count(number: int) -> str:
    return f"{number:,}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
