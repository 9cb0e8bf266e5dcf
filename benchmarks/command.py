"""Times adcsenrich beside commands of splunklib that do nothing, through the real protocol.

    python benchmarks/command.py [--rows N] [--repeat N]

Each command is a process of its own and gets the same chunks of 50,000 rows in turn. Rates are
medians of rows a second from the first chunk sent to the last one received; starts are from
launching the process to its reply to getinfo; memory is the process's own largest resident size.
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.command.chunked import Command, to_csv  # noqa: E402 - the root is on the path only now

CHUNK = 50_000
NAMES = "dest name action Caller_Domain Caller_User_Name count firstTime lastTime"
HEADER = [*NAMES.split(), "SubjectUserSid", "BackupType"]
HOSTS, ACCOUNTS = 50, 40  # of a very large company
PASS = ROOT / "benchmarks" / "passthrough.py"
ENRICH = ROOT / "bin" / "adcsenrich.py"


@dataclass
class Contender:
    """A command and what was measured of it."""

    name: str
    script: Path
    args: tuple[str, ...] = ()
    rates: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    megabytes: float = 0.0


def bodies(rows: int, seed: int = 1) -> list[str]:
    """Chunks of CSV: rows of 10 fields as the scheduled search has them, no two the same."""
    chance = random.Random(seed)
    accounts = [chance.randrange(ACCOUNTS) for _ in range(rows)]
    lines = [
        [
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
        for number, account in enumerate(accounts)
    ]
    return [to_csv(HEADER, lines[at : at + CHUNK]) for at in range(0, rows, CHUNK)]


def run_once(contender: Contender, chunks: list[str], rows: int) -> None:
    """One process over all chunks; what it took is noted."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as dispatch,
        Command(sys.executable, contender.script, "-S", "-E") as command,
    ):
        command.getinfo(*contender.args, dispatch_dir=Path(dispatch))
        contender.starts.append(time.perf_counter() - started)
        begun = time.perf_counter()
        for number, body in enumerate(chunks, start=1):
            reply = command.execute(body, finished=number == len(chunks))
            assert reply.body
        contender.rates.append(rows / (time.perf_counter() - begun))
        contender.megabytes = max(contender.megabytes, _peak(command.process.pid))


def _peak(process: int) -> float:
    """The largest resident size so far in MB (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def operators(folder: Path, lines: int) -> Path:
    """A list of so many operators, each another account."""
    path = folder / f"operators_{lines}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        columns = "domain,user,dest,days,hours,timezone,valid_from,valid_until,ticket,comment"
        out.writerow(columns.split(","))
        for number in range(lines):
            name = f"admin{number}"
            out.writerow(["CORP", name, "*", "Mon-Fri", "20:00-06:00", "UTC", "", "", "", ""])
    return path


def load(lines: int) -> tuple[float, float]:
    """Seconds that a list of so many operators takes to load, and to judge 10,000 backups."""
    sys.path.insert(0, str(ROOT / "bin"))
    from adcs.enrich import Enricher
    from adcs.options import Options

    with tempfile.TemporaryDirectory() as folder:
        path = operators(Path(folder), lines)
        started = time.perf_counter()
        enricher = Enricher(Path(folder), Options(operators=path.name))
        loaded = time.perf_counter()
    rows = [
        {
            "dest": f"ca{number}",
            "Caller_User_Name": f"admin{number % lines}",
            "firstTime": "1773144000",
        }
        for number in range(10_000)
    ]
    begun = time.perf_counter()
    for row in rows:
        enricher.enrich(row)
    return loaded - started, time.perf_counter() - begun


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    chunks = bodies(options.rows)
    found = [
        Contender("pass-through", PASS),
        Contender("pass-through, as many columns", PASS, ("wide=true",)),
        Contender("adcsenrich", ENRICH),
    ]
    for turn in range(options.repeat + 1):
        for contender in found:
            run_once(contender, chunks, options.rows)
            if turn == 0:
                contender.rates.clear()
                contender.starts.clear()
    base = found[0]
    for contender in found:
        rate, start = statistics.median(contender.rates), statistics.median(contender.starts)
        print(
            f"{contender.name:30} {rate:10,.0f} rows/s {rate / statistics.median(base.rates):5.2f}"
            f"   start {start * 1000:4.0f} ms {start / statistics.median(base.starts):5.2f}"
            f"   {contender.megabytes:5.0f} MB"
        )
    for lines in (1_000, 10_000, 100_000):
        loading, judging = load(lines)
        print(f"{lines:7,} operators: loaded in {loading:.2f} s, 10,000 judged in {judging:.2f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
