"""HTTP as splunkd speaks it: requests in good time, and its streaming input.

The input is a POST whose body has no length and ends with the connection.

Such a request (header X-Splunk-Input-Mode: Streaming) is not HTTP/1.1 as the standard has it.
Here its body becomes a chunked one before the HTTP parser sees it.
Source: REST API Reference, "receivers/stream".
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from splay.ports.connections import HEAD_SECONDS, Connections

_STREAMING = re.compile(rb"\r\nx-splunk-input-mode:\s*streaming\r\n", re.IGNORECASE)
_SIZED = re.compile(rb"\r\n(?:content-length|transfer-encoding):", re.IGNORECASE)
_END = b"\r\n\r\n"
_MAX_HEAD = 64 * 1024
BODY_SECONDS = 30.0
"""Without a byte of a body that is not finished."""
_SLOWEST = 1000  # bytes of a body each second, from then on
_LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nServer: Splunkd\r\nConnection: close\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class SplunkdProtocol(H11Protocol):
    """HTTP, and streams as the SDK's `Index.attach` opens them.

    open_connections: those that this one is one of.
    """

    def __init__(self, open_connections: Connections, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._open = open_connections
        self._head_since: float | None = None  # when a head began that is not finished
        self._body_since = self._body_seen = 0.0
        self._body_size = 0
        self._head: bytes | None = b""  # the first request's head; None once it is known
        self._streaming = False
        self._was_stream = False
        self._lost: tuple[Exception | None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._open.speaks(transport, self)
        self._head_since = time.monotonic()

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        answering = self._answering
        if not answering and self._head_since is None:
            self._head_since = now
        self._take(data)
        if not self._answering:
            return
        self._head_since = None
        if not answering:
            self._body_since, self._body_size = now, 0
        self._body_seen = now
        self._body_size += len(data)

    @property
    def _answering(self) -> bool:
        """Whether there is the head of a request that has no whole answer yet."""
        return self.cycle is not None and not self.cycle.response_complete

    def rank(self) -> int:
        """How much is lost with it (`splay.ports.connections.Answering`)."""
        if not self._answering:
            return 0 if self.cycle is None else 1
        return 2 if self.cycle.more_body else -1

    def overdue(self, now: float) -> bool:
        """Whether the client takes too long for a head, or for a body that we are ready for."""
        if not self._answering:
            return self._head_since is not None and now - self._head_since > HEAD_SECONDS
        if self._streaming or not self.cycle.more_body or self.flow.read_paused:
            self._body_seen = now
            return False
        lasted = now - self._body_since - BODY_SECONDS
        return now - self._body_seen > BODY_SECONDS or self._body_size < lasted * _SLOWEST

    def time_out(self) -> None:
        """Answers that it took too long, and ends."""
        if not self.transport.is_closing():
            if not (self._answering and self.cycle.response_started):
                self.transport.write(_LATE)
            self.transport.close()

    def _take(self, data: bytes) -> None:
        if self._streaming:
            self._chunk(data)
        elif self._head is None:
            super().data_received(data)
        else:
            self._begin(self._head + data)

    def _begin(self, data: bytes) -> None:
        head, end, body = data.partition(_END)
        if not end and len(data) <= _MAX_HEAD:
            self._head = data
            return
        self._head = None
        head += b"\r\n"
        if not _STREAMING.search(head) or _SIZED.search(head):
            super().data_received(data)
            return
        self._streaming = True
        super().data_received(head + b"Transfer-Encoding: chunked\r\n\r\n")
        self._chunk(body)

    def _chunk(self, data: bytes) -> None:
        if data:
            super().data_received(b"%x\r\n%b\r\n" % (len(data), data))

    def eof_received(self) -> None:
        self._end_stream()
        super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_stream()
        waiting = self.cycle is not None and not self.cycle.response_complete
        if self._was_stream and waiting and self._lost is None:
            self._lost = (exc,)  # until what came has been indexed
            return
        super().connection_lost(exc)

    def _end_stream(self) -> None:
        if self._streaming:
            self._streaming = False
            self._was_stream = True
            super().data_received(b"0\r\n\r\n")

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.trailing_data[0]:
            self._head_since = time.monotonic()
        if self._lost is not None:
            super().connection_lost(self._lost[0])
