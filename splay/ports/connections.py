"""How many connections there may be, how many of one client, and how long each may be unfinished.

Of a client that has as many as it may, or of all where there are as many as the system gives files
for, the oldest that is not being answered makes room for a new one: who only holds connections
open keeps nobody out.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from collections import Counter
from contextlib import suppress
from typing import Any, Protocol

HEAD_SECONDS = 10.0
"""For the head of a request, TLS and all."""
_FILES_LEFT = 96  # files that searches, indexes and logs have to themselves
_FEWEST = 16
_MOST_OF_ONE = 512
_SWEEP = 1.0  # seconds
_ENDING = 32  # connections whose end we wait for before we accept more


class Answering(Protocol):
    """What speaks on a connection."""

    def rank(self) -> int:
        """How much is lost with it; -1: keep it.

        0 nothing, 1 a client between two requests, 2 a body that is under way.
        """

    def overdue(self, now: float) -> bool:
        """Whether the client has taken too long."""

    def time_out(self) -> None:
        """Tells it so, and ends."""


class Connection(socket.socket):
    """A connection that was accepted. speaker: None while TLS is agreed on."""

    held_by: Connections
    client: str
    since: float
    speaker: Answering | None = None

    def close(self) -> None:
        self.held_by.closed(self)
        super().close()

    def abort(self) -> None:
        """Ends it; what reads from it sees its end."""
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def rank(self) -> int:
        """See Answering."""
        return self.speaker.rank() if self.speaker else 0

    @property
    def key(self) -> tuple[Any, Any]:
        """What tells it from others as long as it is open."""
        return self.getsockname(), self.getpeername()


class Connections:
    """Those of all ports. total, each: how many there may be, and of one client's address."""

    def __init__(self, total: int, each: int) -> None:
        self._total, self._each = total, each
        self._held: list[Connection] = []
        self._ending: list[Connection] = []  # they made room, and have their file still

    @property
    def crowded(self) -> bool:
        """Whether so many made room that their files have to be closed first."""
        return len(self._ending) >= _ENDING

    def admit(self, new: Connection) -> bool:
        """Makes room for a new connection; whether there is any."""
        counts = Counter(one.client for one in self._held)
        if counts[new.client] >= self._each:
            room = self._make_room(new.client)
        elif len(self._held) >= self._total:
            room = self._make_room(max(counts, key=lambda client: counts[client]))
        else:
            room = True
        if room:
            self._held.append(new)
        return room

    def _make_room(self, client: str) -> bool:
        own = [one for one in self._held if one.client == client and one.rank() >= 0]
        if not own:
            return False
        oldest = min(own, key=lambda one: (one.rank(), one.since))
        self._held.remove(oldest)
        self._ending.append(oldest)
        oldest.abort()
        return True

    def closed(self, one: Connection) -> None:
        """It is not there any more."""
        for where in (self._held, self._ending):
            if one in where:
                where.remove(one)

    def speaks(self, transport: asyncio.BaseTransport, speaker: Answering) -> None:
        """The connection of a transport has its speaker."""
        key = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
        for one in self._held:
            with suppress(OSError):
                if one.speaker is None and one.key == key:
                    one.speaker = speaker

    async def watch(self) -> None:
        """Ends those that take too long, for ever."""
        while True:
            await asyncio.sleep(_SWEEP)
            now = time.monotonic()
            for one in list(self._held):
                if one.speaker is None and now - one.since > HEAD_SECONDS:
                    one.abort()
                elif one.speaker is not None and one.speaker.overdue(now):
                    one.speaker.time_out()


class Listener(socket.socket):
    """A listening socket that takes no more than may be."""

    connections: Connections

    def accept(self) -> tuple[socket.socket, Any]:
        if self.connections.crowded:
            raise BlockingIOError  # to asyncio: come again when others had their turn
        plain, address = super().accept()
        new = Connection(plain.family, plain.type, plain.proto, fileno=plain.detach())
        new.held_by = self.connections
        new.client = str(address[0]) if isinstance(address, tuple) else ""
        new.since = time.monotonic()
        if not self.connections.admit(new):
            new.close()
            raise ConnectionAbortedError  # to asyncio: there is no more to accept just now
        return new, address


def allowed() -> Connections:
    """As many as there may be files open, which are made as many as the system lets us have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    if soft == resource.RLIM_INFINITY:
        soft = 2 * _MOST_OF_ONE + _FILES_LEFT
    total = max(soft - _FILES_LEFT, _FEWEST)
    return Connections(total, max(min(total // 2, _MOST_OF_ONE), _FEWEST))
