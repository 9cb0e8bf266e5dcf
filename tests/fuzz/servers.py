"""The server's two ports as targets: a request in bytes, called without a network or threads.

An input is `METHOD /path?query`, lines of headers, an empty line, and the body; what is not ASCII
in the first part is left out. The administrator's password, or the collector's token, is added, so
that inputs reach further than the door (tests/security tries that). What the server gives to a
thread, a search above all, is done at once, so that what it raises and how long it takes is the
input's.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import anyio.to_thread
from starlette.types import Message

from splay.ports.headers import guarded
from splay.server.hec.tokens import APP
from splay.server.management import all_routes, collector_app, management_app
from splay.server.objects.acl import Acl
from splay.server.rest.request import Route
from splay.server.splunkd import Splunkd

ROOT = Path(__file__).parents[2]
PASSWORD = "fuzz"
TOKEN = "0d3b2b0e-5f0c-4e7f-9f0a-1f2e3d4c5b6a"
ACKNOWLEDGING = "7c1d9a52-93a4-4d0c-8a53-6b8f0e1f2a3c"
BASIC = b"Basic " + base64.b64encode(f"admin:{PASSWORD}".encode())
RENEW = 5_000
"""Requests until the server is made anew: what inputs have made is then gone."""

_JOB = b"POST /services/search/jobs\n\nid=1&exec_mode=blocking&search=%7C+makeresults+count%3D3"
_ARGUMENTS = (
    "action count earliest_time exec_mode f field_list host id index label latest_time max_count"
    " name now offset output_mode owner password roles search sharing sort_dir sort_key sort_mode"
    " source sourcetype status_buckets time time_format ttl tz username value"
    " frozenTimePeriodInSecs"
)


def _seed(route: Route) -> bytes:
    """A request that a route answers to, of an object named `a` or of the job that there is."""
    names = {"{sid}": "1"}
    path = "/".join(names.get(s, "a") if s.startswith("{") else s for s in route.segments)
    body = "name=a&search=%7C+makeresults" if route.method == "POST" else ""
    return f"{route.method} /servicesNS/nobody/search/{path}?output_mode=json\n\n{body}".encode()


REST_SEEDS = (
    _JOB,
    b"GET /services/search/jobs/1/results?output_mode=csv&offset=1&f=_time&search=where+_time%3E1",
    b"GET /services/search/jobs/1/events?output_mode=xml",
    b"POST /services/search/jobs/1/control\n\naction=touch",
    b"POST /services/search/jobs/export?output_mode=json\n\nsearch=search+a+%7C+stats+count",
    *map(_seed, all_routes()),
)
REST_WORDS = (
    *(f"&{name}=" for name in _ARGUMENTS.split()),
    *("/services/", "exec_mode=oneshot", "output_mode=csv", "%2F", "%7C+", "..", "-", "/_acl"),
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
    return _Port(management_app, lambda query: BASIC, _JOB).run


def collector(_: Path) -> Callable[[bytes], None]:
    """The HTTP Event Collector; requests of a channel come with a token that acknowledges."""

    def authorization(query: str) -> bytes:
        return f"Splunk {ACKNOWLEDGING if 'channel=' in query else TOKEN}".encode()

    return _Port(collector_app, authorization, HEC_SEEDS[0]).run


async def _here(function: Callable[..., Any], *args: Any, **_: Any) -> Any:
    """What a server gives to a thread, without one."""
    return function(*args)


class _Port:
    """One application, called with one request after the other.

    authorization: what a request is sent with, by its query string. first: the first request.
    """

    def __init__(
        self, make: Callable[[Splunkd], App], authorization: Callable[[str], bytes], first: bytes
    ) -> None:
        self._make = make
        self._authorization = authorization
        self._first = first
        self._loop = asyncio.new_event_loop()
        self._splunkd: Splunkd | None = None
        self._count = 0

    def run(self, data: bytes) -> None:
        """Answers one request. Raises what the server would have failed with."""
        with patch.object(anyio.to_thread, "run_sync", _here):
            if self._count % RENEW == 0 or not self._is_known():
                self._renew()
            self._count += 1
            self._check(data)

    def _is_known(self) -> bool:
        """Whether no input has changed the password that all are sent with."""
        return self._splunkd is not None and self._splunkd.users.check("admin", PASSWORD)

    def _renew(self) -> None:
        if self._splunkd is not None:
            self._splunkd.close()
        self._splunkd = Splunkd([ROOT], None, "admin", PASSWORD, TOKEN)
        self._splunkd.jobs.begin = lambda run, name: run()
        settings: dict[str, str | None] = {"token": ACKNOWLEDGING, "useACK": "1"}
        acl = Acl(APP, "nobody", "app")
        self._splunkd.catalog.write("inputs", "http://ack", settings, acl, private=False)
        self._app = guarded(self._make(self._splunkd))
        self._check(self._first)

    def _check(self, data: bytes) -> None:
        status = self._loop.run_until_complete(self._answer(data))
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
        headers = [(b"host", b"localhost"), (b"authorization", self._authorization(query))]
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
