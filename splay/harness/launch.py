"""Getting a Splunk to test against: splay as a process, or one that exists.

Whatever cannot be had is an error: nothing is skipped.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from splay.apps import app_name
from splay.harness.splunk import HarnessError, Splunk
from splay.harness.waiting import Progress, wait_until_up
from splay.paths import Paths, as_paths

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port of the loopback interface that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def serve(apps: Paths, seconds: float = 30) -> Iterator[Splunk]:
    """`splay serve` with the apps, over TLS, with credentials of its own, until the end.

    apps: their folders; searches run in the first one's context. seconds: until it is up.
    HarnessError: it does not come up; its last words say why.
    """
    folders = as_paths(apps)
    name = app_name(folders[0])
    password, token = secrets.token_urlsafe(12), str(uuid.uuid4())
    splunk = Splunk(LOOPBACK, free_port(), "admin", password, free_port(), token, app=name)
    ports = ["--port", str(splunk.port), "--hec-port", str(splunk.hec_port)]
    named = [text for one in folders for text in ("--app", str(one))]
    command = [sys.executable, "-m", "splay", "serve", *named, *ports]
    secret = {
        "SPLUNK_USERNAME": splunk.user,
        "SPLUNK_PASSWORD": splunk.password,
        "SPLUNK_HEC_TOKEN": splunk.hec_token,
    }
    with process(command, secret) as (running, log):
        wait_until_up(splunk, seconds, lambda: progress(running, log), [name])
        yield splunk


@contextlib.contextmanager
def process(
    command: list[str], environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A process with a file for its output, ended at the end whatever happens."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "output.log"
        with log.open("wb") as out:
            running = subprocess.Popen(  # nosec B603 # no shell; its callers write the command
                command, stdout=out, stderr=out, env={**os.environ, **environment}
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


def progress(running: subprocess.Popen[bytes], log: Path) -> Progress:
    """What a process that was started says of its start: nothing, or how it ended."""
    if running.poll() is None:
        return Progress()
    said = log.read_text("utf-8", "replace").strip()[-1000:]
    return Progress(f"it ended with exit code {running.returncode}: {said or 'it wrote nothing'}")


def external(
    host: str,
    port: int,
    user: str,
    password: str | None,
    hec_port: int,
    hec_token: str | None,
    app: str,
    seconds: float = 60,
) -> Splunk:
    """A Splunk that exists and has the app. HarnessError: it does not answer, or has it not."""
    if not password or not hec_token:
        raise HarnessError("set SPLUNK_PASSWORD and SPLUNK_HEC_TOKEN in the environment")
    splunk = Splunk(host, port, user, password, hec_port, hec_token, app=app)
    wait_until_up(splunk, seconds, apps=[app])
    return splunk
