"""Changes the project in single places, and lists the changes that no test notices.

    python -m tests.mutants [PLACE ...] [--seeds 1 2] [--count 300] [--again] [--known] [--write]

All happens in a copy, build/mutants/tree. Which tests run a line is found out first, once for each
file of tests, which takes as long as the tests do; --known leaves that out, and does with what is
known. What came of each mutant is kept in build/mutants/results: a run that was cut short goes on.
--again tries once more what survived, when tests were added. --write puts the table into
docs/reliability.md, where the lines of places that were not tried here stay.
"""

from __future__ import annotations

import argparse
import sys

from tests.mutants.places import PLACES, Place
from tests.mutants.record import Record
from tests.mutants.results import Results, joined, known_equivalent, table
from tests.mutants.runner import Runner
from tests.mutants.tree import BUILD, ROOT, Tree
from tools.figures import write, written

DOCS = ROOT / "docs" / "reliability.md"


def main() -> int:
    """0, whatever survives: the list is for a person to read."""
    given = _arguments()
    tree = Tree(ROOT, BUILD / "tree")
    for name in given.places or PLACES:
        place, record = PLACES[name], Record(tree.folder, BUILD / "record")
        record.take(place.tests, run=not given.known)
        runner = Runner(tree.folder, record)
        for seed in given.seeds:
            _try(place, seed, given, Results(BUILD / "results" / f"{name}-{seed}.jsonl"), runner)
    found = {
        place.name: [Results(path) for path in sorted((BUILD / "results").glob(f"{name}-*.jsonl"))]
        for name, place in PLACES.items()
    }
    lines = table(found, known_equivalent())
    print(*lines, sep="\n")
    if given.write:
        names = [place.name for place in PLACES.values()]
        write("mutants", joined(written("mutants", DOCS).split("\n"), lines, names), DOCS)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument(
        "places", nargs="*", metavar="PLACE", help=f"{', '.join(PLACES)}; all if none"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="1 if none is given")
    parser.add_argument("--count", type=int, default=50, help="mutants of each place and seed")
    parser.add_argument("--again", action="store_true", help="try those that survived once more")
    parser.add_argument("--known", action="store_true", help="find out nothing more of the tests")
    parser.add_argument("--write", action="store_true", help="the table into docs/reliability.md")
    given = parser.parse_args()
    if unknown := [name for name in given.places if name not in PLACES]:
        parser.error(f"no such place: {', '.join(unknown)}; there are {', '.join(PLACES)}")
    return given


def _try(
    place: Place, seed: int, given: argparse.Namespace, results: Results, runner: Runner
) -> None:
    """Tries what was not tried yet, and prints what survives."""
    equivalent = known_equivalent()
    if given.again:
        wanted = [mutant for mutant in results.survivors() if mutant not in equivalent]
    else:
        wanted = [one for one in place.mutants(ROOT, seed, given.count) if one not in results]
    for number, mutant in enumerate(wanted, 1):
        placed = mutant.placed((ROOT / mutant.path).read_text(encoding="utf-8"))
        if placed is None:
            print(f"{mutant.path}:{mutant.line} has changed: it is not tried", file=sys.stderr)
            continue
        verdict = runner.judge(placed)
        results.add(mutant, verdict)
        said = "noticed" if verdict.noticed else "SURVIVED"
        where = f"{place.name}, seed {seed}, {number} of {len(wanted)}"
        print(f"[{where}] {said}: {verdict.how} ({verdict.seconds} s)", file=sys.stderr, flush=True)
        if not verdict.noticed and mutant not in equivalent:
            print(mutant, flush=True)


if __name__ == "__main__":
    sys.exit(main())
