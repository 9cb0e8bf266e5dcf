"""make faults: breaks everything, and ends with a table of what was tried and what went wrong.

python -m tests.faults.table [--write]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults import attacks, cases
from tests.faults.case import CASES
from tools.figures import write

MODULES = (cases, attacks)
"""Whose cases are run."""

SCALE = 3
DOCS = Path(__file__).parents[2] / "docs" / "reliability.md"


def main() -> int:
    """Runs every case; 0 when nothing went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.table")
    parser.add_argument("--write", action="store_true", help="the table into docs/reliability.md")
    given = parser.parse_args()
    rows: list[tuple[str, float, str]] = []
    for title, run in CASES.items():
        started = time.perf_counter()
        wrong = "nothing"
        with tempfile.TemporaryDirectory(prefix="splay-faults-") as folder:
            try:
                run(Path(folder), SCALE)
            except AssertionError as error:
                traceback.print_exc()
                wrong = str(error).splitlines()[0] if str(error) else "see above"
        rows.append((title, time.perf_counter() - started, wrong))
        print(f"{title}: {wrong}", file=sys.stderr, flush=True)
    lines = ["| what was tried | seconds | what went wrong |", "| --- | ---: | --- |"]
    lines += [f"| {title} | {seconds:.0f} | {wrong} |" for title, seconds, wrong in rows]
    print(*lines, sep="\n")
    if given.write:
        write("faults", lines, DOCS)
    return int(any(wrong != "nothing" for _, _, wrong in rows))


if __name__ == "__main__":
    sys.exit(main())
