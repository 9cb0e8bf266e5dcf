"""`splay serve`: the ports, TLS, and their end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import trustme
import uvicorn
from starlette.types import ASGIApp

from splay.errors import DataError
from splay.ports.connections import Connections, Listener, allowed
from splay.ports.headers import guarded
from splay.ports.streaming import SplunkdProtocol
from splay.server.jobs.jobs import in_thread
from splay.server.management import collector_app, management_app
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd

_KEEP_ALIVE = 7200
"""Seconds between two requests of a connection; server.conf's default of keepAliveIdleTimeout.

A shorter time ends a connection whose next request is on its way already when we are busy.
"""


_TURN = 0.001
"""Seconds for which a thread may work before one that waits has its turn. A request goes through a
dozen hands, and at Python's 5 ms each would wait that long beside every search that runs: beside
four of them the median answer took 1.1 s instead of 0.5 s."""


@dataclass(frozen=True)
class Listening:
    """Where to listen. A port of 0 is a free one. tls: with a certificate made now.

    web_port: of the dashboards, by HTTP as Splunk Web's default is; None: they are not served.
    """

    host: str
    port: int
    hec_port: int
    tls: bool
    web_port: int | None = None


def serve(splunkd: Splunkd, listening: Listening, say: Callable[[str], None]) -> None:
    """Serves until it is interrupted. say: told, one line each, where the ports are.

    Raises DataError for a port that cannot be had.
    """
    sys.setswitchinterval(_TURN)
    certificate = _certificate(listening.host) if listening.tls else None
    parts = [
        ("REST API", listening.port, management_app(splunkd), certificate),
        ("HTTP Event Collector", listening.hec_port, collector_app(splunkd), certificate),
    ]
    if listening.web_port is not None:
        parts.append(("Dashboards", listening.web_port, _web_app(splunkd, listening), None))
    with contextlib.ExitStack() as stack:
        connections = allowed()
        sockets = [
            stack.enter_context(_bound(listening.host, port, connections))
            for _, port, _, _ in parts
        ]
        servers = [
            uvicorn.Server(_config(app, context, connections)) for _, _, app, context in parts
        ]
        scheduler = Scheduler(splunkd)
        scheduler.start()
        ended = threading.Event()
        in_thread(lambda: splunkd.indexes.examine(ended), "indexes")
        for (name, _, _, context), sock in zip(parts, sockets, strict=True):
            scheme = "https" if context else "http"
            say(f"{name}: {scheme}://{_shown(listening.host)}:{sock.getsockname()[1]}")
        try:
            asyncio.run(_all(servers, sockets, connections))
        finally:
            ended.set()
            scheduler.stop()


def _web_app(splunkd: Splunkd, listening: Listening) -> ASGIApp:
    """The dashboards, which this machine alone may reach. Raises DataError."""
    from splay.web.app import web_app
    from splay.web.bundle import check_bundle
    from splay.web.security import is_loopback

    if not is_loopback(listening.host):
        raise DataError(
            f"dashboards are served on loopback only, not on {listening.host}",
            hint="Leave out --host",
        )
    check_bundle()
    return web_app(splunkd)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _all(
    servers: list[uvicorn.Server], sockets: list[socket.socket], connections: Connections
) -> None:
    """Runs the servers; when one is told to end, the others end as well."""

    async def run(server: uvicorn.Server, sock: socket.socket) -> None:
        await server.serve([sock])
        for other in servers:
            other.should_exit = True

    watch = asyncio.create_task(connections.watch())
    await asyncio.gather(*(run(*pair) for pair in zip(servers, sockets, strict=True)))
    watch.cancel()


def _config(
    app: Any, certificate: Callable[..., ssl.SSLContext] | None, connections: Connections
) -> uvicorn.Config:
    return uvicorn.Config(
        guarded(app),
        http=partial(SplunkdProtocol, connections),  # type: ignore[arg-type]
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        headers=[("Server", "Splunkd")],
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=5,
        ssl_context_factory=certificate,
    )


@contextlib.contextmanager
def _bound(host: str, port: int, connections: Connections) -> Iterator[socket.socket]:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = Listener(family, kind, proto)
        sock.connections = connections
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(512)
    except OSError as error:
        raise DataError(
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="Name another with --host, --port, --hec-port and --web-port; 0 is a free one",
        ) from error
    with sock:
        yield sock


def _certificate(host: str) -> Callable[..., ssl.SSLContext]:
    """A context factory with a new certificate, signed by an authority that nobody else knows."""
    authority = trustme.CA()
    names = dict.fromkeys((host, "localhost", "127.0.0.1", "::1"))
    made = authority.issue_cert(*names)

    def context(*_: Any) -> ssl.SSLContext:
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found.minimum_version = ssl.TLSVersion.TLSv1_2
        # A client that sends and closes never reads a ticket; the system then resets the
        # connection, and with it goes what we have not read yet.
        found.num_tickets = 0
        made.configure_cert(found)
        return found

    return context


def data_folder(path: Path | None) -> Path | None:
    """The folder of the data, made if need be. DataError: it cannot be used."""
    if path is None:
        return None
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(path, os.W_OK | os.X_OK):
            raise DataError("cannot be used: it cannot be written to", where=str(path))
    except OSError as error:
        raise DataError(f"cannot be used: {error.strerror}", where=str(path)) from error
    return path
