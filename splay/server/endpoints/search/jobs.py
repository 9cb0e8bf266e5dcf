"""search/jobs: making searches, asking after them, controlling them, their results.

The endpoints of version 2 (search/v2/jobs) answer as those of version 1 do.
Source: REST API Reference, "Search endpoint descriptions".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from splay.engine.inner import run_over
from splay.rows import Row
from splay.server.endpoints.search.export import exported
from splay.server.endpoints.search.job_entry import job_entry
from splay.server.endpoints.search.job_request import job_request, output_format
from splay.server.endpoints.search.summary import summary_response, timeline_response
from splay.server.errors import RestError
from splay.server.jobs.found import Found, Table
from splay.server.jobs.job import Job
from splay.server.jobs.sids import new_sid
from splay.server.rest.feeds import Entry, Feed, paged, respond_entry
from splay.server.rest.request import Call, Routes, messages_response, record_response
from splay.server.rest.results import (
    Page,
    choose_columns,
    csv_response,
    export_response,
    results_response,
)
from splay.server.rest.streams import STREAMS

routes = Routes()
_RESULT_ARGS = (
    "count",
    "offset",
    "search",
    "f",
    "field_list",
    "add_summary_to_metadata",
    "output_time_format",
    "time_format",
    "segmentation",
    "show_metadata",
    "truncation_mode",
    "max_lines",
    # What Splunk's dashboards send along; how they draw, not what they get.
    "check_risky_command",
    "progress",
    "requestTotalCount",
    "requireTotalCount",
)


def _both(method: str, path: str) -> Callable[[Callable[[Call], Any]], Callable[[Call], Any]]:
    """A route of both versions of the interface."""

    def add(handler: Callable[[Call], Any]) -> Callable[[Call], Any]:
        for base in ("search/jobs", "search/v2/jobs"):
            routes(method, base + path)(handler)
        return handler

    return add


def job_of(call: Call) -> Job:
    """The job that the path names. RestError 404: there is none that the caller may see."""
    splunkd = call.splunkd
    job = splunkd.jobs.get(call.names["sid"], call.user, splunkd.is_admin(call.user))
    job.touch()
    return job


# ---- making ----


@_both("POST", "")
async def create_job(call: Call) -> Response:
    """A new search: its sid at once (normal), when it is done (blocking), or its results."""
    mode = call.params.get("exec_mode", "normal")
    if mode not in ("normal", "blocking", "oneshot"):
        raise RestError(400, f"Invalid exec_mode: {mode}", "FATAL")
    if mode == "oneshot":
        return await _run_now(call, results_response)
    job = await run_in_threadpool(_start, call)
    if mode == "blocking":
        await _finished(call, job)
    return record_response(call, {"sid": job.sid}, 201)


@_both("POST", "/export")
async def export_post(call: Call) -> Response:
    """Runs a search and answers with all of its results."""
    return await _export(call)


async def _export(call: Call) -> Response:
    if call.output_mode in STREAMS:
        return await exported(call)
    return await _run_now(call, export_response)


@_both("GET", "/export")
async def export_get(call: Call) -> Response:
    """Runs a search and answers with all of its results.

    The REST API Reference has GET; Splunk 10.4.2 was seen to refuse it. Both hold: it runs what
    names a search, RestError 405 for what does not.
    """
    if "search" not in call.params:
        headers = {"Allow": "POST"}
        raise RestError(405, "The method is not allowed.", "FATAL", headers=headers)
    return await _export(call)


def _start(call: Call) -> Job:
    call.need("search")
    request, time_range, now = job_request(call)
    sid = new_sid(call.params.get("id"))
    job, store = call.splunkd.make_job(sid, request, time_range, now)
    call.splunkd.start_job(job, store)
    return job


_WITH_MESSAGES = ("xml", "json", "json_rows", "json_cols")
"""Modes in which results say why there are none. The others would hide it: they are a 400."""


async def _run_now(call: Call, write: Callable[[Call, Page], Response]) -> Response:
    job = await run_in_threadpool(_start, call)
    try:
        if not await _finished(call, job):
            return Response(status_code=499)
        if job.state == "FAILED" and call.output_mode not in _WITH_MESSAGES:
            messages = [m for m in job.messages if m[0] in ("FATAL", "ERROR")]
            return messages_response(400, messages, call.json)
        return await run_in_threadpool(lambda: write(call, _page(call, job, job.found, 0)))
    finally:
        call.splunkd.jobs.remove(job)


async def _finished(call: Call, job: Job) -> bool:
    """Waits for a job; cancels it when the client hangs up, and then is False."""
    pause = 0.002
    while not job.finished.is_set():
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.1)
        if await call.request.is_disconnected():
            job.cancel()
            return False
    return True


# ---- asking ----


@_both("GET", "")
def list_jobs(call: Call) -> Response:
    """The jobs that the caller may see."""
    splunkd = call.splunkd
    jobs = splunkd.jobs.listed(call.user, splunkd.is_admin(call.user))
    wanted = call.params.all("id")
    if wanted:
        jobs = [job for job in jobs if job.sid in wanted]
    if call.params.get("count") == "":
        call.params = call.params.plus("count", "0")
    if len(call.params.all("sort_key")) != len(call.params.all("sort_dir")):
        text = "Number of sort_key and sort_dir arguments do not match."
        raise RestError(400, text, "FATAL")
    call.params = call.params.without("f")  # splunkd does not heed it here
    feed = Feed("jobs", "search/jobs", [job_entry(job) for job in jobs], silent=True)
    if call.output_mode == "csv":
        return _jobs_csv(feed.entries)
    _check_mode(call)
    return paged(call, feed, None)


def _check_mode(call: Call) -> None:
    if call.output_mode not in ("xml", "json"):
        raise RestError(400, "Invalid output_mode.", "FATAL")


def _jobs_csv(entries: Sequence[Entry]) -> Response:
    """Jobs as CSV: their members are the columns."""
    rows: list[Row] = [
        {k: _cell(v) for k, v in entry.content.items() if not isinstance(v, dict | list)}
        for entry in entries
    ]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return csv_response(Page(columns, rows))


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


@_both("GET", "/{sid}")
def read_job(call: Call) -> Response:
    """One job's state."""
    entry = job_entry(job_of(call))
    if call.output_mode == "csv":
        return _jobs_csv([entry])
    _check_mode(call)
    return respond_entry(call, Feed("jobs", "search/jobs", [], silent=True), entry)


@_both("POST", "/{sid}")
def update_job(call: Call) -> Response:
    """Sets custom.* values of a job."""
    job = job_of(call)
    custom = call.params.pairs(("output_mode",))
    for name in custom:
        if not name.startswith("custom."):
            raise RestError(400, f'Argument "{name}" is not supported by this handler.')
    job.request.args = {**job.request.args, **custom}
    return respond_entry(call, Feed("jobs", "search/jobs", []), job_entry(job))


@_both("DELETE", "/{sid}")
def delete_job(call: Call) -> Response:
    """Cancels a job and forgets it."""
    call.splunkd.jobs.remove(job_of(call))
    return messages_response(200, [("INFO", "Search job cancelled.")], call.json)


# ---- results ----


def _page(call: Call, job: Job, found: Found, default_count: int = 100) -> Page:
    params = call.params
    total = None
    if params.get("search") and call.names:
        with call.splunkd.slots_over_results.taken(call.user) as should_continue:
            context = replace(job.context, messages=[], should_continue=should_continue)
            found = Table(run_over(params.get("search"), found.page(slice(None)), context))
        total = len(found)
    count = params.number("count", default_count if call.names else 0)
    offset = params.number("offset", 0) if call.names else 0
    if offset < 0:
        offset += len(found)
    first = max(offset, 0)
    some = found.page(slice(first, first + count if count > 0 else None))
    columns = choose_columns(some.columns, [*params.all("f"), *params.all("field_list")])
    time_format = output_format(params) or job.request.time_format
    return Page(columns, some.rows, offset, False, job.messages, job.context.tz, time_format, total)


def _of_results(
    call: Call, begun: Callable[[Job], Found | None], done: Callable[[Job], Found]
) -> Response:
    """A page of what a job has found; 204 where there is nothing yet."""
    call.params.refuse_others(_RESULT_ARGS)
    job = job_of(call)
    preview = not job.done
    found = begun(job) if preview else done(job)
    if found is None:
        return Response(status_code=204)
    page = _page(call, job, found)
    page.preview = preview
    return results_response(call, page)


@_both("GET", "/{sid}/results")
@_both("POST", "/{sid}/results")
def read_results(call: Call) -> Response:
    """A job's results; 204 while there are none yet."""
    return _of_results(call, lambda job: None, lambda job: job.found)


@_both("GET", "/{sid}/results_preview")
@_both("POST", "/{sid}/results_preview")
def read_preview(call: Call) -> Response:
    """The results; while the job runs, what they have come to so far, at most 1,000 (204: nothing
    yet, or a command that needs all its rows first)."""

    def begun(job: Job) -> Found | None:
        job.preview.wanted = job.preview_enabled
        return job.preview.found() if job.preview_enabled else None

    return _of_results(call, begun, lambda job: job.found)


@_both("GET", "/{sid}/events")
@_both("POST", "/{sid}/events")
def read_events(call: Call) -> Response:
    """The events of a job as they were before they were evaluated; while it runs the first of those
    that it has found."""
    return _of_results(call, lambda job: job.events() or None, Job.events)


@_both("GET", "/{sid}/summary")
def read_summary(call: Call) -> Response:
    """Which fields the events have, and their commonest values."""
    return summary_response(call, job_of(call))


@_both("GET", "/{sid}/timeline")
def read_timeline(call: Call) -> Response:
    """How many events there are over time."""
    return timeline_response(call, job_of(call))


@_both("GET", "/{sid}/search.log")
def read_log(call: Call) -> Response:
    """What the search has noted."""
    lines = [
        f"{datetime.fromtimestamp(moment, UTC):%m-%d-%Y %H:%M:%S.%f} {level} {text}\n"
        for moment, level, text in job_of(call).log
    ]
    return Response("".join(lines), 200, None, "text/plain; charset=UTF-8")


# ---- control ----


@_both("GET", "/{sid}/control")
@_both("DELETE", "/{sid}/control")
def not_control(call: Call) -> Response:
    """Only POST controls a job; whether there is one is looked at first."""
    job_of(call)
    raise RestError(405, "Method Not Allowed", "FATAL", headers={"Allow": "POST"})


@_both("POST", "/{sid}/control")
def control(call: Call) -> Response:
    """Does something with a job: cancel, finalize, pause, and so on."""
    job = job_of(call)
    action = call.params.needed("action")
    if action == "cancel":
        call.splunkd.jobs.remove(job)
    elif action in _ACTIONS:
        _ACTIONS[action](job)
    elif action == "setttl":
        job.ttl = call.params.number("ttl", job.ttl)
    elif action == "setpriority":
        job.priority = _priority(call)
    else:
        raise RestError(400, f"Invalid action: {action}", "FATAL")
    return messages_response(200, [("INFO", _SAID.get(action, "Search job updated."))], call.json)


def _priority(call: Call) -> int:
    priority = call.params.number("priority", -1)
    if not 0 <= priority <= 10:
        raise RestError(400, "The priority must be a number from 0 to 10.", "FATAL")
    return priority


def _save(job: Job) -> None:
    job.saved = True


def _unsave(job: Job) -> None:
    job.saved = False


def _preview(wanted: bool) -> Callable[[Job], None]:
    def act(job: Job) -> None:
        job.preview_enabled = wanted

    return act


_ACTIONS: dict[str, Callable[[Job], None]] = {
    "finalize": Job.finalize,
    "pause": Job.pause,
    "unpause": Job.unpause,
    "touch": Job.touch,
    "save": _save,
    "unsave": _unsave,
    "enablepreview": _preview(True),
    "disablepreview": _preview(False),
}
_SAID = {
    "cancel": "Search job cancelled.",
    "finalize": "Search job finalized.",
    "pause": "Search job paused.",
    "unpause": "Search job unpaused.",
    "touch": "Search job touched.",
    "setttl": "The ttl of the search job was changed.",
    "setpriority": "The search job's priority was changed.",
    "save": "Search job saved.",
    "unsave": "Search job unsaved.",
}
