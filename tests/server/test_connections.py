"""Connections that are held open, requests that do not end, clients that send and close."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from splay.ports import connections
from splay.ports.connections import HEAD_SECONDS, Connection, Connections
from splay.ports.streaming import BODY_SECONDS
from tests.holding import every
from tests.server.running import TOKEN, Server, running, until

BUSY = 60  # seconds that a machine may take for what it has to do at once
HEAD = b"POST /services/collector/raw HTTP/1.1\r\nHost: h\r\nAuthorization: Splunk %s\r\n"


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    with running("--plain") as server:
        yield server


@contextmanager
def connected(port: int, *, tls: bool = False) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), 120) as bare:
        if not tls:
            yield bare
            return
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(bare, suppress_ragged_eofs=False) as secure:
            yield secure


def ended(one: socket.socket) -> bytes:
    """What is still answered until the end."""
    found = b""
    while part := one.recv(65536):
        found += part
    return found


@pytest.mark.parametrize("begin", [b"", b"GET /services/server/info HTTP/1.1\r\nHost: h\r\n"])
def test_a_head_has_to_come_in_time(plain: Server, begin: bytes) -> None:
    with connected(plain.port) as one:
        one.sendall(begin)
        started = time.monotonic()
        assert ended(one).startswith(b"HTTP/1.1 408 ")
        assert HEAD_SECONDS - 1 < time.monotonic() - started < HEAD_SECONDS + BUSY


def test_a_head_that_comes_byte_by_byte_has_no_more_time(plain: Server) -> None:
    with connected(plain.port) as one:
        one.settimeout(1)
        started = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - started < 120:
                one.sendall(b"G")
                time.sleep(0.5)
        assert time.monotonic() - started < HEAD_SECONDS + BUSY


def test_a_handshake_has_to_come_in_time() -> None:
    with running() as server, connected(server.port) as one:
        started = time.monotonic()
        assert ended(one) == b""
        assert time.monotonic() - started < HEAD_SECONDS + BUSY


def test_a_body_has_to_come_in_time(plain: Server) -> None:
    """Neither one that stops nor one that drips; one of 2000 bytes a second is waited for."""
    with ExitStack() as stack:
        still, slow, quick = (stack.enter_context(connected(plain.hec_port)) for _ in range(3))
        started = time.monotonic()
        for one in (still, slow, quick):
            one.sendall(HEAD % TOKEN.encode() + b"Content-Length: 200000\r\n\r\nan event")
        left = 200_000 - len(b"an event")
        slow.settimeout(0.5)
        answer = b""
        while not answer and time.monotonic() - started < 120:
            slow.sendall(b"x" * 10)
            quick.sendall(b"x" * 1000)
            left -= 1000
            with suppress(TimeoutError):
                answer = slow.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert ended(still).startswith(b"HTTP/1.1 408 ")
        assert BODY_SECONDS - 1 < time.monotonic() - started < BODY_SECONDS + BUSY
        quick.sendall(b"x" * left)
        assert quick.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_head_has_at_most_64_kilobytes(plain: Server) -> None:
    """One of more is refused before it has come whole."""
    begin = b"GET /services HTTP/1.1\r\nHost: h\r\nX-Long: "
    for size, end, status in ((65_536, b"\r\n\r\n", b"401"), (65_537, b"", b"400")):
        with connected(plain.port) as one:
            one.sendall(begin.ljust(size, b"x"))
            time.sleep(0.2)  # as a piece of its own
            one.sendall(end)
            assert one.recv(65536).startswith(b"HTTP/1.1 %b " % status)


def few_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def test_idle_connections_keep_nobody_out() -> None:
    """As with 260 of them where 256 files may be open."""
    with running("--plain", limits=few_files) as server, ExitStack() as stack:
        for port in (server.port, server.hec_port):
            for _ in range(300):
                stack.enter_context(connected(port))
        with server.hec() as hec:
            assert hec.post("/raw", content="an event").status_code == 200
        service = server.connect()
        found = service.jobs.oneshot("search index=main | stats count", output_mode="json").read()
        assert json.loads(found)["results"] == [{"count": "1"}]


class Speaker:
    def __init__(self, rank: int) -> None:
        self.value = rank

    def rank(self) -> int:
        return self.value

    def overdue(self, now: float) -> bool:
        return False

    def time_out(self) -> None:
        raise AssertionError


def one_of(held: Connections, client: str, rank: int | None, since: float) -> Connection:
    made = Connection()
    made.held_by, made.client, made.since = held, client, since
    made.speaker = None if rank is None else Speaker(rank)
    made.aborted = False  # type: ignore[attr-defined]
    made.abort = lambda: setattr(made, "aborted", True)  # type: ignore[method-assign]
    return made


def test_who_makes_room() -> None:
    """The client that has most: first what waits for a head, then a body, but nothing else."""
    held = Connections(total=4, each=3)
    body = one_of(held, "a", 2, 1.0)
    head = one_of(held, "a", None, 2.0)
    busy = one_of(held, "a", -1, 0.0)
    for one in (body, head, busy):
        assert held.admit(one)
    more: Any = [one_of(held, "a", -1, 3.0) for _ in range(3)]
    assert [held.admit(one) for one in more] == [True, True, False]
    assert [one.aborted for one in (body, head, busy)] == [True, True, False]  # type: ignore[attr-defined]
    assert held.admit(one_of(held, "b", 0, 4.0))
    assert not held.admit(one_of(held, "c", 0, 5.0))  # who has most is being answered
    busy.close()
    assert not held.crowded
    assert held.admit(one_of(held, "c", 0, 5.0))


def test_who_agrees_on_nothing_for_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_SWEEP", 0.0)
    held = Connections(total=4, each=3)
    now = time.monotonic()
    late: Any = one_of(held, "a", None, now - HEAD_SECONDS - 1)
    others: list[Any] = [one_of(held, "b", None, now), one_of(held, "b", 0, 0.0)]
    for one in (late, *others):
        assert held.admit(one)

    async def look() -> None:
        watching = asyncio.create_task(held.watch())
        while not late.aborted and not watching.done():
            await asyncio.sleep(0)
        watching.cancel()

    asyncio.run(look())
    assert [one.aborted for one in (late, *others)] == [True, False, False]


def test_idle_connections_do_not_end_one_that_was_answered() -> None:
    """Though it is the oldest: those without a request make room first."""
    request = b"GET /services HTTP/1.1\r\nHost: h\r\n\r\n"
    with running("--plain", limits=few_files) as server, ExitStack() as stack:
        one = stack.enter_context(connected(server.port))
        one.sendall(request)
        assert one.recv(65536).startswith(b"HTTP/1.1 401 ")
        one.settimeout(0.1)
        with suppress(TimeoutError):
            ended(one)
        for _ in range(300):
            stack.enter_context(connected(server.port))
        one.settimeout(60)
        one.sendall(request)
        assert one.recv(65536).startswith(b"HTTP/1.1 401 ")


def test_those_that_made_room_are_closed_before_others_are_accepted() -> None:
    held = Connections(total=100, each=1)
    made = [one_of(held, "a", 0, float(number)) for number in range(33)]
    assert every([held.admit(one) for one in made])
    assert held.crowded
    made[0].close()
    assert not held.crowded


@pytest.mark.parametrize("tls", [True, False])
def test_a_client_that_sends_and_closes(server: Server, plain: Server, tls: bool) -> None:
    """As the SDK's Index.attach does; receivers/stream (REST API Reference)."""
    one = server if tls else plain
    service = one.connect()
    for number in range(20):
        head = (
            f"POST /services/receivers/stream?sourcetype=closing&source=s{number} HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nAuthorization: {service.token}\r\n"
            "X-Splunk-Input-Mode: Streaming\r\n\r\n"
        )
        with connected(one.port, tls=tls) as stream:
            stream.sendall(head.encode())
            for line in range(20):
                said = (line, line, number)
                stream.sendall(b"2026-01-01 00:00:%02d line %d of %d\n" % said)
    search = "search index=main sourcetype=closing | stats count dc(_raw) AS different"

    def found() -> object:
        return json.loads(service.jobs.oneshot(search, output_mode="json").read())["results"]

    until(lambda: found() == [{"count": "400", "different": "400"}], 30)
