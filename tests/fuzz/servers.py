"""The server's two ports as targets: a request in bytes, called without a network.

An input is `METHOD /path?query`, lines of headers, an empty line, and the body; what is not ASCII
in the first part is left out. The administrator's password, or the collector's token, is added, so
that inputs reach further than the door (tests/security tries that).
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.types import Message

from splay.server.app import collector_app, management_app
from splay.server.headers import guarded
from splay.server.state import Splunkd

ROOT = Path(__file__).parents[2]
PASSWORD = "fuzz"
TOKEN = "0d3b2b0e-5f0c-4e7f-9f0a-1f2e3d4c5b6a"
BASIC = b"Basic " + base64.b64encode(f"admin:{PASSWORD}".encode())
RENEW = 5_000
"""Requests until the server is made anew: what inputs have made is then gone."""

_PATHS = (
    "search/jobs", "search/jobs/1/results", "saved/searches", "apps/local", "data/indexes",
    "admin/macros", "configs/conf-props", "receivers/simple", "authentication/users", "messages",
    "server/info", "search/parser", "alerts/fired_alerts", "data/inputs/http",
)  # fmt: skip
REST_SEEDS = tuple(
    f"{method} /servicesNS/nobody/search/{path}?output_mode=json&count=1\n\n{body}".encode()
    for path in _PATHS
    for method, body in (("GET", ""), ("POST", "name=a&search=%7C+makeresults"))
)
REST_WORDS = (
    "/services/",
    "output_mode=",
    "search=",
    "name=",
    "exec_mode=oneshot",
    "%2F",
    "..",
    "-",
)
HEC_SEEDS = (
    b'POST /services/collector/event\n\n{"event": "a", "time": 1, "fields": {"b": "c"}}',
    b"POST /services/collector/raw?channel=1&sourcetype=x\n\na\nb",
    b'POST /services/collector/ack?channel=1\n\n{"acks": [0]}',
    b"GET /services/collector/health\n\n",
)
HEC_WORDS = ('"event"', '"time"', '"index"', "/services/collector/", "channel=", "{", "}")

App = Callable[..., Any]


def management(_: Path) -> Callable[[bytes], None]:
    """The REST API."""
    return _Port(management_app, BASIC).run


def collector(_: Path) -> Callable[[bytes], None]:
    """The HTTP Event Collector."""
    return _Port(collector_app, b"Splunk " + TOKEN.encode()).run


class _Port:
    """One application, called with one request after the other."""

    def __init__(self, make: Callable[[Splunkd], App], authorization: bytes) -> None:
        self._make = make
        self._authorization = authorization
        self._loop = asyncio.new_event_loop()
        self._splunkd: Splunkd | None = None
        self._count = 0

    def run(self, data: bytes) -> None:
        """Answers one request. Raises what the server would have failed with."""
        if self._count % RENEW == 0:
            if self._splunkd is not None:
                self._splunkd.close()
            self._splunkd = Splunkd([ROOT], None, "admin", PASSWORD, TOKEN)
            self._app = guarded(self._make(self._splunkd))
        self._count += 1
        status = self._loop.run_until_complete(asyncio.wait_for(self._answer(data), 10))
        assert status != 500, "the server failed"

    async def _answer(self, data: bytes) -> int:
        scope, body = self._request(data)
        parts = [{"type": "http.request", "body": body, "more_body": False}]
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await self._app(scope, receive, send)
        return statuses[0] if statuses else 0

    def _request(self, data: bytes) -> tuple[dict[str, Any], bytes]:
        head, _, body = data.partition(b"\n\n")
        first, *lines = head.decode("ascii", "ignore").split("\n")
        method, _, target = first.partition(" ")
        path, _, query = target.partition("?")
        headers = [(b"host", b"localhost"), (b"authorization", self._authorization)]
        for name, colon, value in (line.partition(":") for line in lines):
            if colon and name.strip().lower() not in ("host", "authorization", ""):
                headers.append((name.strip().lower().encode(), value.strip().encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method.upper() or "GET",
            "scheme": "http",
            "path": path or "/",
            "raw_path": (path or "/").encode(),
            "query_string": query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8089),
        }
        return scope, body
