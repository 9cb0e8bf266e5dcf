"""Fuzzes every target and prints a table of what was tried and what was found.

    python -m tests.fuzz [TARGET ...] [--inputs N] [--at-once N] [--write]

What was found stands in build/fuzz/TARGET/: crash-*, timeout-*, oom-*, and the log. --write has
the lines of these targets written into the table of the docs, where the other targets' lines stay.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import TARGETS
from tools.figures import write, written

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "reliability.md"
BUILD = ROOT / "build" / "fuzz"
FINDINGS = ("crash-*", "timeout-*", "oom-*", "leak-*", "slow-unit-*")
HEAD = (
    "| target | inputs | a second | inputs kept | findings |",
    "| --- | ---: | ---: | ---: | --- |",
)
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s+(\d+)")


@dataclass(frozen=True)
class Outcome:
    """What came of one target."""

    name: str
    inputs: int
    seconds: float
    corpus: int
    findings: tuple[str, ...]
    exit_code: int

    @property
    def line(self) -> str:
        """Its line of the table."""
        said = ", ".join(self.findings) or ("it did not end well" if self.exit_code else "none")
        rate = self.inputs / self.seconds
        return f"| {self.name} | {self.inputs:,} | {rate:,.0f} | {self.corpus:,} | {said} |"


def fuzz(name: str, inputs: int) -> Outcome:
    """One target, in a process of its own."""
    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in FINDINGS:
        for old in folder.glob(pattern):
            old.unlink()
    log = folder / "log"
    started = time.monotonic()
    with log.open("wb") as out:
        command = [sys.executable, "-m", "tests.fuzz.one", name, str(inputs), str(folder)]
        done = subprocess.run(command, stdout=out, stderr=out, cwd=ROOT, check=False)
    executed = _EXECUTED.search(log.read_text(encoding="utf-8", errors="replace"))
    found = tuple(sorted(path.name for pattern in FINDINGS for path in folder.glob(pattern)))
    return Outcome(
        name,
        int(executed[1]) if executed else 0,
        time.monotonic() - started,
        len(list((folder / "corpus").iterdir())),
        found,
        done.returncode,
    )


def main() -> int:
    """Exit code 1 where something was found, or where a target did not run to its end."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--inputs", type=int, default=1_000_000, help="for each target")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--write", action="store_true", help=f"the lines into docs/{DOCS.name}")
    options = parser.parse_args()
    unknown = set(options.targets) - set(TARGETS)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: write one of {', '.join(TARGETS)}")
    names = options.targets or list(TARGETS)
    with ThreadPoolExecutor(options.at_once) as pool:
        found = list(pool.map(lambda name: fuzz(name, options.inputs), names))
    lines = {one.name: one.line for one in found}
    print("\n".join([*HEAD, *lines.values()]))
    if options.write:
        before = {line.split(" ")[1]: line for line in written("fuzz", DOCS).splitlines()}
        merged = {**before, **lines}
        write("fuzz", [*HEAD, *(merged[name] for name in TARGETS if name in merged)], DOCS)
    bad = [one.name for one in found if one.findings or one.exit_code]
    if bad:
        print(f"See the logs in {BUILD.relative_to(ROOT)}/: {', '.join(bad)}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
