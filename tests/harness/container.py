"""A Splunk in a container, by compose.yaml. As a program: make splunk-up, make splunk-down.

python -m tests.harness.container up|down
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from splay.harness.splunk import HarnessError, Splunk
from splay.harness.waiting import Progress, wait_until_up
from tests.harness.launch import APP
from tools.app_files import tarball

ROOT = Path(__file__).parents[2]
PROJECT = "adcs-splunk"  # its name in compose.yaml
WINDOWS = "Splunk_TA_windows"
_WANTED = ("SPLUNK_START_ARGS", "SPLUNK_GENERAL_TERMS", "SPLUNK_PASSWORD", "SPLUNK_HEC_TOKEN")
_SECONDS = 900.0  # until it is up
_PULL = 1800.0  # seconds that `up` may take: the image is fetched first
_USUAL = 300.0  # seconds that other commands may take
_NO_COMPOSE = ("unknown flag: --file", "unknown flag: --project-name", "is not a docker command")
"""What a docker client without the plugin says."""


class Container:
    """The one container of compose.yaml.

    environment: what compose.yaml takes its variables from. program: the docker client. Raises
    HarnessError for what is not set or not there.
    """

    def __init__(self, environment: Mapping[str, str], program: str = "docker") -> None:
        missing = [name for name in _WANTED if not environment.get(name)]
        if missing:
            raise HarnessError(f"set {', '.join(missing)}: compose.yaml says what they are")
        self._environment = {**environment, "SPLUNK_APP_PACKAGE": str(_package(environment))}
        self._program = program
        self.apps = [APP]
        if environment.get("SPLUNK_TA_WINDOWS"):
            given = Path(environment["SPLUNK_TA_WINDOWS"]).resolve()
            if not given.is_file():
                raise HarnessError(f"SPLUNK_TA_WINDOWS: there is no file {given}")
            self._environment["SPLUNK_TA_WINDOWS"] = str(given)
            self.apps.append(WINDOWS)

    @property
    def splunk(self) -> Splunk:
        """Where it is, and with which credentials."""
        given = self._environment
        ports = [_port(given, "SPLUNK_PORT", 8089), _port(given, "SPLUNK_HEC_PORT", 8088)]
        password, token = given["SPLUNK_PASSWORD"], given["SPLUNK_HEC_TOKEN"]
        return Splunk("127.0.0.1", ports[0], "admin", password, ports[1], token, app=APP)

    def up(self, seconds: float = _SECONDS) -> None:
        """Starts it and waits until its set-up has ended and it answers, with its apps."""
        self._compose("up", "--detach", seconds=_PULL)
        wait_until_up(self.splunk, seconds, self.progress, self.apps)

    def down(self) -> None:
        """Removes it and all its data."""
        remove(self._program)

    def progress(self) -> Progress:
        """How far its start has come."""
        states = _objects(self._compose("ps", "--all", "--format", "json"))
        if not states:
            return Progress(gone="there is no container")
        state, health = (str(states[0].get(name, "")) for name in ("State", "Health"))
        if state in ("exited", "dead", "removing"):
            return Progress(gone=f"the container is {state}{self._last_words()}")
        if health == "unhealthy":
            return Progress(gone=f"the container is unhealthy{self._last_words()}")
        return Progress(waiting="" if health == "healthy" else f"its health is {health or state}")

    def _last_words(self) -> str:
        said = self._compose("logs", "--no-color", "--tail", "20").strip()
        return f"; its last lines are:\n{said[-2000:]}" if said else ""

    def _compose(self, *arguments: str, seconds: float = _USUAL) -> str:
        command = [self._program, "compose", "--file", str(ROOT / "compose.yaml"), *arguments]
        return _run(command, seconds, self._environment)


def remove(program: str = "docker") -> None:
    """Removes the container and all its data, by its project's name: that needs no variables."""
    _run([program, "compose", "--project-name", PROJECT, "down", "--volumes"], _USUAL, os.environ)


def _run(command: list[str], seconds: float, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, env=dict(environment)
        )
    except OSError as error:
        raise HarnessError(f"{command[0]} cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise HarnessError(f"{' '.join(command)} did not end in {seconds:g} s") from error
    if any(words in done.stderr for words in _NO_COMPOSE):
        raise HarnessError(
            f"{command[0]} has no command compose: install Docker Compose, release 2"
        )
    if done.returncode:
        raise HarnessError(f"{' '.join(command)} failed: {done.stderr.strip()[-1000:]}")
    return done.stdout


@contextlib.contextmanager
def docker(container: Container, seconds: float = _SECONDS) -> Iterator[Splunk]:
    """The container's Splunk, up; removed at the end with all its data, whatever happens."""

    def end(kind: object, error: BaseException | None, trace: object) -> None:
        try:
            container.down()
        except HarnessError:
            if error is None:  # else what went wrong first is what matters
                raise

    with contextlib.ExitStack() as stack:
        stack.push(end)
        container.up(seconds)
        yield container.splunk


def _package(environment: Mapping[str, str]) -> Path:
    given = environment.get("SPLUNK_APP_PACKAGE")
    package = Path(given).resolve() if given else tarball()
    if not package.is_file():
        raise HarnessError(f"there is no package {package}: make package makes it")
    return package


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdigit():
        raise HarnessError(f"{name} is {text!r}, which is no port")
    return int(text)


def _objects(text: str) -> list[dict[str, object]]:
    """What `compose ps` prints: an object a line, or before release 2.21 one list."""
    found = [json.loads(line) for line in text.splitlines() if line.strip()]
    return list(found[0]) if found and isinstance(found[0], list) else found


def main() -> int:
    """The command line."""
    if sys.argv[1:] not in (["up"], ["down"]):
        print("write: python -m tests.harness.container up|down", file=sys.stderr)
        return 2
    try:
        if sys.argv[1] == "down":
            remove()
            return 0
        container = Container(os.environ)
        print("Starting Splunk: this takes some minutes, more the first time.", flush=True)
        container.up()
    except HarnessError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    print(f"Splunk is up with {', '.join(container.apps)}.")
    print(f"REST API: https://127.0.0.1:{container.splunk.port}, user admin")
    print(f"HTTP Event Collector: https://127.0.0.1:{container.splunk.hec_port}")
    print(f"Splunk Web: http://127.0.0.1:{os.environ.get('SPLUNK_WEB_PORT') or 8000}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
