"""Runs pytest in a copy of this process, which has the libraries that tests import already.

Starting Python, pytest and the libraries costs more than most tests of a mutant do.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

LIBRARIES = (
    *("pytest", "_pytest.assertion.rewrite", "hypothesis", "httpx", "lxml.etree", "regex", "click"),
    *("jinja2", "yaml", "cryptography.x509", "splunklib.client", "evtx", "uvicorn"),
)
OURS = ("splay", "tests", "tools", "adcs", "adcsenrich", "conftest")
MOST_BYTES = 6 << 30
"""What a process may hold: a mutant that loops must not fill the machine."""
POLL = 0.02


def run(folder: Path, arguments: Sequence[str], seconds: float) -> tuple[int | None, str]:
    """pytest's exit code, None for one that did not end in time, and what was printed.

    - folder: the project's copy that the tests are of.
    - seconds: the processor time that each process has; by the clock there is four times as much.
    """
    for name in LIBRARIES:
        importlib.import_module(name)
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            _become(folder, arguments, printed.fileno(), seconds)
        try:
            code = _waited(child, 4 * seconds)
        finally:
            _end(child)
        printed.seek(0)
        return code, printed.read().decode(errors="replace")


def _become(folder: Path, arguments: Sequence[str], out: int, seconds: float) -> None:
    """Runs pytest as a process of its own would, and ends the process."""
    code = 3
    try:
        os.setsid()  # so that what it starts can be ended with it
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.stdout = sys.stderr = open(1, "w", closefd=False)  # noqa: SIM115 - as long as it lives
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
        spent = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(spent.ru_utime + spent.ru_stime + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
            del sys.modules[name]
        sys.path[0] = str(folder)
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        import pytest

        code = int(pytest.main([*arguments]))
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code)


def _waited(child: int, seconds: float) -> int | None:
    """The exit code; less than 0 for a signal's. None: it did not end in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(POLL)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _end(group: int) -> None:
    """Ends what it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
