"""Exactly once over time: the table of docs/schedule.md.

    python -m tests.efficacy.once [--backups N] [--days N] [--seed N] [--case NAME] [--processes N]
                                  [--write]

Exits with 1 when the shipped schedule misses or repeats an alert where it must not.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.efficacy.backups import CASES, Case
from tests.efficacy.replay import Outcome, Replay
from tests.efficacy.schedules import DOCS, schedules
from tools.figures import write

BOTH = ("specified", "shipped")
MAY_MISS = {"search head down for days"}
"""Splunk itself makes up for missed runs of the last 24 hours only."""
MAY_REGROUP = {"twice, at once", "twice, later"}
"""Events that come again in other company make another result."""


@dataclass(frozen=True)
class Work:
    """One cell of the table."""

    case: Case
    schedule: str
    backups: int
    days: float
    seed: int

    def done(self) -> Outcome:
        """Lets it happen."""
        trial = self.case.trial(self.backups, self.days, self.seed)
        outcome = Replay(trial, schedules()[self.schedule], self.seed).run()
        print(f"{self.case.name}, {self.schedule}: {outcome}", file=sys.stderr, flush=True)
        return outcome


def main(arguments: list[str]) -> int:
    """Prints the tables as they are in the docs."""
    parser = argparse.ArgumentParser(prog="python -m tests.efficacy.once")
    parser.add_argument("--backups", type=int, default=10_000, help="in each case")
    parser.add_argument("--days", type=float, default=31, help="over which they happen")
    parser.add_argument("--seed", type=int, default=4876)
    parser.add_argument("--case", choices=[case.name for case in CASES], help="this one alone")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="the tables into docs/schedule.md")
    given = parser.parse_args(arguments)
    if given.write and given.case:
        parser.error("the tables in the docs have every case: leave out --case")
    cases = [case for case in CASES if given.case in (None, case.name)]
    work = {
        (case.name, name): Work(case, name, given.backups, given.days, given.seed)
        for case in cases
        for name in (*BOTH, *case.others)
    }
    with ProcessPoolExecutor(given.processes) as pool:
        found = dict(zip(work, pool.map(Work.done, work.values()), strict=True))
    tables = _tables(cases, found)
    print(*tables, sep="\n")
    if given.write:
        write("once", tables, DOCS)
    wrong = [line for case in cases for line in problems(case, found[case.name, "shipped"])]
    print(f"\n{len(wrong)} things went wrong", *wrong, sep="\n")
    return 1 if wrong else 0


def problems(case: Case, shipped: Outcome) -> list[str]:
    """What must not be."""
    found = []
    if shipped.missed and case.name not in MAY_MISS:
        found.append(f"{case.name}: {shipped.missed} alerts missed")
    if shipped.repeated:
        found.append(f"{case.name}: {shipped.repeated} alerts repeated")
    if shipped.regrouped and case.name not in MAY_REGROUP:
        found.append(f"{case.name}: {shipped.regrouped} alerts name old backups in other company")
    return found


def _tables(cases: list[Case], found: dict[tuple[str, str], Outcome]) -> list[str]:
    """The lines of both: every case, and other schedules where they are shown."""
    head = ("case", "what happens", "events", *(f"{n}: {w}" for n in BOTH for w in _WORDS))
    lines = [_row(head), _row(["---", "---", *["---:"] * (len(head) - 2)])]
    for case in cases:
        first = found[case.name, BOTH[0]]
        figures = [figure for name in BOTH for figure in _figures(found[case.name, name])]
        lines.append(_row([case.name, case.what, f"{first.events:,}", *figures]))
    others = [key for key in found if key[1] not in BOTH]
    if others:
        lines += ["", _row(["case", "schedule", *_WORDS])]
        lines.append(_row(["---", "---", *["---:"] * len(_WORDS)]))
        lines += [_row([*key, *_figures(found[key])]) for key in others]
    return lines


_WORDS = ("missed", "repeated", "regrouped", "longest wait")


def _figures(outcome: Outcome) -> list[str]:
    hours, minutes = divmod(round(outcome.wait / 60), 60)
    counts = outcome.missed, outcome.repeated, outcome.regrouped
    return [*(f"{count:,}" for count in counts), f"{hours}:{minutes:02}"]


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
