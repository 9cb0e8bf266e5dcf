"""A plugin of pytest: notes which test runs which line, also in the processes that it starts.

    python -m pytest -p tests.mutants.recording --record=FOLDER tests/unit

Each test is a context of coverage.py, named as pytest names the test; a file of tests is one for
what its tests share. `costs.json` says what each passing test took: one that fails already tells
nothing about a mutant.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

SETTINGS = """
[run]
source_pkgs = splay
source_dirs = bin
data_file = {folder}/covered
parallel = true
context = ${{{variable}-}}
patch = subprocess
concurrency = thread, multiprocessing
sigterm = true
disable_warnings = no-data-collected, module-not-imported, module-not-measured
"""
VARIABLE = "MUTANTS_TEST"
"""In the environment: the test that runs, for the processes that it starts."""


class Recorder:
    """Switches the context for each test and takes its time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        settings = folder / "coverage.ini"
        settings.write_text(SETTINGS.format(folder=folder, variable=VARIABLE), encoding="utf-8")
        os.environ[VARIABLE] = ""
        self._coverage = coverage.Coverage(config_file=str(settings))
        self._coverage.start()
        self._costs: dict[str, float] = {}
        self._failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        os.environ[VARIABLE] = item.nodeid
        self._coverage.switch_context(item.nodeid)
        started = time.perf_counter()
        try:
            return (yield)
        finally:
            self._costs[item.nodeid] = time.perf_counter() - started
            os.environ[VARIABLE] = ""
            self._coverage.switch_context("")

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> Iterator[None]:
        """What a fixture of many tests starts, such as a server, all tests of the file run."""
        before = os.environ[VARIABLE]
        if fixturedef.scope != "function":
            os.environ[VARIABLE] = before.partition("::")[0]
        try:
            return (yield)
        finally:
            os.environ[VARIABLE] = before

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self._failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        self._coverage.save()
        passed = {name: cost for name, cost in self._costs.items() if name not in self._failed}
        (self._folder / "costs.json").write_text(json.dumps(passed), encoding="utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", type=Path, help="the folder for what is noted")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder(config.getoption("--record").resolve()), "recorder")
