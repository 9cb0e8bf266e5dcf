"""A search job as an entry of a feed.

Source: REST API Reference, "search/jobs", "Returned values". What splay has not is left out or
has the value that says so.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from splay.commands.operation import Kind
from splay.engine.plan import Plan
from splay.eval.times.timefmt import iso
from splay.server.jobs.job import Job
from splay.server.objects.acl import Acl
from splay.server.rest.feeds import Entry
from splay.spl.tree import And, Compare, Or, SearchExpr, Term

_LINKS = (
    "search_telemetry.json",
    "search.log",
    "events",
    "results",
    "results_preview",
    "timeline",
    "summary",
    "control",
)


def job_entry(job: Job) -> Entry:
    """A job as an entry of a feed."""
    request = job.request
    own = (request.user,)
    acl = Acl(request.app, request.user, request.sharing, own, own, removable=True, ttl=job.ttl)
    return Entry(
        job.plan.search if job.plan.search.startswith("|") else f"search {job.plan.search}",
        "search/jobs",
        job_content(job),
        acl,
        _LINKS,
        job.sid,
        datetime.fromtimestamp(job.touched, UTC),
        datetime.fromtimestamp(job.created, UTC),
        plain=True,
    )


def job_content(job: Job) -> dict[str, Any]:
    """What splunkd says of a job, as far as splay knows it."""
    request = job.request
    scheduled = request.scheduled is not None
    return {
        "sid": job.sid,
        "label": request.label or request.saved,
        "search": request.search,
        "delegate": "scheduler" if scheduled else "",
        "provenance": "scheduler" if scheduled else "",
        "isSavedSearch": bool(request.saved),
        "statusBuckets": request.status_buckets,
        "priority": job.priority,
        "ttl": job.ttl,
        "defaultTTL": "600",
        "defaultSaveTTL": "604800",
        "diskUsage": job.size,
        "pid": str(os.getpid()),
        "runtime": {"auto_cancel": str(request.auto_cancel), "auto_pause": "0"},
        "sampleRatio": "1",
        "sampleSeed": "0",
        "searchTelemetry": {},
        "searchProviders": ["splay"],
        "messages": _by_level(job),
        "request": dict(request.args),
        "custom": {n.removeprefix("custom."): v for n, v in request.args.items() if "custom." in n},
        **_state(job),
        **_times(job),
        **(_counts(job) if job.started is not None else {}),
    }


def _state(job: Job) -> dict[str, Any]:
    return {
        "dispatchState": "PAUSE" if job.paused and not job.done else job.state,
        "canSummarize": False,
        "doneProgress": 1 if job.done else round(job.progress, 5),
        "is_prjob": False,
        "isBatchModeSearch": False,
        "isDone": job.done,
        "isFailed": job.state == "FAILED",
        "isFinalized": job.finalized,
        "isPaused": job.paused,
        "isPreviewEnabled": job.preview_enabled,
        "isEventsPreviewEnabled": False,
        "isRealTimeSearch": False,
        "isRemoteTimeline": False,
        "isSaved": job.saved,
        "isTimeCursored": job.plan.retrieval is not None,
        "isZombie": False,
        "searchCanBeEventType": job.plan.retrieval is not None and len(job.plan.commands) == 1,
    }


def _times(job: Job) -> dict[str, Any]:
    context = job.context
    earliest = context.earliest or 0.0
    latest = context.now if context.latest is None else context.latest
    return {
        "earliestTime": _time(earliest),
        "latestTime": _time(latest),
        "searchEarliestTime": earliest,
        "searchLatestTime": latest,
        "cursorTime": _time(0.0),
        "runDuration": round(job.seconds, 3),
    }


_LOOKED_AT = slice(20)  # events, for the fields that there are about


def _counts(job: Job) -> dict[str, Any]:
    has_events = job.plan.retrieval is not None
    events = job.events() if job.done else None
    results = len(job.found) if job.done else 0
    return {
        "eventSearch": job.plan.search if has_events else "",
        "reportSearch": _report_search(job),
        "remoteSearch": "",  # there are no peers
        "keywords": " ".join(_keywords(job.plan.retrieval.expr)) if job.plan.retrieval else "",
        "eventCount": job.tap.count if has_events else 0,
        "eventAvailableCount": len(events) if events else 0,
        "eventFieldCount": len(events.page(_LOOKED_AT).columns) if events else 0,
        "eventIsStreaming": True,
        "eventIsTruncated": job.transforming and len(job.tap.rows) < job.tap.count,
        "eventSorting": "desc" if has_events and not job.transforming else "none",
        "scanCount": job.report.events,
        "resultCount": results,
        "resultPreviewCount": results,
        "resultIsStreaming": not job.transforming,
        "numPreviews": 0,
        "dropCount": 0,
        "searchTotalBucketsCount": 0,  # splay has none
        "searchTotalEliminatedBucketsCount": 0,
        "performance": {},
        **_texts(job.plan),
    }


def _texts(plan: Plan) -> dict[str, str]:
    """The search as it is run: what streams, and what is done with that."""
    kinds = [operation.kind for operation in plan.operations]
    kinds = [Kind.STREAMING] * (len(plan.commands) - len(kinds)) + kinds
    texts = [f"{command.name} {command.text.strip()}".strip() for command in plan.commands]
    streams = (Kind.STREAMING, Kind.GENERATING)
    first = next((n for n, kind in enumerate(kinds) if kind not in streams), len(kinds))
    return {
        "normalizedSearch": plan.search,
        "optimizedSearch": plan.search,
        "phase0": " | ".join(texts[:first]),
        "phase1": " | ".join(texts[first:]),
    }


def _time(moment: float) -> str:
    return iso(moment, UTC)


def _report_search(job: Job) -> str:
    """The part of the search that makes a table of its events."""
    if not job.transforming or job.plan.retrieval is None:
        return ""
    commands = job.plan.commands[1:]
    return "| ".join(f"{command.name} {command.text}".strip() for command in commands)


def _by_level(job: Job) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for level, text in job.messages:
        found.setdefault(level.lower(), []).append(text)
    return found


def _keywords(expr: SearchExpr) -> list[str]:
    """What the search looks for, each once, without what stands under NOT; fields as `f::value`."""
    if isinstance(expr, And | Or):
        return list(dict.fromkeys(word for part in expr.parts for word in _keywords(part)))
    if isinstance(expr, Term):
        return [f'"{expr.text}"' if " " in expr.text else expr.text]
    return [f"{expr.field}::{expr.value}"] if isinstance(expr, Compare) and expr.op == "=" else []
