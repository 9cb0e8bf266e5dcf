"""Tries a mutant on the tests that run its line, in a copy of the project."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Protocol

from tests.mutants import forked
from tests.mutants.mutant import Mutant, Verdict

QUICK_SECONDS = 3.0
"""What the first tests that are tried may cost together: most mutants are noticed by them."""
NEAREST = 3
"""Of how many files these are."""
MOST_SECONDS = 60.0
"""What the others may cost together. The cheapest are taken."""
SLACK = 30.0
"""The processor time that tests may take beyond five times their cost, until the mutant is said to
hang; by the clock four times as much, for the machine may have other work."""
LASTING = 1.0
"""A test that costs as much may wait for something, and fail where the machine is slow: when one
fails it is asked once more without the mutant, and is no witness if it fails then too."""
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
        noticed, how = self._tried(mutant)
        return Verdict(noticed, how, round(time.monotonic() - started, 1))

    @contextlib.contextmanager
    def _changed(self, mutant: Mutant) -> Iterator[None]:
        """The file has the change for as long as the block lasts."""
        file = self._tree / mutant.path
        text, times = file.read_text(encoding="utf-8"), file.stat()
        mutant.apply(self._tree)
        # A compiled file is known by the second: one of the file as it was must not be taken.
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns + 10**10))
        try:
            yield
        finally:
            file.write_text(text, encoding="utf-8")
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    def _tried(self, mutant: Mutant) -> tuple[bool, str]:
        tests = self._record.tests(mutant.path, mutant.line)
        if not tests and not mutant.path.endswith(".py"):
            tests = self._record.all_tests()
        if not tests:
            return False, "no test runs it"
        named = [test for test in tests if f"[{mutant.path}]" in test]
        quick = named or self._within(_spread(self._near(tests)), QUICK_SECONDS) or tests[:1]
        rest = self._within([test for test in tests if test not in set(quick)], MOST_SECONDS)
        for chosen in filter(None, (quick, rest)):
            if how := self._noticing(mutant, chosen):
                return True, how
        return False, f"{len(quick) + len(rest)} of {len(tests)} tests pass"

    def _near(self, tests: list[str]) -> list[str]:
        """Those of the files of which the greatest part is among these tests: they are about it,
        and to collect few files is quick.
        """
        whole, part = Counter(map(_file, self._record.costs)), Counter(map(_file, tests))
        nearest = sorted(part, key=lambda file: (-part[file] / whole[file], file))[:NEAREST]
        return [test for test in tests if _file(test) in nearest]

    def _within(self, tests: Iterable[str], seconds: float) -> list[str]:
        """The first of these tests that cost no more than this together."""
        chosen: list[str] = []
        for test in tests:
            seconds -= self._record.costs[test]
            if seconds < 0:
                break
            chosen.append(test)
        return chosen

    def _noticing(self, mutant: Mutant, tests: list[str]) -> str:
        """What notices the mutant. "": nothing does."""
        while tests:
            with self._changed(mutant):
                how = self._run(tests)
            if self._record.costs.get(how, 0) < LASTING or not self._run([how]):
                return how
            tests = tests[tests.index(how) + 1 :]  # what was before it has passed
        return ""

    def _run(self, tests: list[str]) -> str:
        """The first of these tests that fails, or what else comes of them. "": all pass."""
        # A file's tests follow on one another, for the sake of what they share.
        files = dict.fromkeys(_file(test) for test in tests)
        order = {file: place for place, file in enumerate(files)}
        tests.sort(key=lambda test: order[_file(test)])
        self._list.write_text(json.dumps(tests))
        limit = SLACK + 5 * sum(self._record.costs[test] for test in tests)
        code, output = forked.run(self._tree, _arguments(self._tree, self._list, files), limit)
        if code in (None, -signal.SIGXCPU):
            return "it hangs"
        if code in BROKEN:
            return "it cannot be imported"
        if code == NONE_RAN:
            raise RuntimeError(f"none of these tests is there any more; record again: {tests[:3]}")
        return (_failed(output, tests) or "it ends the tests") if code else ""


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


def _arguments(tree: Path, chosen: Path, files: Iterable[str]) -> list[str]:
    named = [
        "-p",
        "tests.mutants.chosen",
        f"--chosen={chosen}",
        "-p",
        "no:anyio",
        f"--rootdir={tree}",
    ]
    return ["-x", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-seed=0", *named, *files]


def _failed(output: str, tests: Iterable[str]) -> str:
    """The first test that pytest's summary names; its line may end in what went wrong."""
    for line in output.splitlines():
        if line.startswith(("FAILED ", "ERROR ")):
            said = line.partition(" ")[2]
            names = [test for test in tests if said == test or said.startswith(f"{test} - ")]
            return max(names, key=len, default=said)
    return ""
