"""Changes the project in single places, and lists the changes that no test notices.

    python -m tests.mutants [PLACE ...] [--seeds 1 2] [--count 300] [--again] [--known] [--write]

All happens in a copy, build/mutants/tree. Which tests run a line is found out first, once for each
file of tests, which takes as long as the tests do; --known leaves that out, and does with what is
known. A seed's mutants are dealt out to the places, as many to each. What came of each is kept in
build/mutants/results: a run that was cut short goes on. --again tries once more what survived, when
tests were added. --write puts the table into docs/reliability.md, where the lines of places that
were not tried here stay.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from tests.mutants.drawing import dealt
from tests.mutants.mutant import Mutant
from tests.mutants.places import PLACES, Place
from tests.mutants.record import Record
from tests.mutants.results import Results, Tried, joined, known_equivalent, table
from tests.mutants.runner import Runner
from tests.mutants.tree import BUILD, ROOT, Tree
from tools.figures import write, written

DOCS = ROOT / "docs" / "reliability.md"


@dataclass(frozen=True)
class Share:
    """What a seed gives a place: its mutants, and what came of them so far."""

    place: Place
    seed: int
    mutants: list[Mutant]
    results: Results

    def left(self, *, again: bool) -> list[Mutant]:
        """Those that are still to be tried. again: also those that survived."""
        survived = set(self.results.survivors(self.mutants)) if again else set()
        known = known_equivalent()
        return [
            mutant
            for mutant in self.mutants
            if mutant not in known and (mutant not in self.results or mutant in survived)
        ]

    def survivors(self) -> list[Mutant]:
        """Those that a test should have noticed."""
        known = known_equivalent()
        return [one for one in self.results.survivors(self.mutants) if one not in known]

    def counted(self) -> Tried:
        """How many there are, of those that were tried or need not be."""
        known = known_equivalent()
        same = sum(mutant in known for mutant in self.mutants)
        tried = sum(one in self.results and one not in known for one in self.mutants)
        return Tried(self.place.name, self.seed, tried + same, len(self.survivors()), same)


def main() -> int:
    """0, whatever survives: the list is for a person to read."""
    given = _arguments()
    tree = Tree(ROOT, BUILD / "tree")
    names = given.places or list(PLACES)
    tried = []
    for name, count in zip(names, dealt(given.count, len(names)), strict=True):
        place, record = PLACES[name], Record(tree.folder, BUILD / "record")
        record.take(place.tests, run=not given.known)
        for seed in given.seeds:
            results = Results(BUILD / "results" / f"{name}-{seed}.jsonl")
            share = Share(place, seed, place.mutants(tree.folder, seed, count), results)
            _try(share, Runner(tree.folder, record), again=given.again)
            tried.append(share.counted())
    lines = table(tried)
    print(*lines, sep="\n")
    if given.write:
        order = [place.name for place in PLACES.values()]
        write("mutants", joined(written("mutants", DOCS).split("\n"), lines, order), DOCS)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument(
        "places", nargs="*", metavar="PLACE", help=f"{', '.join(PLACES)}; all if none"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="1 if none is given")
    parser.add_argument(
        "--count", type=int, default=300, help="mutants of each seed, of all places"
    )
    parser.add_argument("--again", action="store_true", help="try those that survived once more")
    parser.add_argument("--known", action="store_true", help="find out nothing more of the tests")
    parser.add_argument("--write", action="store_true", help="the table into docs/reliability.md")
    given = parser.parse_args()
    if unknown := [name for name in given.places if name not in PLACES]:
        parser.error(f"no such place: {', '.join(unknown)}; there are {', '.join(PLACES)}")
    return given


def _try(share: Share, runner: Runner, *, again: bool) -> None:
    """Tries what was not tried yet, or once more what survived, and prints what survives."""
    wanted = share.left(again=again)
    for number, mutant in enumerate(wanted, 1):
        verdict = runner.judge(mutant)
        share.results.add(mutant, verdict)
        said = "noticed" if verdict.noticed else "SURVIVED"
        where = f"{share.place.name}, seed {share.seed}, {number} of {len(wanted)}"
        print(f"[{where}] {said}: {verdict.how} ({verdict.seconds} s)", file=sys.stderr, flush=True)
    for mutant in share.survivors():
        print(mutant, flush=True)


if __name__ == "__main__":
    sys.exit(main())
