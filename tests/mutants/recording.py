"""A plugin of pytest: notes which test runs which line, also in the processes that it starts.

    python -m pytest -p tests.mutants.recording --record=FOLDER tests/unit

FOLDER/lines.sqlite has the tests that ran each line, by the names that pytest gives them; what the
tests of a file share, such as the start of a server, is the file's. `costs.json` says what each
passing test took: one that fails already tells nothing about a mutant.
"""

from __future__ import annotations

import json
import os
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants import notes, tracing

ROOT = Path(__file__).parents[2]
HOOK = Path(sysconfig.get_paths()["purelib"]) / "mutants_follow.pth"
"""Python runs this line when it starts, in the environment that mutants have for themselves."""
_HOOK = (
    f"import os; os.environ.get({tracing.FOLDER!r}) and "
    f"exec(compile(open({tracing.__file__!r}).read(), {tracing.__file__!r}, 'exec'), "
    f"{{'__name__': {tracing.FOLLOWING!r}, 'root': {str(ROOT)!r}}})"
)


class Recorder:
    """Says which test runs, and takes its time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        HOOK.write_text(_HOOK, encoding="utf-8")
        os.environ[tracing.FOLDER], os.environ[tracing.TEST] = str(folder), ""
        self._now = tracing.Now(str(folder))
        self._memory = tracing.Memory(str(ROOT))
        self._costs: dict[str, float] = {}
        self._failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        os.environ[tracing.TEST] = item.nodeid
        self._now.set(item.nodeid)
        if next(self._folder.glob("child-*"), None):
            time.sleep(3 * tracing.POLL)  # a server that is shared has to hear of it
        self._memory.begin(item.nodeid)
        started = time.perf_counter()
        try:
            return (yield)
        finally:
            self._costs[item.nodeid] = time.perf_counter() - started

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> Iterator[None]:
        """What a fixture of many tests starts, such as a server, all tests of the file run."""
        before = os.environ[tracing.TEST]
        shared = fixturedef.scope != "function"
        if shared:
            os.environ[tracing.TEST] = before.partition("::")[0]
            self._memory.begin(os.environ[tracing.TEST])
        try:
            return (yield)
        finally:
            os.environ[tracing.TEST] = before
            if shared:
                self._memory.begin(before)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self._failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        passed = {name: cost for name, cost in self._costs.items() if name not in self._failed}
        notes.save(self._folder / "lines.sqlite", self._memory, self._folder.glob("child-*"))
        (self._folder / "costs.json").write_text(json.dumps(passed), encoding="utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", type=Path, help="the folder for what is noted")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder(config.getoption("--record").resolve()), "recorder")
