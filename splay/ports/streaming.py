"""splunkd's streaming input: a POST whose body has no length and ends with the connection.

Such a request (header X-Splunk-Input-Mode: Streaming) is not HTTP/1.1 as the standard has it.
Here its body becomes a chunked one before the HTTP parser sees it.
Source: REST API Reference, "receivers/stream".
"""

from __future__ import annotations

import re
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_STREAMING = re.compile(rb"\r\nx-splunk-input-mode:\s*streaming\r\n", re.IGNORECASE)
_SIZED = re.compile(rb"\r\n(?:content-length|transfer-encoding):", re.IGNORECASE)
_END = b"\r\n\r\n"
_MAX_HEAD = 64 * 1024


class SplunkdProtocol(H11Protocol):
    """HTTP, and streams as the SDK's `Index.attach` opens them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: bytes | None = b""  # the first request's head; None once it is known
        self._streaming = False
        self._was_stream = False
        self._lost: tuple[Exception | None] | None = None

    def data_received(self, data: bytes) -> None:
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
        if self._lost is not None:
            super().connection_lost(self._lost[0])
