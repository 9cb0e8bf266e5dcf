"""The HTTP Event Collector.

Source: Getting Data In, "Format events for HTTP Event Collector", "HTTP Event Collector REST API
endpoints", "Troubleshoot HTTP Event Collector" (its codes); limits.conf [http_input].
"""

from __future__ import annotations

import base64
import json
import time
import uuid
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from splay.conf.settings import on
from splay.errors import DataError
from splay.memory import full
from splay.server.hec.tokens import HecTokens, Token
from splay.server.objects.intake import Intake
from splay.store.event import Event, ReadReport
from splay.store.index.indexes import Indexes
from splay.store.parsing.streams import Origin, drained

MAX_CONTENT = 838_860_800  # bytes: max_content_length of limits.conf [http_input]
CODES = {
    0: (200, "Success"),
    1: (403, "Token disabled"),
    2: (401, "Token is required"),
    3: (401, "Invalid authorization"),
    4: (403, "Invalid token"),
    5: (400, "No data"),
    6: (400, "Invalid data format"),
    7: (400, "Incorrect index"),
    8: (500, "Internal server error"),
    9: (503, "Server is busy"),
    10: (400, "Data channel is missing"),
    11: (400, "Invalid data channel"),
    12: (400, "Event field is required"),
    13: (400, "Event field cannot be blank"),
    14: (400, "ACK is disabled"),
    15: (400, "Error in handling indexed fields"),
    16: (400, "Query string authorization is not enabled"),
    17: (200, "HEC is healthy"),
}
_PIECE = 8 * 1024 * 1024  # bytes that are unpacked at once
_EVENT_PATHS = ("", "/event", "/event/1.0")
_RAW_PATHS = ("/raw", "/raw/1.0")
_METADATA = ("host", "source", "sourcetype", "index")
_DECODER = json.JSONDecoder()


class Refused(Exception):
    """A request that is answered with one of the codes. number: of the event at fault."""

    def __init__(self, code: int, number: int | None = None) -> None:
        super().__init__(CODES[code][1])
        self.code = code
        self.number = number


def answer(code: int, **more: Any) -> Response:
    """The answer for a code."""
    status, text = CODES[code]
    return JSONResponse({"text": text, "code": code, **more}, status)


class TooLarge(Exception):
    """The request body exceeds MAX_CONTENT."""


@dataclass
class Collector:
    """The handlers of /services/collector."""

    tokens: HecTokens
    indexes: Indexes
    intake: Intake

    async def handle(self, request: Request) -> Response:
        """Any request to the collector's port."""
        end = request.url.path.removeprefix("/services/collector").rstrip("/")
        if not request.url.path.startswith("/services/collector"):
            return _plain(404, "The requested URL was not found on this server.")
        try:
            if end in ("/health", "/health/1.0") and request.method == "GET":
                return answer(17)
            if end not in (*_EVENT_PATHS, *_RAW_PATHS, "/ack"):
                return _plain(404, "The requested URL was not found on this server.")
            if request.method != "POST":
                return _plain(405, "The requested URL was not found on this server.", 404)
            token = self._token(request)
            if end == "/ack":
                return await self._ack(request, token)
            return await self._take(request, token, raw=end in _RAW_PATHS)
        except Refused as refused:
            more = {} if refused.number is None else {"invalid-event-number": refused.number}
            return answer(refused.code, **more)
        except TooLarge:
            return _plain(413, "Content-Length was too large.")

    def _token(self, request: Request) -> Token:
        header = request.headers.get("authorization", "")
        if not header:
            return self._token_of_query(request)
        scheme, _, text = header.partition(" ")
        text = text.strip()
        if scheme.lower() == "basic":
            text = _password(text)
        elif scheme != "Splunk":  # letter by letter
            raise Refused(3)
        if not text:
            raise Refused(3)
        return self._known(text)

    def _known(self, text: str) -> Token:
        token = self.tokens.find(text)
        if token is None:
            raise Refused(4)
        if token.disabled:
            raise Refused(1)
        return token

    def _token_of_query(self, request: Request) -> Token:
        """A token in the query string is looked at, but lets nobody in: that is not enabled."""
        text = request.query_params.get("token")
        if not text:
            raise Refused(2)
        self._known(text)
        raise Refused(16)

    async def _take(self, request: Request, token: Token, *, raw: bool) -> Response:
        channel = _channel(request, needed=token.use_ack)
        if full():
            raise Refused(9)
        blocks = [block async for block in _content(request)]
        if not any(blocks):
            raise Refused(5)
        origin = _origin(request, token)
        if raw:
            events = await run_in_threadpool(self._raw_events, request, blocks, origin, token)
        else:
            events = await run_in_threadpool(self._json_events, request, blocks, origin, token)
        try:
            await run_in_threadpool(self.indexes.append, events)
        except DataError:
            raise Refused(8) from None
        if token.use_ack:
            return answer(0, ackId=self.tokens.acknowledge(token.token, channel))
        return answer(0)

    def _raw_events(
        self, request: Request, blocks: list[bytes], origin: Origin, token: Token
    ) -> list[Event]:
        self._may_write(origin.index, token, None)
        report = ReadReport()
        try:
            events = self.intake.events(drained(blocks), origin, time.time(), report)
        except DataError:
            raise Refused(6) from None
        given = request.query_params.get("time")
        if given is not None:
            moment = _epoch(given, 0)
            events = [replace(event, time=moment) for event in events]
        if not report.events:
            raise Refused(5)
        return events

    def _json_events(
        self, request: Request, blocks: list[bytes], origin: Origin, token: Token
    ) -> list[Event]:
        extract = on(request.query_params, "auto_extract_timestamp")
        now = time.time()
        events: list[Event] = []
        for number, item in enumerate(_objects(b"".join(blocks))):
            event = _event(item, number, origin, now)
            if extract and "time" not in item:
                event.time = self.intake.time_of(event, origin, now)
            self._may_write(event.index, token, number)
            events.append(event)
        if not events:
            raise Refused(5)
        return self.intake.changed(events, origin)

    def _may_write(self, index: str, token: Token, number: int | None) -> None:
        allowed = not token.indexes or index in token.indexes or index == token.index
        if index not in self.indexes or not allowed:
            raise Refused(7, number)

    async def _ack(self, request: Request, token: Token) -> Response:
        if not token.use_ack:
            raise Refused(14)
        channel = _channel(request, needed=True)
        text = b"".join([block async for block in _content(request)])
        try:
            ids = json.loads(text)["acks"]
        except (ValueError, KeyError, TypeError):
            raise Refused(6) from None
        if not isinstance(ids, list) or not all(type(number) is int for number in ids):
            raise Refused(6)
        return JSONResponse({"acks": self.tokens.acknowledged(token.token, channel, ids)})


def _plain(status: int, text: str, code: int = 0) -> Response:
    return JSONResponse({"text": text, "code": code or status}, status)


def _password(text: str) -> str:
    """The password of Basic authentication, which is the token."""
    try:
        return base64.b64decode(text, validate=True).decode().partition(":")[2]
    except ValueError:  # no base64, or not of UTF-8
        raise Refused(3) from None


def _channel(request: Request, *, needed: bool) -> str:
    text = request.headers.get("x-splunk-request-channel") or request.query_params.get("channel")
    if not text:
        if needed:
            raise Refused(10)
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Refused(11) from None


async def _content(request: Request) -> AsyncIterator[bytes]:
    """The request's content, unpacked. Raises TooLarge before more than the limit is held, and
    Refused when meanwhile there is no room for more."""
    packed = request.headers.get("content-encoding", "").lower() == "gzip"
    unpack = _Unpacking() if packed else None
    size = 0
    async for block in request.stream():
        for piece in unpack.pieces(block) if unpack else (block,):
            size += len(piece)
            if size > MAX_CONTENT:
                raise TooLarge
            if full():
                raise Refused(9)
            yield piece
    if unpack is not None and not unpack.whole:
        raise Refused(6)


class _Unpacking:
    """gzip, member by member (RFC 1952), never more than a piece at a time."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)
        self.whole = False  # whether the content could end here

    def pieces(self, block: bytes) -> Iterator[bytes]:
        """What a block unpacks to. Refused: it is no gzip."""
        while block:
            if self._stream.eof:
                self._stream = zlib.decompressobj(wbits=31)
            try:
                yield self._stream.decompress(block, _PIECE)
            except zlib.error:
                raise Refused(6) from None
            block = self._stream.unconsumed_tail or self._stream.unused_data
        self.whole = self._stream.eof


def _origin(request: Request, token: Token) -> Origin:
    """Where events are from that do not say so: the query string, the token, then defaults."""
    given = {name: request.query_params.get(name, "") for name in _METADATA}
    client = request.client.host if request.client else "unknown"
    return Origin(
        given["host"] or token.host or request.url.hostname or client,
        given["source"] or token.source or f"http:{token.name}",
        given["sourcetype"] or token.sourcetype or "httpevent",
        given["index"] or token.index,
    )


def _objects(data: bytes) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand one after the other, or in a list, as far as they are read:
    what is wrong with one is told before what is wrong behind it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(6, 0) from None
    number = 0
    place = 0
    while (place := _skip_space(text, place)) < len(text):
        try:
            item, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            raise Refused(6, number) from None
        for one in item if isinstance(item, list) else [item]:
            if not isinstance(one, dict):
                raise Refused(6, number)
            yield one
            number += 1


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _event(item: Mapping[str, Any], number: int, origin: Origin, now: float) -> Event:
    if "event" not in item:
        raise Refused(12, number)
    body = item["event"]
    if body is None:
        raise Refused(13, number)
    raw = body if isinstance(body, str) else _json_text(body)
    if not raw.strip():
        raise Refused(13, number)
    said = {name: item.get(name) for name in _METADATA}
    if any(value is not None and not isinstance(value, str) for value in said.values()):
        raise Refused(6, number)
    return Event(
        raw,
        _epoch(item["time"], number) if item.get("time") is not None else now,
        said["host"] or origin.host,
        said["source"] or origin.source,
        said["sourcetype"] or origin.sourcetype,
        said["index"] or origin.index,
        now,
        _indexed_fields(item.get("fields"), number),
    )


def _json_text(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _epoch(value: Any, number: int) -> float:
    """The time of an event: seconds, or their text."""
    try:
        moment = float(value)
    except (TypeError, ValueError):
        raise Refused(15, number) from None
    if isinstance(value, bool) or not 0 <= moment < 1e11:
        raise Refused(15, number)
    return moment


def _indexed_fields(fields: Any, number: int) -> dict[str, str | list[str]]:
    """Index-time fields: flat, each a scalar or a list of them."""
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise Refused(15, number)
    found: dict[str, str | list[str]] = {}
    for name, value in fields.items():
        values = value if isinstance(value, list) else [value]
        if not name or any(isinstance(one, dict | list) for one in values):
            raise Refused(15, number)
        texts = [_field_text(one) for one in values if one is not None]
        if texts:
            found[name] = texts if isinstance(value, list) and len(texts) > 1 else texts[0]
    return found


def _field_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
