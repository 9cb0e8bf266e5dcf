"""pytest fixtures for searches, detections and a server, over the apps under test.

`splay_engine` searches without a server; `splay_server` is `splay serve`; `splunk_server` is the
Splunk that --splunk-type asks for, so that one test runs on splay, in a container and on a Splunk
that exists. docs/test-your-detections.md shows each. Secrets are in the environment, where ps shows
none.

The options have the names that pytest-splunk-addon gives them. Where that is installed as well,
its options are the ones that count.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from splay.harness.engine import Engine
    from splay.harness.splunk import Splunk

TYPES = ("splay", "docker", "external")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that say which Splunk, and which apps."""
    parser.addini("splay_apps", "folders of the apps under test, the first one first", "paths")
    group = parser.getgroup("splunk", "Splunk, or splay in its place")
    group.addoption(
        "--splay-app",
        dest="splay_apps",
        action="append",
        type=Path,
        help="an app's folder; may be given several times, the first wins. Default: splay_apps of "
        "the ini-file, or the root folder where that is an app",
    )
    if importlib.util.find_spec("pytest_splunk_addon") is not None:
        return
    group.addoption(
        "--splunk-type",
        choices=TYPES,
        default="splay",
        help="what the tests run against: splay (default), docker (what the fixture splunk_docker "
        "starts) or external (an existing Splunk with the app installed)",
    )
    group.addoption("--splunk-host", default="127.0.0.1", help="of the external Splunk")
    group.addoption("--splunk-port", type=int, default=8089, help="its management port")
    group.addoption(
        "--splunk-user", default=os.environ.get("SPLUNK_USERNAME", "admin"), help="$SPLUNK_USERNAME"
    )
    group.addoption("--splunk-hec-port", type=int, default=8088, help="of its event collector")


@pytest.fixture(scope="session")
def splay_apps(pytestconfig: pytest.Config) -> list[Path]:
    """The folders of the apps under test."""
    from splay.apps import is_app

    named = pytestconfig.getoption("splay_apps") or pytestconfig.getini("splay_apps")
    root = pytestconfig.rootpath
    return list(named) or ([root] if is_app(root) else [])


@pytest.fixture(scope="session")
def splay_engine(splay_apps: list[Path]) -> Engine:
    """Searches and detections over the apps, without a server: `splay.harness.engine.Engine`."""
    from splay.harness.engine import Engine

    return Engine(splay_apps)


@pytest.fixture(scope="session")
def splay_server(splay_apps: list[Path]) -> Iterator[Splunk]:
    """`splay serve` with the apps, up, with an event collector, until the tests end."""
    from splay.harness.launch import serve
    from splay.harness.splunk import HarnessError

    if not splay_apps:
        pytest.fail("no app is named: write --splay-app, or splay_apps in the ini-file", False)
    try:
        with serve(splay_apps) as found:
            yield found
    except HarnessError as error:
        pytest.fail(f"splay serve: {error}", pytrace=False)


@pytest.fixture(scope="session")
def splunk_docker() -> object:
    """A Splunk in a container, for --splunk-type=docker: a project that has one defines this
    fixture in its conftest.py, and gives the `splay.harness.splunk.Splunk` that it has started."""
    pytest.fail(
        "--splunk-type=docker: conftest.py defines no fixture splunk_docker that starts one",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def splunk_server(request: pytest.FixtureRequest, splay_apps: list[Path]) -> Splunk:
    """The Splunk that was asked for, up and with the app. It fails when it cannot be had."""
    from splay.apps import app_name
    from splay.harness.launch import external
    from splay.harness.splunk import HarnessError

    option = request.config.getoption
    kind = str(option("--splunk-type"))
    if kind != "external":
        name = "splay_server" if kind == "splay" else "splunk_docker"
        found: Splunk = request.getfixturevalue(name)
        return found
    try:
        return external(
            option("--splunk-host"),
            int(option("--splunk-port")),
            option("--splunk-user"),
            os.environ.get("SPLUNK_PASSWORD"),
            int(option("--splunk-hec-port")),
            os.environ.get("SPLUNK_HEC_TOKEN"),
            app_name(splay_apps[0]) if splay_apps else "search",
        )
    except HarnessError as error:
        pytest.fail(f"--splunk-type=external: {error}", pytrace=False)
