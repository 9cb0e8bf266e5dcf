"""A search job: it runs in a thread of its own, can be paused, finalised and cancelled.

Source: REST API Reference, "search/jobs"; Search Manual, "Manage search jobs" (lifetimes).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from splay.commands.operation import Context
from splay.counting import counted
from splay.engine.late import LateRows, whole
from splay.engine.plan import Plan
from splay.engine.run import run_late, run_plan, stream_plan
from splay.errors import SplayError
from splay.memory import MemoryFull, in_memory
from splay.rows import Results, Row
from splay.server.errors import told
from splay.server.jobs.found import Begun, Found, Table, as_results
from splay.server.jobs.preview import Preview
from splay.server.jobs.search import Tap, is_transforming
from splay.server.jobs.slots import Slots
from splay.store.event import ReadReport, Store

DEFAULT_TTL = 600  # seconds: ttl of limits.conf
MAX_COUNT = 500_000  # results kept: max_count of limits.conf
_YOUNG = 2.0  # seconds for which a search goes before those that run longer
_LONGEST_REST = 2.0  # seconds between two looks, whatever it has worked
_NAP = 0.05  # seconds: how often one that rests looks whether others still want to work
_LOOKED_AT = 1000  # rows, to know about how large all are
_OF_AN_EVENT = 200  # bytes that a result holds of an event, which is in its index


class Cancelled(Exception):
    """The search is not wanted any more."""


@dataclass
class Request:
    """What a job is to do and for whom. saved: the name of the saved search that it runs.

    search_of: which saved search that is. args: the arguments that came with it, as splunkd shows
    them (`request`). shared_alone: whether it sees what is shared, and nothing of the user's own.
    """

    search: str
    user: str
    app: str
    owner: str = ""
    sharing: str = "global"
    label: str = ""
    saved: str = ""
    scheduled: float | None = None  # the time for which it was scheduled
    ttl: int = DEFAULT_TTL
    max_count: int = MAX_COUNT
    max_time: int = 0
    auto_cancel: int = 0
    auto_finalize_ec: int = 0
    status_buckets: int = 0
    preview: bool = True
    time_format: str = ""
    shared_alone: bool = False
    search_of: tuple[str, str, str] = ("", "", "")
    args: Mapping[str, str] = field(default_factory=dict)


class Job:
    """One search. Its state is written by its own thread, and by `control` under its lock."""

    def __init__(self, sid: str, request: Request, plan: Plan, context: Context) -> None:
        self.sid = sid
        self.request = request
        self.plan = plan
        self.context = context
        self.state = "QUEUED"
        self.created = time.time()
        self.touched = self.created
        self.started: float | None = None
        self.ended: float | None = None
        self.ttl = request.ttl
        self.priority = 5
        self.preview_enabled = request.preview
        self.saved = False
        self.finalized = False
        self.transforming = is_transforming(plan)
        self.found: Found = Table(Results([], []))
        """The results."""
        self.report = ReadReport()
        self.log: list[tuple[float, str, str]] = []
        self.fault: SplayError | None = None  # what makes it fail as soon as it runs
        self.sink: Callable[[Row | None], None] | None = None
        """Takes the results one by one as they come, then None; they are not kept."""
        self.streamed = 0  # how many it took
        self.finish: Callable[[Results], Results] | None = None  # done with what was found
        self.finished = threading.Event()
        self.settled = threading.Event()  # what follows its end, such as alert actions, is over
        self._running = threading.Event()
        self._running.set()
        self._paused = False
        self._cancelled = False
        self.removed = False  # forgotten as soon as its thread has ended
        self.size = 0  # bytes of its results, about
        self._slots: Slots | None = None
        self._looked = 0.0  # when it was last asked whether it may go on
        self.to_read: Callable[[], int] = int  # bytes that there are for it to read
        keep = request.max_count if self.transforming and request.status_buckets else 0
        self.tap = Tap(self.check, keep)
        self.preview = Preview(plan, context)
        context.should_continue = self.check

    # ---- what it is ----

    @property
    def user(self) -> str:
        """For whom it runs."""
        return self.request.user

    @property
    def scheduled(self) -> bool:
        """Whether the scheduler has started it."""
        return self.request.scheduled is not None

    @property
    def young(self) -> bool:
        """Whether it has not run for long."""
        return self.seconds <= _YOUNG

    @property
    def done(self) -> bool:
        """Whether it will not change any more."""
        return self.state in ("DONE", "FAILED")

    @property
    def paused(self) -> bool:
        """Whether it was paused, and waits if it has not ended."""
        return self._paused

    @property
    def progress(self) -> float:
        """How much of what it reads it has read, from 0 to 1, which is its end."""
        total = self.to_read()
        return 1.0 if self.done else min(self.report.bytes / total, 0.99) if total else 0.0

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    @property
    def seconds(self) -> float:
        """How long it has run."""
        if self.started is None:
            return 0.0
        return (self.ended or time.time()) - self.started

    @property
    def messages(self) -> list[tuple[str, str]]:
        """What there is to be told: (level, text)."""
        return [(level, text) for level, text in self.context.messages if level != "DEBUG"]

    @property
    def results(self) -> Results:
        """All results with all their fields."""
        return self.found.page(slice(None))

    def events(self) -> Found:
        """The events as they were before they were evaluated; only those that were kept, and while
        it runs the first of those that it has found."""
        if self.transforming:
            return Table(as_results(sorted(self.tap.rows, key=_newest_first)))
        if self.plan.retrieval is None:
            return Table(Results([], []))
        return self.found if self.done else Begun(self.tap.events, whole)

    # ---- running ----

    def note(self, level: str, text: str) -> None:
        """Writes a line of the search log."""
        self.log.append((time.time(), level, text))

    def check(self) -> bool:
        """Asked by the search all the time: waits while paused, raises Cancelled, MemoryFull, or
        False: end."""
        in_memory()
        if not self._running.is_set():
            self._wait()
        if self._cancelled:
            raise Cancelled
        self._give_way()
        request = self.request
        if request.max_time and self.seconds > request.max_time:
            self.finalized = True
        if request.auto_finalize_ec and self.tap.count >= request.auto_finalize_ec:
            self.finalized = True
        return not self.finalized

    def _wait(self) -> None:
        """While it is paused; others have its slot meanwhile."""
        slots = self._slots
        if slots is not None:
            slots.leave(self)
        self._running.wait()
        if slots is not None:
            again = threading.Event()
            slots.take(self, again.set)
            again.wait()

    def _give_way(self) -> None:
        """Where others want to work: one job of a user takes half of the time once it has run for
        long, several take half of it between them; a fifth beside a search that has just begun,
        so that who asks little is answered soon."""
        now = time.thread_time()
        worked, self._looked = now - self._looked, now
        if self._slots is None or worked <= 0:
            return
        own, part = self._slots.part_of(self)
        owed = worked * (own / part - 1) if own > 1 or not self.young else 0.0
        rest = min(owed, _LONGEST_REST)
        while rest > 0 and part < 1 and not self._cancelled:
            time.sleep(min(rest, _NAP))
            rest -= _NAP
            own, part = self._slots.part_of(self)

    def run(self, store: Store, slots: Slots | None = None) -> None:
        """Runs to the end, whatever that is; never raises for what a search can do wrong.

        slots: where it has one, which it leaves while it is paused.
        """
        if self.done:
            return
        self.started = time.time()
        self._looked = time.thread_time()
        self._slots = slots
        self.note("INFO", f"search: {self.request.search}")
        self.note("INFO", f"expanded: {self.plan.search}")
        self.state = "RUNNING"
        try:
            self.check()
            if self.fault is not None:
                raise self.fault
            if self.sink is not None and self.finish is None:
                self._stream(store, self.sink)
            else:
                self._collect(store)
            self.state = "DONE"
        except Cancelled:
            self.note("INFO", "cancelled")
        except SplayError as error:
            self.context.messages.append(("FATAL", told(error)))
        except MemoryError:  # one value alone was too large
            self.context.messages.append(("FATAL", str(MemoryFull())))
        finally:
            self._end()

    def _end(self) -> None:
        """Says what came of it, and lets go what only a running search needs."""
        if self.state != "DONE":
            self.state = "FAILED"
            if not self.context.messages and not self._cancelled:
                # A mistake in splay itself: the thread's traceback goes to stderr.
                self.context.messages.append(("FATAL", "The search ended unexpectedly."))
        self._end_sink()
        for level, text in self.context.messages:
            self.note(level, text)
        self.note("INFO", f"{self.state}, {counted(self.result_count, 'result')}")
        self.ended = self.touched = time.time()
        self.plan.forget()  # it is kept long after its end, and that is most of it
        self.finished.set()

    def _collect(self, store: Store) -> None:
        """Keeps the results."""
        parts = self.plan, store, self.context, self.report
        events = None
        if not self.finish and not self.scheduled:
            events = run_late(*parts, self.tap, self.preview)
        if events is not None:
            self._cut(events)
            self.found, self.size = events, len(events) * _OF_AN_EVENT
            return
        found = run_plan(*parts, watch=self.tap, onlooker=self.preview)
        if self.finish is None:
            self._cut(found.rows)
        found = self.finish(found) if self.finish else found
        self.found, self.size = Table(found), size_of(found.rows)

    def _cut(self, rows: list[Row] | LateRows) -> None:
        most = self.request.max_count
        if len(rows) > most:
            said = f"The results are cut: {most:,} of {len(rows):,} are kept (max_count)."
            self.context.add_message("WARN", said)
            del rows[most:]

    def _stream(self, store: Store, sink: Callable[[Row | None], None]) -> None:
        """Hands the results on."""
        rows = stream_plan(self.plan, store, self.context, self.report, self.tap, self.preview)
        with contextlib.closing(rows):
            for row in islice(rows, self.request.max_count):
                sink(row)
                self.streamed += 1

    def _end_sink(self) -> None:
        if self.sink is not None and self.finish is None:
            with contextlib.suppress(Cancelled):  # nobody reads it any more
                self.sink(None)

    @property
    def result_count(self) -> int:
        """How many results there are, or were."""
        return self.streamed or len(self.found)

    def fail(self, why: str) -> None:
        """Ends it before it has begun."""
        self.context.messages.append(("FATAL", why))
        self.state = "FAILED"
        self.ended = self.touched = time.time()
        self.finished.set()

    # ---- control ----

    def cancel(self) -> None:
        """Ends it without results."""
        self._cancelled = True
        self._running.set()

    def finalize(self) -> None:
        """Ends it with the results of what it has read."""
        self.finalized = True
        self.unpause()

    def pause(self) -> None:
        """Lets it wait."""
        self._paused = True
        if not self.done:
            self._running.clear()

    def unpause(self) -> None:
        """Lets it go on."""
        self._paused = False
        self._running.set()

    def touch(self) -> None:
        """Somebody has looked: its lifetime begins again."""
        self.touched = time.time()

    def expired(self, now: float) -> bool:
        """Whether it is to be forgotten."""
        return self.done and not self.saved and now > self.touched + self.ttl


def _newest_first(row: Row) -> float:
    moment = row.get("_time")
    return -moment if isinstance(moment, int | float) else 0.0


def size_of(rows: Sequence[Row]) -> int:
    """About how many bytes the values of some rows have: of many, some are looked at."""
    some = rows[:: len(rows) // _LOOKED_AT + 1]
    held = sum(len(name) + len(str(value)) for row in some for name, value in row.items())
    return held * len(rows) // len(some) if some else 0
