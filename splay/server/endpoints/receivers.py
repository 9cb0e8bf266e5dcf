"""receivers: data by the management port, in one request or as a stream.

Source: REST API Reference, "receivers/simple", "receivers/stream".
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from splay.errors import DataError
from splay.server.errors import RestError
from splay.server.hec.collector import MAX_CONTENT
from splay.server.rest.request import JSON_TYPE, XML_HEAD, XML_TYPE, Call, Routes
from splay.store.parsing.streams import Origin, drained

routes = Routes()
_ARGS = ("host", "host_regex", "index", "source", "sourcetype", "check-index")


def origin_of(call: Call, source: str) -> Origin:
    """Where data is from, by the arguments; splunkd's defaults for what they leave out."""
    call.need("edit_tcp")
    call.params.refuse_others(_ARGS)
    if call.params.get("host_regex"):
        raise RestError(400, 'Argument "host_regex" is not supported by this handler.')
    client = call.request.client.host if call.request.client else "unknown"
    return Origin(
        call.params.get("host") or client,
        call.params.get("source") or source,
        call.params.get("sourcetype") or "unknown-too_small",
        call.params.get("index") or "default",
    )


def index_all(call: Call, blocks: Iterable[bytes], origin: Origin) -> int:
    """Indexes all events of some bytes; how many there were. RestError: not readable (400),
    not to be kept (500).
    """
    if origin.index == "default":
        origin = replace(origin, index="main")
    if origin.index not in call.splunkd.indexes:
        raise RestError(400, f"supplied index '{origin.index}' missing", "WARN")
    try:
        events = call.splunkd.intake.events(blocks, origin, time.time())
    except DataError as error:
        raise RestError(400, str(error)) from error
    try:
        call.splunkd.indexes.append(events)
    except DataError as error:
        raise RestError(500, str(error)) from error
    return len(events)


async def _body(call: Call, *, to_the_end: bool) -> list[bytes]:
    """The body. to_the_end: the connection's end is the body's, as with a stream."""
    blocks: list[bytes] = []
    size = 0
    try:
        async for block in call.request.stream():
            blocks.append(block)
            size += len(block)
            if size > MAX_CONTENT:
                raise RestError(413, "Request body too large.")
    except ClientDisconnect:
        if not to_the_end:
            raise
    return blocks


@routes("POST", "receivers/simple", raw=True)
async def simple(call: Call) -> Response:
    """Indexes the body; answered when it is safe."""
    origin = origin_of(call, "http-simple")
    blocks = await _body(call, to_the_end=False)
    if not any(blocks):
        raise RestError(400, "empty body", "WARN")
    size = sum(map(len, blocks))
    await run_in_threadpool(index_all, call, drained(blocks), origin)
    content: dict[str, Any] = {
        "index": origin.index,
        "bytes": size,
        "host": origin.host,
        "source": origin.source,
        "sourcetype": origin.sourcetype,
    }
    if call.json:  # flat, as no other answer is
        return Response(json.dumps(content), 200, None, JSON_TYPE)
    fields = "".join(
        f'<field k="{name if name != "index" else "_index"}"><value><text>{escape(str(value))}'
        "</text></value></field>"
        for name, value in content.items()
    )
    text = f"{XML_HEAD}<response><results><result>{fields}</result></results></response>\n"
    return Response(text, 200, None, XML_TYPE)


@routes("POST", "receivers/stream", raw=True)
async def stream(call: Call) -> Response:
    """Indexes what comes until the client ends the stream."""
    origin = origin_of(call, "tcp")
    blocks = await _body(call, to_the_end=True)
    await run_in_threadpool(index_all, call, drained(blocks), origin)
    return Response(status_code=204)
