"""Getting a Splunk to test against: splay as a process, a container, or one that exists.

Whatever cannot be had is an error: nothing is skipped.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from xml.etree.ElementTree import ParseError

from splunklib.binding import (  # type: ignore[import-untyped,unused-ignore]
    AuthenticationError,
    HTTPError,
)

from tests.harness.splunk import HarnessError, Splunk

ROOT = Path(__file__).parents[2]
LOOPBACK = "127.0.0.1"
_NOT_UP = (OSError, HTTPException, AuthenticationError, HTTPError, ParseError)
"""What splunk-sdk raises while a Splunk is starting, or when it is none."""
_WANTED = ("SPLUNK_START_ARGS", "SPLUNK_GENERAL_TERMS", "SPLUNK_PASSWORD", "SPLUNK_HEC_TOKEN")


def free_port() -> int:
    """A port of the loopback interface that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def splay(*others: Path, app: Path = ROOT, seconds: float = 30) -> Iterator[Splunk]:
    """`splay serve` with the app, over TLS, with credentials of its own, until the end.

    others: folders of further apps.
    """
    splunk = Splunk(
        LOOPBACK, free_port(), "admin", secrets.token_urlsafe(12), free_port(), str(uuid.uuid4())
    )
    ports = ["--port", str(splunk.port), "--hec-port", str(splunk.hec_port)]
    apps = [text for one in (app, *others) for text in ("--app", str(one))]
    command = [sys.executable, "-m", "splay", "serve", *apps, *ports]
    secret = {
        "SPLUNK_USERNAME": splunk.user,
        "SPLUNK_PASSWORD": splunk.password,
        "SPLUNK_HEC_TOKEN": splunk.hec_token,
    }
    with process(command, secret) as (running, log):
        wait_until_up(splunk, seconds, lambda: _ended(running, log))
        yield splunk


@contextlib.contextmanager
def process(
    command: list[str], environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A process with a file for its output, ended at the end whatever happens."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "output.log"
        with log.open("wb") as out:
            running = subprocess.Popen(
                command, stdout=out, stderr=out, cwd=ROOT, env={**os.environ, **environment}
            )
        try:
            yield running, log
        finally:
            running.terminate()
            try:
                running.wait(timeout=10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def _ended(running: subprocess.Popen[bytes], log: Path) -> str:
    """Why it cannot come up any more; "" while it can."""
    if running.poll() is None:
        return ""
    said = log.read_text("utf-8", "replace").strip()[-1000:]
    return f"it ended with exit code {running.returncode}: {said or 'it wrote nothing'}"


def wait_until_up(splunk: Splunk, seconds: float, ended: Callable[[], str]) -> None:
    """Waits until the management port lets the user in and the event collector is healthy.

    ended: asked before each try; what it says, if anything, is why waiting is useless.
    Raises HarnessError with the last reason.
    """
    deadline = time.monotonic() + seconds
    reason = "it was not tried"
    while time.monotonic() < deadline:
        why = ended()
        if why:
            raise HarnessError(f"the Splunk is gone: {why}")
        reason = _not_ready(splunk)
        if not reason:
            return
        time.sleep(0.2)
    raise HarnessError(f"the Splunk is not up after {seconds:g} s: {reason}")


def _not_ready(splunk: Splunk) -> str:
    try:
        splunk.service().info()
    except _NOT_UP as error:
        return f"{splunk.host}:{splunk.port}: {error or type(error).__name__}"
    ill = splunk.health()
    return (
        f"{splunk.host}:{splunk.hec_port}: the event collector is not healthy: {ill}" if ill else ""
    )


@contextlib.contextmanager
def docker(
    seconds: float = 600, program: str = "docker", ports: tuple[int, int] = (8089, 8088)
) -> Iterator[Splunk]:
    """A Splunk container from compose.yaml, removed at the end with all its data.

    The licence, the terms, the password and the token come from the environment. ports: where
    compose.yaml publishes the management port and the event collector.
    """
    missing = [name for name in _WANTED if not os.environ.get(name)]
    if missing:
        raise HarnessError(f"set {', '.join(missing)}: compose.yaml says what they are")
    compose = [program, "compose", "--file", str(ROOT / "compose.yaml")]
    secrets_of = (os.environ["SPLUNK_PASSWORD"], os.environ["SPLUNK_HEC_TOKEN"])
    splunk = Splunk(LOOPBACK, ports[0], "admin", secrets_of[0], ports[1], secrets_of[1])
    try:
        _compose([*compose, "up", "--detach"])
        wait_until_up(splunk, seconds, lambda: _container_ended(compose))
        yield splunk
    finally:
        _compose([*compose, "down", "--volumes"])


def _compose(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800)
    except OSError as error:
        raise HarnessError(f"{command[0]} cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise HarnessError(f"{' '.join(command[-2:])} did not end in half an hour") from error
    if done.returncode:
        raise HarnessError(f"{' '.join(command)} failed: {done.stderr.strip()[-1000:]}")
    return done.stdout


def _container_ended(compose: list[str]) -> str:
    """Why the container cannot come up any more; "" while it can."""
    lines = _compose([*compose, "ps", "--all", "--format", "json"]).splitlines()
    states = [json.loads(line) for line in lines if line.strip()]
    if not states:
        return "there is no container"
    state, health = str(states[0].get("State", "")), str(states[0].get("Health", ""))
    if state in ("exited", "dead"):
        return f"the container is {state}"
    return "the container is unhealthy" if health == "unhealthy" else ""


def external(
    host: str,
    port: int,
    user: str,
    password: str | None,
    hec_port: int,
    hec_token: str | None,
    seconds: float = 60,
) -> Splunk:
    """A Splunk that exists. HarnessError when a secret is missing or it does not answer."""
    if not password or not hec_token:
        raise HarnessError("set SPLUNK_PASSWORD and SPLUNK_HEC_TOKEN, or the options")
    splunk = Splunk(host, port, user, password, hec_port, hec_token)
    wait_until_up(splunk, seconds, lambda: "")
    return splunk
