"""The Splunk that the harness runs against, which splay's own pytest plugin gets; and a browser,
where it is asked for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.chromium import Browser, Page, find_chromium

if TYPE_CHECKING:
    from splay.harness.splunk import Splunk

# A slow machine is no fault of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that say which tests run as well."""
    parser.addoption(
        "--browser",
        action="store_true",
        help="also run the tests that need Chromium, and fetch what tests take from npm",
    )
    parser.addoption(
        "--official-tools",
        action="store_true",
        help="also run Splunk's own test tools, which the Makefile installs",
    )
    parser.addoption(
        "--mutations",
        type=int,
        default=300,
        help="how many mutated searches the parser is given (make mutations: 100,000)",
    )
    parser.addoption(
        "--addon",
        type=Path,
        help="the folder of Splunk_TA_windows: also run the tests of its fields",
    )
    parser.addoption("--cim", type=Path, help="the folder of Splunk_SA_CIM, for the same tests")
    parser.addoption(
        "--long", action="store_true", help="also run what takes minutes: make security, faults"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was left out, and why: a line a reason, since many tests share a few."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")  # path, line, reason
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"LEFT OUT [{count}] {reason}")


def long_one(request: pytest.FixtureRequest) -> None:
    """Leaves a test out, and says so, unless the long ones are chosen."""
    if not request.config.getoption("--long"):
        pytest.skip("tests that take long are chosen by --long")


@pytest.fixture(scope="session")
def splunk_docker() -> Iterator[Splunk]:
    """The container of compose.yaml."""
    from splay.harness.splunk import HarnessError
    from tests.harness import container

    try:
        with container.docker(container.Container(os.environ)) as found:
            yield found
    except HarnessError as error:
        pytest.fail(f"--splunk-type=docker: {error}", pytrace=False)


@pytest.fixture(scope="session")
def splunk(splunk_server: Splunk) -> Splunk:
    """The Splunk that was asked for, up and with the app."""
    return splunk_server


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A headless browser; without --browser the test is left out, and says so."""
    if not request.config.getoption("--browser"):
        pytest.skip("tests in a browser are chosen by --browser")
    program = find_chromium()
    if program is None:
        pytest.fail("--browser needs Chromium, which is not installed")
    with Browser(program) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new tab."""
    tab = browser.page()
    yield tab
    tab.close()
