"""search/jobs/export: runs a search and answers with its results as they come.

The answer begins with the first result; what is read is handed on, and nothing is held. There is no
limit to the number of rows but max_count, where it is given. With `preview=1`, JSON and XML have
what a table comes to so far before it, each time whole and marked as a preview.
Source: REST API Reference, "search/jobs/export".
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from splay.engine.columns import columns_of, ordered_columns
from splay.rows import Results, Row
from splay.server.endpoints.search.job_request import job_request, output_format
from splay.server.errors import RestError
from splay.server.jobs.export import Export
from splay.server.jobs.job import Job
from splay.server.jobs.sids import new_sid
from splay.server.rest.request import Call, messages_response
from splay.server.rest.results import Page, choose_columns
from splay.server.rest.streams import STREAMS, Previewing, Stream


class Broken(Exception):
    """The search failed after rows were sent, in a mode that cannot say so: the answer breaks off,
    as an answer that is not whole has to."""


async def exported(call: Call) -> Response:
    """The answer to an export in one of the modes that stream."""
    job, export, stream = await run_in_threadpool(_start, call)
    try:
        first = await _next(call, job, export)
        if first is None and job.state == "FAILED" and not stream.says:
            call.splunkd.jobs.remove(job)
            messages = [m for m in job.messages if m[0] in ("FATAL", "ERROR")]
            return messages_response(400, messages, call.json)
    except BaseException:
        call.splunkd.jobs.remove(job)
        raise
    content_type = stream.content_type if first or stream.says else "text/plain; charset=UTF-8"
    return StreamingResponse(_pieces(call, job, export, stream, first), 200, None, content_type)


def _start(call: Call) -> tuple[Job, Export, Stream]:
    call.need("search")
    request, time_range, now = job_request(call)
    if "max_count" not in call.params:
        request.max_count = sys.maxsize
    count = call.params.number("count", 0)
    if count > 0:
        request.max_count = min(request.max_count, count)
    splunkd = call.splunkd
    job, store = splunkd.make_job(new_sid(call.params.get("id")), request, time_range, now)
    export = Export(job.check)
    stream = _stream(call, job)
    job.sink = _sink(job, export, stream)
    if call.params.flag("preview") and isinstance(stream, Previewing):
        job.preview.wanted = True
        job.preview.show = lambda found: export.send([stream.preview(_preview(call, job, found))])
    splunkd.start_job(job, store)
    return job, export, stream


def _stream(call: Call, job: Job) -> Stream:
    params = call.params
    wanted = [*params.all("f"), *params.all("field_list")]
    operations = job.plan.operations
    columns = None if job.plan.open else ordered_columns(operations)
    chosen = choose_columns(columns, wanted) if columns is not None else []
    page = _page(call, job, chosen, [])

    def columns_at_end(names: list[str]) -> list[str]:
        rows: list[Row] = [dict.fromkeys(names, "")] if names else []
        return choose_columns(columns_of(operations, rows), wanted)

    return STREAMS[call.output_mode](page, None if columns is not None else columns_at_end)


def _preview(call: Call, job: Job, found: Results) -> Page:
    params = call.params
    chosen = choose_columns(found.columns, [*params.all("f"), *params.all("field_list")])
    return replace(_page(call, job, chosen, found.rows), preview=True)


def _page(call: Call, job: Job, columns: list[str], rows: list[Row]) -> Page:
    time_format = output_format(call.params) or job.request.time_format
    return Page(columns, rows, 0, False, (), job.context.tz, time_format, gap="")


def _sink(job: Job, export: Export, stream: Stream) -> Callable[..., None]:
    """What takes the rows of the job, and None at its end."""

    def take(row: dict[str, object] | None) -> None:
        if row is not None:
            export.add(stream.row(row))  # type: ignore[arg-type]
        else:
            complete = not any(level == "FATAL" for level, _ in job.messages)
            export.finish(stream.end(job.messages, complete))

    return take


async def _next(call: Call, job: Job, export: Export) -> bytes | None:
    """The next piece; None: there is none any more. RestError 499: the client is gone."""
    pause = 0.001
    while True:
        ended = job.finished.is_set()
        piece = export.taken()
        if piece is not None or ended:
            return piece
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.05)
        if await call.request.is_disconnected():
            raise RestError(499, "The client is gone.")


async def _pieces(
    call: Call, job: Job, export: Export, stream: Stream, first: bytes | None
) -> AsyncIterator[bytes]:
    try:
        piece = first
        while piece is not None:
            yield piece
            piece = await _next(call, job, export)
        if job.state == "FAILED" and not stream.says and not job.cancelled:
            raise Broken(job.messages)
    except RestError:
        return
    finally:
        call.splunkd.jobs.remove(job)
