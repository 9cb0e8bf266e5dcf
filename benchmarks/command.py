"""adcsenrich beside commands of splunklib that do nothing, through the real protocol.

Each command is a process of its own and gets the same chunks of 50,000 rows in turn. Rates are
medians of rows a second from the first chunk sent to the last one received; starts are from
launching the process to its reply to getinfo; memory is the process's own largest resident size.
"""

from __future__ import annotations

import csv
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.timing import ROOT, Line
from tests.command.chunked import Command, to_csv

CHUNK = 50_000
NAMES = "dest name action Caller_Domain Caller_User_Name count firstTime lastTime"
HEADER = [*NAMES.split(), "SubjectUserSid", "BackupType"]
HOSTS, ACCOUNTS = 50, 40  # of a very large company
PASS = ROOT / "benchmarks" / "passthrough.py"
ENRICH = ROOT / "bin" / "adcsenrich.py"
ROWS = 200_000
MANY = 1_000_000


@dataclass
class Process:
    """A command and what was measured of it. rates: rows a second; starts: seconds."""

    name: str
    script: Path
    args: tuple[str, ...] = ()
    rates: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    megabytes: float = 0.0

    @property
    def rate(self) -> float:
        """The median of its runs."""
        return statistics.median(self.rates)

    @property
    def start(self) -> float:
        """The median of its runs."""
        return statistics.median(self.starts)


def lines(repeat: int) -> Iterator[Line]:
    """The command's rate, start and memory, and what its lookups cost."""
    narrow = Process("splunklib, pass-through", PASS)
    wide = Process("splunklib, as many columns", PASS, ("wide=true",))
    ours = Process("adcsenrich", ENRICH)
    found = [narrow, wide, ours]
    for turn in range(repeat + 1):
        for process in found:
            _run_once(process, ROWS)
            if turn == 0:
                process.rates.clear()
                process.starts.clear()
    share, start = ours.rate / wide.rate, ours.start / narrow.start
    goals = {
        ours.name: (f"0.85 of splunklib's rate with as many columns ({share:.2f})", share >= 0.85)
    }
    for process in found:
        goal = goals.get(process.name, ("", None))
        seconds = ROWS / process.rate
        yield Line("command", process.name, seconds, process.rate, process.megabytes, *goal)
    yield Line("command's start", narrow.name, narrow.start, 0, 0)
    goal = f"1.15 x splunklib's ({start:.2f})"
    yield Line("command's start", ours.name, ours.start, 0, 0, goal, start <= 1.15)
    yield _memory()
    yield from _lookups()


def _memory() -> Line:
    """Whether the second half of many rows takes more memory than the first."""
    process = Process(f"adcsenrich, {MANY:,} rows", ENRICH)
    peaks = _run_once(process, MANY)
    half, whole = peaks[len(peaks) // 2 - 1], peaks[-1]
    goal = f"memory flat: {half:.0f} MB after the first half, within 5 %"
    seconds = MANY / process.rate
    return Line("command", process.name, seconds, process.rate, whole, goal, whole <= half * 1.05)


def _run_once(process: Process, rows: int) -> list[float]:
    """One process over all chunks; what it took is noted. Its largest resident size in MB after
    each of them."""
    peaks: list[float] = []
    chunks = bodies(rows)
    spent, left = 0.0, rows
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as dispatch,
        Command(sys.executable, process.script, "-S", "-E") as command,
    ):
        command.getinfo(*process.args, dispatch_dir=Path(dispatch))
        process.starts.append(time.perf_counter() - started)
        for body in chunks:
            left -= CHUNK
            begun = time.perf_counter()
            reply = command.execute(body, finished=left <= 0)
            spent += time.perf_counter() - begun
            assert reply.body
            peaks.append(_peak(command.process.pid))
    process.megabytes = max(process.megabytes, peaks[-1])
    process.rates.append(rows / spent)
    return peaks


def _peak(process: int) -> float:
    """The largest resident size so far in MB (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def bodies(rows: int, seed: int = 1) -> Iterator[str]:
    """Chunks of CSV: rows of 10 fields as the scheduled search has them, no two the same."""
    chance = random.Random(seed)
    for first in range(0, rows, CHUNK):
        yield to_csv(HEADER, (_row(number, chance) for number in range(first, first + CHUNK)))


def _row(number: int, chance: random.Random) -> list[str]:
    account = chance.randrange(ACCOUNTS)
    return [
        f"ca{chance.randrange(HOSTS):03}.corp.example.com",
        "Certificate Services backup started",
        "success",
        "CORP",
        f"admin{account}",
        str(chance.randrange(1, 9)),
        f"{1_773_144_000 + number}.403",
        f"{1_773_144_060 + number}.519",
        f"S-1-5-21-2690122726-1172718210-436210976-{1000 + account}",
        "1",
    ]


def _lookups() -> Iterator[Line]:
    """A list of operators by its length: what loading it takes, and judging 10,000 backups."""
    judged = []
    for count in (1_000, 10_000, 100_000):
        loading, judging = _load(count)
        judged.append(judging)
        reached = loading < 1 if count == 100_000 else None
        goal = "1 s" if count == 100_000 else ""
        yield Line("operators list", f"{count:,} rows, loaded", loading, 0, 0, goal, reached)
    grown = judged[-1] / judged[0]
    goal = f"does not grow with the list ({grown:.2f} x that of 1,000 rows)"
    yield Line(
        "operators list",
        "10,000 judged by 100,000 rows",
        judged[-1],
        10_000 / judged[-1],
        0,
        goal,
        grown < 1.5,
    )


def _load(rows: int) -> tuple[float, float]:
    """Seconds that loading takes, and judging; medians of five."""
    sys.path.insert(0, str(ROOT / "bin"))
    from adcs.enrich import Enricher
    from adcs.options import Options

    loading, judging = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = _operators(Path(folder), rows)
        for _ in range(5):
            started = time.perf_counter()
            enricher = Enricher(Path(folder), Options(operators=path.name))
            loading.append(time.perf_counter() - started)
            begun = time.perf_counter()
            for number in range(10_000):
                name = f"admin{number % 1000 * (rows // 1000)}"
                enricher.enrich(
                    {"dest": "ca1", "Caller_User_Name": name, "firstTime": "1773144000"}
                )
            judging.append(time.perf_counter() - begun)
    return statistics.median(loading), statistics.median(judging)


def _operators(folder: Path, rows: int) -> Path:
    """A list of so many operators, each another account."""
    path = folder / f"operators_{rows}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        columns = "domain,user,dest,days,hours,timezone,valid_from,valid_until,ticket,comment"
        out.writerow(columns.split(","))
        for number in range(rows):
            name = f"admin{number}"
            out.writerow(["*", name, "*", "Mon-Fri", "20:00-06:00", "UTC", "", "", "", ""])
    return path
