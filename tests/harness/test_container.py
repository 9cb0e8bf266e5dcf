"""The container path, with a program that behaves as docker compose does (fake_docker.py)."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tarfile
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from splay.harness.launch import free_port
from splay.harness.splunk import HarnessError, search
from tests.harness.container import WINDOWS, Container, docker
from tests.harness.launch import APP, ROOT
from tests.holding import none_of
from tools.archive import write_archive
from tools.package import stage

FAKE = Path(__file__).with_name("fake_docker.py")
STAND_IN = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
PASSWORD = "a-password-of-the-test"


class Docker:
    """A `docker` on disk that plays a scenario, and what the user sets for it."""

    def __init__(self, folder: Path, package: Path) -> None:
        self.folder = folder
        self.program = folder / "docker"
        self.program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n')
        self.program.chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "FAKE_DOCKER": str(folder),
            "SPLUNK_PORT": str(free_port()),
            "SPLUNK_HEC_PORT": str(free_port()),
            "SPLUNK_START_ARGS": "--accept-license",
            "SPLUNK_GENERAL_TERMS": "--accept-sgt-current-at-splunk-com",
            "SPLUNK_PASSWORD": PASSWORD,
            "SPLUNK_HEC_TOKEN": str(uuid.uuid4()),
            "SPLUNK_APP_PACKAGE": str(package),
        }

    def plays(self, scenario: str) -> Container:
        """The container of this scenario."""
        (self.folder / "scenario").write_text(scenario)
        return Container(self.environment, str(self.program))

    def calls(self) -> list[str]:
        """What it was called with, in order."""
        return (self.folder / "calls").read_text().splitlines()

    def verbs(self) -> list[str]:
        return [re.search(r"\b(up|ps|logs|down)\b", line)[1] for line in self.calls()]  # type: ignore[index]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app as make package packs it, without slim's opinion."""
    folder = tmp_path_factory.mktemp("package")
    stage(folder / APP)
    write_archive(folder / APP, folder / "app.tar.gz")
    return folder / "app.tar.gz"


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tarball of the stand-in for the add-on for Windows, under the add-on's name."""
    folder = tmp_path_factory.mktemp("windows")
    (folder / WINDOWS).symlink_to(STAND_IN)

    with tarfile.open(folder / "ta.tgz", "w:gz", dereference=True) as archive:
        archive.add(folder / WINDOWS, WINDOWS)
    return folder / "ta.tgz"


@pytest.fixture
def fake(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    made = Docker(tmp_path, package)
    monkeypatch.setenv("FAKE_DOCKER", str(tmp_path))  # `down` has the environment of the caller
    return made


def test_a_slow_container_is_waited_for_and_removed(fake: Docker) -> None:
    with docker(fake.plays("slow"), 60) as splunk:
        assert search(splunk.service(), "| makeresults | eval a=1 | table a") == [{"a": "1"}]
        assert "down" not in fake.verbs()
    assert fake.verbs()[0] == "up"
    assert fake.verbs()[-1] == "down"
    assert none_of(PASSWORD in line for line in fake.calls())


def test_a_splunk_that_restarts_once_is_not_taken_too_early(fake: Docker) -> None:
    """The image restarts splunkd for its apps: it is healthy only after that."""
    with docker(fake.plays("restarting"), 60) as splunk:
        started = float((fake.folder / "started").read_text())
        info = splunk.service().info
        assert float(info["startup_time"]) >= started + 3  # the first one had four seconds


def test_an_older_compose_prints_a_list(fake: Docker) -> None:
    (fake.folder / "old").touch()
    with docker(fake.plays("slow"), 60) as splunk:
        assert splunk.service().info["product_type"] == "enterprise"


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("refusing", "Cannot connect to the Docker daemon"),
        ("without compose", "docker has no command compose: install"),
        ("unhealthy", "the container is unhealthy"),
        ("dying", "(?s)the container is exited; its last lines are:.*nothing more to do"),
        ("dying half-way", "(?s)the container is exited; its last lines are:.*splunkd ends"),
    ],
)
def test_a_container_that_does_not_come_up_is_an_error(
    fake: Docker, scenario: str, words: str
) -> None:
    with pytest.raises(HarnessError, match=words), docker(fake.plays(scenario), 60):
        pytest.fail("it cannot be used")
    assert fake.verbs()[-1] == "down"


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("very slow", "is not up after 1 s: its health is starting"),
        ("deaf", "is not up after 6 s: .*timed out"),
        ("without the app", f"is not up after 3 s: .*not installed: {APP}"),
        ("without the event collector", "is not up after 3 s: .*event collector is not healthy"),
    ],
)
def test_time_runs_out(
    fake: Docker, scenario: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = re.search(r"(\d) s", words)
    assert found
    if scenario.startswith("without"):  # its answer is what counts, however long it takes to start
        clock = SimpleNamespace(monotonic=since_up(fake), sleep=time.sleep)
        monkeypatch.setattr("splay.harness.waiting.time", clock)
    with (
        pytest.raises(HarnessError, match=words),
        docker(fake.plays(scenario), float(found[1])),
    ):
        pytest.fail("it cannot be used")
    assert fake.verbs()[-1] == "down"


def since_up(fake: Docker) -> Callable[[], float]:
    """A clock that stands at 0 until the container takes connections."""
    began: list[float] = []

    def now() -> float:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", int(fake.environment["SPLUNK_PORT"]))).close()
            began.append(time.monotonic())
        return time.monotonic() - began[0] if began else 0.0

    return now


def test_what_fails_in_between_is_told_and_the_container_removed(fake: Docker) -> None:
    with pytest.raises(ZeroDivisionError), docker(fake.plays("slow"), 60):
        raise ZeroDivisionError
    assert fake.verbs()[-1] == "down"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"SPLUNK_START_ARGS": ""}, "set SPLUNK_START_ARGS: compose.yaml"),
        ({"SPLUNK_GENERAL_TERMS": ""}, "set SPLUNK_GENERAL_TERMS: compose.yaml"),
        ({"SPLUNK_PASSWORD": "", "SPLUNK_HEC_TOKEN": ""}, "set SPLUNK_PASSWORD, SPLUNK_HEC_TOKEN"),
        ({"SPLUNK_APP_PACKAGE": "/absent.tar.gz"}, "no package /absent.tar.gz: make package"),
        ({"SPLUNK_TA_WINDOWS": "/absent.tgz"}, "SPLUNK_TA_WINDOWS: there is no file /absent.tgz"),
        ({"SPLUNK_PORT": "eighty"}, "SPLUNK_PORT is 'eighty', which is no port"),
    ],
)
def test_what_is_not_set_or_not_there(fake: Docker, change: dict[str, str], words: str) -> None:
    fake.environment.update(change)
    with pytest.raises(HarnessError, match=words):
        assert fake.plays("slow").splunk.port == 0


def test_without_docker(fake: Docker) -> None:
    container = Container(fake.environment, str(fake.folder / "nothing"))
    with pytest.raises(HarnessError, match="cannot be run"), docker(container, 5):
        pytest.fail("it cannot be used")


@pytest.mark.parametrize("with_addon", [False, True], ids=["alone", "with the Windows add-on"])
def test_the_detection_tests_run_on_the_container(
    fake: Docker, windows: Path, with_addon: bool
) -> None:
    """All calls that --splunk-type=docker makes, by the program that a person runs."""
    fake.plays("slow")
    if with_addon:
        fake.environment["SPLUNK_TA_WINDOWS"] = str(windows)
    tests = "tests/harness/test_on_splunk.py"
    done = run(fake, ["-m", "pytest", tests, "--splunk-type=docker", "-p", "no:cacheprovider"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"(?m)^\d+ passed in", done.stdout)
    assert "skipped" not in done.stdout
    assert fake.verbs()[-1] == "down"
    assert (fake.folder / "apps" / WINDOWS).exists() is with_addon


def test_tests_without_a_container_fail(fake: Docker) -> None:
    fake.plays("refusing")
    tests = "tests/harness/test_on_splunk.py"
    done = run(fake, ["-m", "pytest", tests, "--splunk-type=docker", "-p", "no:cacheprovider"])
    assert done.returncode == 1
    assert "--splunk-type=docker" in done.stdout
    assert "Cannot connect to the Docker daemon" in done.stdout
    assert "skipped" not in done.stdout


def run(fake: Docker, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=fake.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture
def command(fake: Docker) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """make splunk-up and make splunk-down, without make."""
    return lambda verb: run(fake, ["-m", "tests.harness.container", verb])


def test_by_hand(fake: Docker, command: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    fake.plays("slow")
    up = command("up")
    assert up.returncode == 0, up.stderr
    assert f"REST API: https://127.0.0.1:{fake.environment['SPLUNK_PORT']}, user admin" in up.stdout
    assert PASSWORD not in up.stdout
    for name in ("SPLUNK_PASSWORD", "SPLUNK_START_ARGS"):  # to remove it takes none of these
        del fake.environment[name]
    assert command("down").returncode == 0
    assert fake.verbs()[-1] == "down"


def test_by_hand_without_accepting(
    fake: Docker, command: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    del fake.environment["SPLUNK_GENERAL_TERMS"]
    done = command("up")
    assert done.returncode == 2
    assert done.stderr == "Error: set SPLUNK_GENERAL_TERMS: compose.yaml says what they are\n"
