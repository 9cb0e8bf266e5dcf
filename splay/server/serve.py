"""`splay serve`: the two ports, TLS, and their end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
import uvicorn

from splay.errors import DataError
from splay.server.app import collector_app, management_app
from splay.server.headers import guarded
from splay.server.schedule import Scheduler
from splay.server.state import Splunkd
from splay.server.streaming import SplunkdProtocol


@dataclass(frozen=True)
class Listening:
    """Where to listen. A port of 0 is a free one. tls: with a certificate made now."""

    host: str
    port: int
    hec_port: int
    tls: bool

    @property
    def scheme(self) -> str:
        """The scheme of both URLs."""
        return "https" if self.tls else "http"


def serve(splunkd: Splunkd, listening: Listening, say: Callable[[str], None]) -> None:
    """Serves until it is interrupted. say: told, one line each, where the ports are.

    Raises DataError for a port that cannot be had.
    """
    with (
        _bound(listening.host, listening.port) as management,
        _bound(listening.host, listening.hec_port) as collector,
    ):
        ports = [sock.getsockname()[1] for sock in (management, collector)]
        certificate = _certificate(listening.host) if listening.tls else None
        servers = [
            uvicorn.Server(_config(app, certificate))
            for app in (management_app(splunkd), collector_app(splunkd))
        ]
        scheduler = Scheduler(splunkd)
        scheduler.start()
        say(f"REST API: {listening.scheme}://{_shown(listening.host)}:{ports[0]}")
        say(f"HTTP Event Collector: {listening.scheme}://{_shown(listening.host)}:{ports[1]}")
        try:
            asyncio.run(_both(servers, [management, collector]))
        finally:
            scheduler.stop()


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _both(servers: list[uvicorn.Server], sockets: list[socket.socket]) -> None:
    """Runs both servers; when one is told to end, the other ends as well."""

    async def run(server: uvicorn.Server, sock: socket.socket) -> None:
        await server.serve([sock])
        for other in servers:
            other.should_exit = True

    await asyncio.gather(*(run(*pair) for pair in zip(servers, sockets, strict=True)))


def _config(app: Any, certificate: Callable[..., ssl.SSLContext] | None) -> uvicorn.Config:
    return uvicorn.Config(
        guarded(app),
        http=SplunkdProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        headers=[("Server", "Splunkd")],
        timeout_graceful_shutdown=5,
        ssl_context_factory=certificate,
    )


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, proto)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(512)
    except OSError as error:
        raise DataError(
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="Name another one with --host, --port and --hec-port; 0 takes a free port",
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
