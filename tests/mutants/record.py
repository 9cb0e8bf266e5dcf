"""Which tests run a line, and what each costs: noted by `recording.py`, file by file."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.mutants import notes
from tests.mutants.names import mentions

NEAR = 12
"""Lines above one that is not noted, where the statement that it belongs to may begin."""
MOST_SECONDS = 1200
"""A file of tests that takes longer is left out: it would not be tried on a mutant anyway."""


class Record:
    """What was noted of some folders of tests, and is noted where it was not yet.

    - tree: the copy of the project that the tests run in.
    - store: where what is noted is kept, a folder for each file of tests.
    """

    def __init__(self, tree: Path, store: Path) -> None:
        self._tree, self._store = tree, store
        self.costs: dict[str, float] = {}
        self._noted: list[Path] = []
        self._by_line: dict[str, dict[int, set[str]]] = {}

    def take(self, folders: Iterable[str], *, run: bool = True) -> None:
        """Reads what is known of the tests of these folders.

        run: files of which nothing is known, or that have changed, run; else they are left out.
        """
        files = sorted(file for name in folders for file in (self._tree / name).rglob("test_*.py"))
        for file in files:
            noted = self._store / file.relative_to(self._tree).with_suffix("")
            if not run and not (noted / "costs.json").exists():
                continue
            if run and not _is_newer(noted / "costs.json", [file, *_data_of(file)]):
                print(f"recording {file.relative_to(self._tree)}", file=sys.stderr, flush=True)
                self._run(file, noted)
            costs = json.loads((noted / "costs.json").read_text(encoding="utf-8"))
            if costs:
                self.costs |= costs
                self._noted.append(noted / "lines.sqlite")

    def _run(self, file: Path, noted: Path) -> None:
        shutil.rmtree(noted, ignore_errors=True)
        noted.mkdir(parents=True)
        command = [sys.executable, "-m", "pytest", "--hypothesis-seed=0", "--no-header", "-q"]
        command += ["-p", "tests.mutants.recording", f"--record={noted}", f"--rootdir={self._tree}"]
        command.append(str(file.relative_to(self._tree)))
        with (noted / "log").open("wb") as log:
            try:
                subprocess.run(
                    command, cwd=self._tree, stdout=log, stderr=log, timeout=MOST_SECONDS
                )
            except subprocess.TimeoutExpired:
                print(f"{file} takes too long and is left out", file=sys.stderr)
        if not (noted / "costs.json").exists():
            (noted / "costs.json").write_text("{}", encoding="utf-8")

    def tests(self, path: str, line: int) -> list[str]:
        """The tests that run this line, the cheapest first. Of a line that runs when its module is
        imported, as constants and heads of functions do, first come the tests that run what names
        what is made there; then all that run any line of the module, the other tests beside these,
        for which was the first to import it is chance, and those that run what stands in the same
        folder: a module of constants has no other lines.
        """
        lines = self._lines(path)
        inside = lines and _in_a_function((self._tree / path).read_text(encoding="utf-8"), line)
        at = next((near for near in range(line, line - NEAR, -1) if near in lines), 0)
        found = self._ordered(lines.get(at)) if inside else []
        if found:
            return found
        near = set().union(*lines.values())
        folder = path.rpartition("/")[0] + "/"
        beside = set().union(*(notes.in_folder(noted, folder) for noted in self._noted))
        others = near | beside | {test.partition("::")[0] for test in near}
        using = self._using(path, line)
        return list(dict.fromkeys((*self._ordered(using), *self._ordered(others))))

    def _using(self, path: str, line: int) -> set[str]:
        """The tests that run lines which name what this line makes, in whatever file."""
        found: set[str] = set()
        for other, numbers in mentions(self._tree, path, line).items():
            lines = self._lines(other)
            found = found.union(*(lines.get(number, ()) for number in numbers))
        return found

    def all_tests(self) -> list[str]:
        """Every test, the cheapest first."""
        return self._ordered(self.costs)

    def _ordered(self, ran: Iterable[str] | None) -> list[str]:
        """Of what ran a line, tests or files of tests, the tests."""
        wanted = set(ran or ())
        known = [test for test in self.costs if test in wanted or test.partition("::")[0] in wanted]
        return sorted(known, key=lambda test: (self.costs[test], test))

    def _lines(self, path: str) -> dict[int, set[str]]:
        if path not in self._by_line:
            lines: dict[int, set[str]] = {}
            for noted in self._noted:
                for line, tests in notes.read(noted, path).items():
                    lines.setdefault(line, set()).update(tests)
            self._by_line = {path: lines}  # one file's at a time: together they are gigabytes
        return self._by_line[path]


def _in_a_function(text: str, line: int) -> bool:
    """Whether a line is in the body of a function."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body[0].lineno <= line <= (node.end_lineno or 0)
        for node in ast.walk(ast.parse(text))
    )


def _data_of(file: Path) -> Iterator[Path]:
    """What is no Python beside a file of tests or below its folder: tables of cases."""
    for other in file.parent.rglob("*"):
        if other.is_file() and other.suffix not in (".py", ".pyc"):
            yield other


def _is_newer(one: Path, than: Iterable[Path]) -> bool:
    if not one.exists():
        return False
    made = os.stat(one).st_mtime
    return all(made > os.stat(other).st_mtime for other in than)
