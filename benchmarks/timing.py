"""Running contenders in turn, and the lines that come of it."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "benchmarks"
DATA = ROOT / ".cache" / "bench"
SPLAY = [sys.executable, "-m", "splay"]
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
"""Python keeps what it has compiled, as it does where nobody has told it not to."""


@dataclass
class Contender:
    """One program; its runs are filled in as it is timed. count: of what its rate is."""

    name: str
    command: list[str]
    count: int = 0
    cwd: Path = ROOT
    seconds: list[float] = field(default_factory=list)
    megabytes: float = 0.0

    @property
    def median(self) -> float:
        """The median of its runs in seconds of wall time."""
        return statistics.median(self.seconds)

    @property
    def rate(self) -> float:
        """What it does in a second."""
        return self.count / self.median


@dataclass(frozen=True)
class Line:
    """One line of the table. goal: in words, with what it is measured by.

    reached: None where there is no goal.
    """

    part: str
    contender: str
    seconds: float
    rate: float
    megabytes: float
    goal: str = ""
    reached: bool | None = None


def line(part: str, contender: Contender, goal: str = "", reached: bool | None = None) -> Line:
    """The line of a contender that has been timed."""
    rate = contender.rate if contender.count else 0.0
    return Line(part, contender.name, contender.median, rate, contender.megabytes, goal, reached)


def in_turn(contenders: Sequence[Contender], repeat: int) -> None:
    """Times them in turns, so that a slow moment of the machine hits all of them.

    The first turn warms the file cache and is dropped.
    """
    for turn in range(repeat + 1):
        for contender in contenders:
            _run_once(contender)
            if turn == 0:
                contender.seconds.clear()


def _run_once(contender: Contender) -> None:
    """Runs it and notes time and memory. Raises RuntimeError when it failed."""
    # Not to /dev/null: grep would stop at the first match.
    with tempfile.TemporaryFile() as out, tempfile.NamedTemporaryFile() as result:
        measured = [sys.executable, "-I", "-S", str(HERE / "measured.py"), result.name]
        command = [*measured, *contender.command]
        subprocess.run(
            command, stdout=out, stderr=out, cwd=contender.cwd, env=ENVIRONMENT, check=True
        )
        seconds, largest, code = json.loads(result.read())
        contender.seconds.append(seconds)
        if code not in (0, 1):
            out.seek(0)
            said = out.read()[-500:].decode(errors="replace")
            raise RuntimeError(f"{contender.name} failed ({code}): {said}")
    contender.megabytes = max(contender.megabytes, _megabytes(largest))


def _megabytes(largest: int) -> float:
    """The largest resident size of a process, or of one of its children."""
    return largest / (1024 * 1024 if sys.platform == "darwin" else 1024)


def log(events: int, matching: str) -> Path:
    """A generated log, made once."""
    path = DATA / f"{matching}_{events}.log"
    if not path.exists():
        maker = [sys.executable, str(HERE / "generate.py"), str(events), matching, str(path)]
        subprocess.run(maker, check=True)
    return path


def detect(path: Path, events: int, name: str = "splay detect") -> Contender:
    """The product's main job, as a person runs it."""
    command = [*SPLAY, "detect", str(path), "--app", str(ROOT), "--format", "json", "--quiet"]
    return Contender(name, command, events)
