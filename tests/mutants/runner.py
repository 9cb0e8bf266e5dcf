"""Tries a mutant on the tests that run its line, in a copy of the project."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Protocol

from tests.mutants.mutant import Mutant, Verdict

QUICK_SECONDS = 3.0
"""What the first tests that are tried may cost together: most mutants are noticed by them."""
MOST_SECONDS = 150.0
"""What the others may cost together. The cheapest are taken."""
SLACK = 30.0
"""How long tests may take beyond five times their cost, until the mutant is said to hang."""
MOST_BYTES = 6 << 30
"""What a process may hold: a mutant that loops must not fill the machine."""
FAILED, BROKEN, NONE_RAN = (1,), (2, 3, 4), 5  # exit codes of pytest


class Known(Protocol):
    """What is known of the tests (`tests.mutants.record.Record`)."""

    costs: dict[str, float]

    def tests(self, path: str, line: int) -> list[str]: ...

    def all_tests(self) -> list[str]: ...


class Runner:
    """Tries mutants, one at a time. tree: the folder of a copy of the project."""

    def __init__(self, tree: Path, record: Known) -> None:
        self._tree, self._record = tree, record
        self._list = tree.parent / "chosen.json"

    def judge(self, mutant: Mutant) -> Verdict:
        """Changes the file, runs the tests, and takes the change back."""
        started = time.monotonic()
        file = self._tree / mutant.path
        text, times = file.read_text(encoding="utf-8"), file.stat()
        mutant.apply(self._tree)
        # A compiled file is known by the second: one of the file as it was must not be taken.
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns + 10**10))
        try:
            noticed, how = self._tried(mutant)
        finally:
            file.write_text(text, encoding="utf-8")
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        return Verdict(noticed, how, round(time.monotonic() - started, 1))

    def _tried(self, mutant: Mutant) -> tuple[bool, str]:
        tests = self._record.tests(mutant.path, mutant.line)
        if not tests and not mutant.path.endswith(".py"):
            tests = self._record.all_tests()
        if not tests:
            return False, "no test runs it"
        quick = self._within(_spread(tests), QUICK_SECONDS) or tests[:1]
        rest = self._within([test for test in tests if test not in set(quick)], MOST_SECONDS)
        for chosen in filter(None, (quick, rest)):
            if how := self._run(chosen):
                return True, how
        return False, f"{len(quick) + len(rest)} of {len(tests)} tests pass"

    def _within(self, tests: Iterable[str], seconds: float) -> list[str]:
        """The first of these tests that cost no more than this together."""
        chosen: list[str] = []
        for test in tests:
            seconds -= self._record.costs[test]
            if seconds < 0:
                break
            chosen.append(test)
        return chosen

    def _run(self, tests: list[str]) -> str:
        """What notices the mutant. "": nothing does."""
        # A file's tests follow on one another, for the sake of what they share.
        files = dict.fromkeys(_file(test) for test in tests)
        order = {file: place for place, file in enumerate(files)}
        self._list.write_text(json.dumps(sorted(tests, key=lambda test: order[_file(test)])))
        limit = SLACK + 5 * sum(self._record.costs[test] for test in tests)
        code, output = _pytest(self._tree, [f"--chosen={self._list}", *files], limit)
        if code is None:
            return "it hangs"
        if code in BROKEN:
            return "it cannot be imported"
        if code == NONE_RAN:
            raise RuntimeError(f"none of these tests is there any more; record again: {tests[:3]}")
        failed = [line for line in output.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        return (failed[0].partition(" ")[2] if failed else "it ends the tests") if code else ""


def _spread(tests: list[str]) -> list[str]:
    """One test of each function first, then the second of each, and so on."""
    rounds: dict[str, int] = {}
    placed = []
    for test in tests:
        name = test.partition("[")[0]
        rounds[name] = rounds.get(name, 0) + 1
        placed.append((rounds[name], test))
    return [
        test
        for _, group in groupby(sorted(placed, key=lambda p: p[0]), lambda p: p[0])
        for _, test in group
    ]


def _file(test: str) -> str:
    return test.partition("::")[0]


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def _pytest(folder: Path, arguments: list[str], limit: float) -> tuple[int | None, str]:
    """The exit code, None for one that did not end in time, and what was printed."""
    command = [sys.executable, "-m", "pytest", "-x", "-p", "tests.mutants.chosen", "--tb=no"]
    command += ["-p", "no:cacheprovider", "--hypothesis-seed=0", f"--rootdir={folder}", *arguments]
    running = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that what it started can be ended with it
        preexec_fn=_limit_memory,
    )
    try:
        output, _ = running.communicate(timeout=limit)
        return running.returncode, output
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        _end(running)


def _end(running: subprocess.Popen[str]) -> None:
    """Ends it and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
