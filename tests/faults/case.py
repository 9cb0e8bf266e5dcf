"""What a case of a fault is, and how cases run the command line.

A case is a function that takes an empty folder and the scale (1 in the suite, 3 in make faults);
AssertionError says what went wrong. CASES holds all of them, with what they break in words.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.server.running import ROOT

Case = Callable[[Path, int], None]
CASES: dict[str, Case] = {}
LINE = "2026-03-10T10:00:{:02d}Z n={} padding padding padding padding padding padding\n"


def case(title: str) -> Callable[[Case], Case]:
    """Adds a case to all."""

    def add(function: Case) -> Case:
        CASES[title] = function
        return function

    return add


def splay(
    *arguments: str, limits: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command line, run to its end."""
    command = [sys.executable, "-m", "splay", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, preexec_fn=limits
    )


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit code 2, one error with these words, nothing on stdout and no traceback."""
    assert done.returncode == 2, (done.returncode, done.stderr[-500:])
    assert "Traceback" not in done.stderr, done.stderr[-500:]
    for word in words:
        assert word in done.stderr, done.stderr[-500:]


def file_size(most: int) -> Callable[[], None]:
    """A disk on which no file grows beyond so many bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
