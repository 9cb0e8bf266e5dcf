"""Which Splunk the harness runs against, by options named as pytest-splunk-addon names them; and a
browser, where it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.chromium import Browser, Page, find_chromium

TYPES = ("splay", "docker", "external")

# A slow machine is no fault of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of harness and browser. Secrets are in the environment, where ps shows none."""
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
    group = parser.getgroup("splunk")
    group.addoption(
        "--splunk-type",
        choices=TYPES,
        default="splay",
        help="what the harness tests against: splay (default), docker (starts compose.yaml) or "
        "external (an existing Splunk with the app installed)",
    )
    group.addoption("--splunk-host", default="127.0.0.1", help="of the external Splunk")
    group.addoption("--splunk-port", type=int, default=8089, help="its management port")
    group.addoption(
        "--splunk-user", default=os.environ.get("SPLUNK_USERNAME", "admin"), help="$SPLUNK_USERNAME"
    )
    group.addoption("--splunk-hec-port", type=int, default=8088, help="of its event collector")


def long_one(request: pytest.FixtureRequest) -> None:
    """Leaves a test out, and says so, unless the long ones are chosen."""
    if not request.config.getoption("--long"):
        pytest.skip("tests that take long are chosen by --long")


@pytest.fixture(scope="session")
def splunk(request: pytest.FixtureRequest) -> Iterator[object]:
    """The Splunk that was asked for, up and with the app. It fails when it cannot be had."""
    from tests.harness import container, launch
    from tests.harness.splunk import HarnessError

    option = request.config.getoption
    try:
        if option("--splunk-type") == "splay":
            with launch.splay() as found:
                yield found
        elif option("--splunk-type") == "docker":
            with container.docker(container.Container(os.environ)) as found:
                yield found
        else:
            yield launch.external(
                option("--splunk-host"),
                option("--splunk-port"),
                option("--splunk-user"),
                os.environ.get("SPLUNK_PASSWORD"),
                option("--splunk-hec-port"),
                os.environ.get("SPLUNK_HEC_TOKEN"),
            )
    except HarnessError as error:
        pytest.fail(f"--splunk-type={option('--splunk-type')}: {error}", pytrace=False)


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
