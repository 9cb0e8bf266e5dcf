"""Notes which lines of the project run, each once for each test, at almost no cost.

A line is told of when it runs first and is left alone from then on, until the next test begins
(sys.monitoring, Python 3.12 and later). What a test's own process runs is kept in memory; a process
that a test starts writes each line to a file at once, so that it may be killed at any time. Such a
process begins with `follow()`, which `recording.py` has Python call; this file imports nothing but
the standard library.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import re
import sys
import threading
import time
from array import array
from collections.abc import Callable
from types import CodeType
from typing import Any

MONITORING: Any = getattr(sys, "monitoring", None)
FOLDER, TEST = "MUTANTS_NOTES", "MUTANTS_TEST"
"""In the environment: where notes go, and the test that runs, or the file of tests for what many
tests share, such as a server."""
FOLLOWING = "mutants_following"
"""This file's name where Python runs it at its start."""
POLL = 0.003
"""How often a process that many tests share asks which of them runs, in seconds."""
_NOW_BYTES = 4096

Lines = dict[tuple[str, int], "array[int]"]
"""By path and line: the numbers of the tests that ran it."""


_COPIED = re.compile(r".*/(bin/adcs(?:/\w+|enrich)\.py)")


class Tracer:
    """Tells of each line below root's splay/ and bin/ that runs, once until `again` is called.

    bin/ is also known where a test has copied it: an app that is broken, packaged or installed.
    """

    def __init__(self, root: str, note: Callable[[str, int], None]) -> None:
        self.note = note
        self._root = f"{root}/"
        self._paths: dict[str, str] = {}
        events = MONITORING.events
        self._tool = MONITORING.COVERAGE_ID
        MONITORING.use_tool_id(self._tool, "mutants")
        MONITORING.register_callback(self._tool, events.PY_START, self._begun)
        MONITORING.register_callback(self._tool, events.LINE, self._line)
        MONITORING.set_events(self._tool, events.PY_START)

    @staticmethod
    def again() -> None:
        """Each line is told of once more."""
        MONITORING.restart_events()

    def _begun(self, code: CodeType, _: int) -> object:
        if self._path(code.co_filename):
            MONITORING.set_local_events(self._tool, code, MONITORING.events.LINE)
        return MONITORING.DISABLE

    def _line(self, code: CodeType, line: int) -> object:
        self.note(self._path(code.co_filename), line)
        return MONITORING.DISABLE

    def _path(self, name: str) -> str:
        """The path from root, "" for what is none of the project's."""
        if (path := self._paths.get(name)) is None:
            path = name.removeprefix(self._root)
            if not path.startswith(("splay/", "bin/")):
                copied = _COPIED.fullmatch(name)
                path = copied[1] if copied else ""
            self._paths[name] = path
        return path


class Memory:
    """What the process of the tests itself runs."""

    def __init__(self, root: str) -> None:
        self.names: list[str] = [""]
        self.lines: Lines = {}
        self._tracer = Tracer(root, self._note)
        os.register_at_fork(after_in_child=self._forked)

    def begin(self, test: str) -> None:
        """From now on lines are this test's."""
        self.names.append(test)
        self._tracer.again()

    def _note(self, path: str, line: int) -> None:
        number = len(self.names) - 1
        known = self.lines.setdefault((path, line), array("I"))
        if not known or known[-1] != number:
            known.append(number)

    def _forked(self) -> None:
        self._tracer.note = Writer(os.environ[FOLDER], os.environ[TEST]).note
        self._tracer.again()


class Writer:
    """Writes what runs in another process: a test's name, then its lines."""

    def __init__(self, folder: str, test: str) -> None:
        name = f"{folder}/child-{os.getpid()}-{time.time_ns()}"
        self._out = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.name(test)

    def name(self, test: str) -> None:
        self._write(f"{test}\n")

    def note(self, path: str, line: int) -> None:
        self._write(f"\t{path}\t{line}\n")

    def _write(self, text: str) -> None:
        # Tests of full disks limit what may be written, to here as well.
        with contextlib.suppress(OSError):
            os.write(self._out, text.encode())


class Now:
    """The test that runs, in a file that processes look at."""

    def __init__(self, folder: str) -> None:
        self._path = f"{folder}/now"
        if not os.path.exists(self._path):
            with open(self._path, "wb") as out:
                out.write(bytes(_NOW_BYTES))
        with open(self._path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), _NOW_BYTES)

    def set(self, test: str) -> None:
        self._map[:] = test.encode()[:_NOW_BYTES].ljust(_NOW_BYTES, b"\0")

    def get(self) -> str:
        return self._map[:].rstrip(b"\0").decode(errors="replace")


def follow(root: str) -> None:
    """Begins to note what this process runs, for the test that the environment names."""
    folder, test = os.environ[FOLDER], os.environ[TEST]
    if not os.path.isdir(folder):
        return
    writer = Writer(folder, test)
    tracer = Tracer(root, writer.note)

    def forked() -> None:
        tracer.note = Writer(folder, os.environ[TEST]).note
        tracer.again()

    os.register_at_fork(after_in_child=forked)
    if "::" not in test:
        threading.Thread(target=_watch, args=(folder, writer, tracer), daemon=True).start()


def _watch(folder: str, writer: Writer, tracer: Tracer) -> None:
    """Asks which test runs, for as long as the process lives."""
    now, before = Now(folder), ""
    while True:
        if (test := now.get()) != before:
            before = os.environ[TEST] = test
            writer.name(test)
            tracer.again()
        time.sleep(POLL)


if __name__ == FOLLOWING:
    follow(globals()["root"])
