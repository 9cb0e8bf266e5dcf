"""Runs a detection over a store of events: the one way in which it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from splay.commands.operation import Context
from splay.detections.correlation import Detection
from splay.detections.coverage import Subcategory, coverage_of, subcategory_of
from splay.detections.evidence import Evidence
from splay.detections.outcome import Outcome
from splay.detections.surroundings import look_around
from splay.engine.fanout import Progress
from splay.engine.nothing import count_outside
from splay.engine.plan import Plan, make_plan
from splay.engine.run import run_plan
from splay.store.event import ReadReport, Store

_MOST_PLACES = 5

Watching = Callable[[], AbstractContextManager[Progress | None]]
"""Opened when the search begins to read: it gives what is told of the bytes that were read."""


def run_detection(
    detection: Detection,
    store: Store,
    context: Context,
    data: Sequence[str],
    *,
    evidence: Evidence | None = None,
    watching: Watching = nullcontext,
    processes: bool = True,
    around: bool = False,
) -> Outcome:
    """Runs the detection's search and says what came of it.

    Args:
        detection: a saved search with what its results raise.
        store: where the events are.
        context: the apps, the time range and the time zone of the search.
        data: the names of what is read, as the user wrote them.
        evidence: keeps the events behind the results.
        watching: is opened when the plan is made and reading begins.
        processes: whether large files may be read by several processes.
        around: whether the data is asked what it tells around the results as well.

    Raises:
        SplayError: a search that is wrong, data that cannot be read, a command that fails.
    """
    started = time.perf_counter()
    bounds = context.earliest, context.latest
    plan = make_plan(detection.search, context)
    subcategory = _subcategory(plan)
    report = ReadReport()
    with watching() as progress:
        results = run_plan(plan, store, context, report, progress, processes, evidence=evidence)
    bounded = bounds != (None, None)
    context.earliest, context.latest = bounds
    outside = count_outside(detection.search, store, context) if bounded else 0
    coverage = None
    if plan.retrieval and subcategory and (around or not results.rows):
        coverage = coverage_of(subcategory, store, plan.retrieval.need, report)
    seconds = time.perf_counter() - started
    messages = [*_loud(plan, report), *context.messages]
    return Outcome(
        detection,
        results,
        report,
        list(data),
        seconds,
        context.tz,
        messages,
        evidence,
        outside,
        None if results.rows else coverage,
        surroundings=look_around(context, store, coverage) if around else None,
    )


def _subcategory(plan: Plan) -> Subcategory | None:
    """The audit subcategory of the events searched for: the plan then counts all of its events."""
    retrieval = plan.retrieval
    subcategory = subcategory_of(retrieval.codes) if retrieval else None
    if retrieval and subcategory:
        retrieval.need = replace(retrieval.need, related=subcategory.codes)
    return subcategory


def _loud(plan: Plan, report: ReadReport) -> list[tuple[str, str]]:
    """Says where text says that it is an event that is searched for, but was read as none."""
    codes = plan.retrieval.codes if plan.retrieval else None
    if codes is None or not report.passed_over:
        return []
    count = sum(report.passed_over.values())
    places = [f"{name} ({times:,})" for name, times in report.passed_over.items()]
    more = f" and {len(places) - _MOST_PLACES:,} more" if len(places) > _MOST_PLACES else ""
    times = "once" if count == 1 else f"{count:,} times"
    text = (
        f"event code {', '.join(sorted(codes.numbers))} stands {times} in text that was read as no "
        f"event, or as one without fields, so that the search could not find it: "
        f"{', '.join(places[:_MOST_PLACES])}{more}"
    )
    return [("ERROR", text)]
