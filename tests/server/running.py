"""Starts `splay serve` as its users do, and talks to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from splunklib import client

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
PASSWORD = "correct horse battery staple"
TOKEN = "0d3b2b0e-5f0c-4e7f-9f0a-1f2e3d4c5b6a"
_LINE = re.compile(r".*: (https?)://127\.0\.0\.1:(\d+)\n")


@dataclass(frozen=True)
class Server:
    """A running server. process: None when somebody else started it."""

    scheme: str
    port: int
    hec_port: int
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def hec_url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.hec_port}/services/collector"

    def connect(self, **more: Any) -> Any:
        """The SDK's Service; with the administrator's password unless told otherwise."""
        who = {} if {"username", "token", "splunkToken"} & set(more) else {"username": "admin"}
        if who:
            who["password"] = PASSWORD
        return client.connect(
            host="127.0.0.1", port=self.port, scheme=self.scheme, **{**who, **more}
        )

    def http(self, user: str = "admin", password: str = PASSWORD) -> httpx.Client:
        """A plain HTTP client of the REST API."""
        return httpx.Client(base_url=self.url, auth=(user, password), verify=False, timeout=60)

    def hec(self, token: str = TOKEN) -> httpx.Client:
        """A plain HTTP client of the HTTP Event Collector."""
        headers = {"Authorization": f"Splunk {token}"}
        return httpx.Client(base_url=self.hec_url, headers=headers, verify=False, timeout=120)


@contextmanager
def running(
    *options: str, limits: Callable[[], None] | None = None, **environment: str
) -> Iterator[Server]:
    """A server on free ports, for as long as the block lasts. limits: set in its process."""
    command = [sys.executable, "-m", "splay", "serve", "--port", "0", "--hec-port", "0", *options]
    secrets = {"SPLUNK_PASSWORD": PASSWORD, "SPLUNK_HEC_TOKEN": TOKEN, **environment}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **secrets},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=limits,
    )
    assert process.stdout
    with process:
        try:
            found = [_LINE.fullmatch(process.stdout.readline()) for _ in range(2)]
            assert found[0]
            assert found[1]
            yield Server(found[0][1], int(found[0][2]), int(found[1][2]), process)
        finally:
            process.terminate()
            process.wait(20)


def refused(*options: str, **environment: str) -> str:
    """What a server says that does not start; it exits with 2."""
    command = [sys.executable, "-m", "splay", "serve", "--port", "0", "--hec-port", "0", *options]
    secrets = {"SPLUNK_PASSWORD": PASSWORD, **environment}
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **secrets}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2, done
    return done.stderr


def until(answer: Callable[[], T], seconds: float = 120) -> T:
    """An answer once it is true; asked for often, but with pauses: the server needs the processor.

    AssertionError where it never is.
    """
    end = time.monotonic() + seconds
    while not (given := answer()):
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.05)
    return given


def fresh(prefix: str = "t") -> str:
    """A name that nothing has yet."""
    return f"{prefix}{uuid.uuid4().hex[:12]}"
