"""How the harness waits for a Splunk: with a program that behaves as docker compose does."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

import pytest

from tests.harness import launch
from tests.harness.splunk import HarnessError, search

FAKE = Path(__file__).with_name("fake_docker.py")


class Docker:
    """A `docker` on disk that plays a scenario."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.ports = (launch.free_port(), launch.free_port())
        self.program = folder / "docker"
        self.program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n')
        self.program.chmod(0o755)
        for name, value in {
            "FAKE_DOCKER": str(folder),
            "FAKE_PORT": str(self.ports[0]),
            "FAKE_HEC_PORT": str(self.ports[1]),
            "SPLUNK_START_ARGS": "--accept-license",
            "SPLUNK_GENERAL_TERMS": "--accept-sgt-current-at-splunk-com",
            "SPLUNK_PASSWORD": "a-password-of-the-test",
            "SPLUNK_HEC_TOKEN": str(uuid.uuid4()),
        }.items():
            monkeypatch.setenv(name, value)

    def plays(self, scenario: str) -> None:
        (self.folder / "scenario").write_text(scenario)

    def calls(self) -> list[str]:
        """The verbs it was called with, in order."""
        lines = (self.folder / "calls").read_text().splitlines()
        return [word for line in lines for word in line.split() if word in ("up", "ps", "down")]


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    return Docker(tmp_path, monkeypatch)


def test_a_slow_container_is_waited_for_and_removed(docker: Docker) -> None:
    docker.plays("slow")
    with launch.docker(60, str(docker.program), docker.ports) as splunk:
        assert search(splunk.service(), "| makeresults | eval a=1 | table a") == [{"a": "1"}]
        assert "down" not in docker.calls()
    assert docker.calls()[0] == "up"
    assert docker.calls()[-1] == "down"


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("refusing", "Cannot connect to the Docker daemon"),
        ("unhealthy", "the container is unhealthy"),
        ("dying", "the container is exited"),
    ],
)
def test_a_container_that_does_not_come_up_is_an_error(
    docker: Docker, scenario: str, words: str
) -> None:
    docker.plays(scenario)
    with (
        pytest.raises(HarnessError, match=words),
        launch.docker(30, str(docker.program), docker.ports),
    ):
        pytest.fail("it cannot be used")
    assert docker.calls()[-1] == "down"


def test_time_runs_out(docker: Docker) -> None:
    docker.plays("slow")
    with (
        pytest.raises(HarnessError, match=r"is not up after 0\.5 s"),
        launch.docker(0.5, str(docker.program), docker.ports),
    ):
        pytest.fail("it cannot be used")
    assert docker.calls()[-1] == "down"


def test_without_docker(docker: Docker) -> None:
    with (
        pytest.raises(HarnessError, match="cannot be run"),
        launch.docker(5, str(docker.folder / "nothing"), docker.ports),
    ):
        pytest.fail("it cannot be used")


def test_without_secrets(docker: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPLUNK_PASSWORD")
    with (
        pytest.raises(HarnessError, match="set SPLUNK_PASSWORD"),
        launch.docker(5, str(docker.program), docker.ports),
    ):
        pytest.fail("it cannot be used")
    with pytest.raises(HarnessError, match="set SPLUNK_PASSWORD"):
        launch.external("127.0.0.1", 1, "admin", None, 2, "token")


def test_an_external_splunk_that_does_not_answer() -> None:
    port = launch.free_port()
    with pytest.raises(HarnessError, match=f"not up after 0.3 s: 127.0.0.1:{port}"):
        launch.external("127.0.0.1", port, "admin", "secret", port, "token", seconds=0.3)


def test_an_external_splunk_with_another_password() -> None:
    with launch.splay() as splunk, pytest.raises(HarnessError, match="not up after"):
        launch.external(
            splunk.host, splunk.port, splunk.user, "wrong", splunk.hec_port, "x", seconds=1
        )
