"""make faults: breaks everything, and ends with a table of what was tried and what went wrong."""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults.cases import CASES

SCALE = 3


def main() -> int:
    """Runs every case; 0 when nothing went wrong."""
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
    print("| what was tried | seconds | what went wrong |\n| --- | ---: | --- |")
    for title, seconds, wrong in rows:
        print(f"| {title} | {seconds:.0f} | {wrong} |")
    return int(any(wrong != "nothing" for _, _, wrong in rows))


if __name__ == "__main__":
    sys.exit(main())
