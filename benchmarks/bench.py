"""Times splay beside its peers, each as a whole process, and prints a table with the goals.

    python benchmarks/bench.py [--events N ...] [--repeat N] [--zircolite DIR] [--json FILE]

The contenders take turns, so that a slow moment of the machine hits all of them. Times are medians
of wall time, memory is the largest resident size of a process and its children.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
HERE = ROOT / "benchmarks"
DATA = ROOT / ".cache" / "bench"
START_UP = 0.4  # seconds of splay's start that the goal for sparse logs leaves aside


@dataclass
class Contender:
    """One program. `python`: of which virtual environment; runs are filled in as it is timed."""

    name: str
    command: list[str]
    seconds: list[float] = field(default_factory=list)
    megabytes: float = 0.0

    @property
    def median(self) -> float:
        """The median of its runs in seconds."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Line:
    """One line of the table. goal: in words; reached: None where there is no goal."""

    log: str
    events: int
    contender: str
    seconds: float
    rate: float
    megabytes: float
    goal: str = ""
    reached: bool | None = None


def contenders(path: Path, zircolite: Path | None) -> list[Contender]:
    """What can run here on this file."""
    own = [sys.executable, str(HERE / "contenders.py")]
    splay = [sys.executable, "-m", "splay"]
    bench = ROOT / ".venv-bench" / "bin" / "python"
    found = [
        Contender(
            "splay detect",
            [*splay, "detect", str(path), "--app", str(ROOT), "--format", "json"],
        ),
        Contender("grep -F -c", ["grep", "-F", "-c", "4876", str(path)]),
        Contender("regex a line", [*own, "regex", str(path)]),
    ]
    if bench.exists():
        for name in ("duckdb", "polars"):
            found.append(Contender(name, [str(bench), own[1], name, str(path)]))
    if zircolite is not None:
        rules = str(HERE / "zircolite_4876.json")
        command = [sys.executable, "zircolite.py", "--events", str(path), "--ruleset", rules]
        found.append(Contender("Zircolite", [*command, "--xml-input"]))
    return found


def run_once(contender: Contender, cwd: Path) -> None:
    """Runs it and notes time and memory. Raises RuntimeError when it failed."""
    started = time.perf_counter()
    # Not to /dev/null: grep would stop at the first match.
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(contender.command, stdout=out, stderr=out, cwd=cwd)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    contender.seconds.append(time.perf_counter() - started)
    contender.megabytes = max(contender.megabytes, _megabytes(usage))
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{contender.name} failed with exit code {process.returncode}")


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def make_log(events: int, matching: str) -> Path:
    """The generated log, made once."""
    path = DATA / f"{matching}_{events}.log"
    if not path.exists():
        subprocess.run(
            [sys.executable, str(HERE / "generate.py"), str(events), matching, str(path)],
            check=True,
        )
    return path


def measure(events: int, matching: str, repeat: int, zircolite: Path | None) -> list[Contender]:
    """All contenders on one log, in turns; the first turn warms the file cache and is dropped."""
    path = make_log(events, matching)
    found = contenders(path, zircolite)
    for turn in range(repeat + 1):
        for contender in found:
            cwd = zircolite if contender.name == "Zircolite" and zircolite else ROOT
            run_once(contender, cwd)
            if turn == 0:
                contender.seconds.clear()
    return found


def table(events: int, matching: str, found: list[Contender]) -> list[Line]:
    """The lines, with the goals that this log has."""
    by_name = {contender.name: contender for contender in found}
    return [
        Line(
            matching,
            events,
            contender.name,
            contender.median,
            events / contender.median,
            contender.megabytes,
            *_goal(contender, matching, events, by_name),
        )
        for contender in found
    ]


def _goal(
    contender: Contender, matching: str, events: int, by_name: dict[str, Contender]
) -> tuple[str, bool | None]:
    if contender.name != "splay detect":
        return "", None
    if matching == "sparse":
        limit = START_UP + 3 * by_name["grep -F -c"].median
        reached = contender.median <= limit and contender.megabytes < 100
        return f"<= {limit:.2f} s (0.4 s + 3 x grep), < 100 MB", reached
    rate = events / contender.median
    goal, reached = "300,000 events/s", rate >= 300_000
    if "Zircolite" in by_name:
        goal += ", 30 x Zircolite"
        reached = reached and contender.median * 30 <= by_name["Zircolite"].median
    return goal, reached


def show(lines: list[Line]) -> None:
    """The table as text."""
    head = ("log", "events", "contender", "median s", "events/s", "MB", "goal", "reached")
    rows = [
        (
            line.log,
            f"{line.events:,}",
            line.contender,
            f"{line.seconds:.3f}",
            f"{line.rate:,.0f}",
            f"{line.megabytes:.0f}",
            line.goal,
            {None: "", True: "yes", False: "NO"}[line.reached],
        )
        for line in lines
    ]
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    for row in [head, *rows]:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[200_000, 2_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--zircolite", type=Path, help="a checkout of Zircolite")
    parser.add_argument("--json", type=Path, help="write the lines here as well")
    options = parser.parse_args()
    lines: list[Line] = []
    for events in options.events:
        for matching in ("sparse", "dense"):
            found = measure(events, matching, options.repeat, options.zircolite)
            lines += table(events, matching, found)
    show(lines)
    if options.json:
        options.json.write_text(json.dumps([asdict(line) for line in lines], indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
