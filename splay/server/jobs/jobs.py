"""Search jobs: each runs in a thread of its own, can be paused, finalised and cancelled.

Source: REST API Reference, "search/jobs"; Search Manual, "Manage search jobs" (lifetimes).
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from splay.commands.operation import Context
from splay.engine.plan import Plan
from splay.engine.run import run_plan
from splay.errors import SplayError
from splay.memory import MemoryFull, in_memory
from splay.rows import Results, Row
from splay.server.errors import RestError
from splay.server.jobs.search import Tap, is_transforming
from splay.store.event import ReadReport, Store

DEFAULT_TTL = 600  # seconds: ttl of limits.conf
MAX_COUNT = 500_000  # results kept: max_count of limits.conf
MOST_AT_ONCE = 6 + (os.cpu_count() or 1)
"""How many jobs run at once, the others are queued: base_max_searches + max_searches_per_cpu."""

MOST_WAITING = 200
"""Jobs that run or are queued; more are refused with 503."""
MOST_KEPT = 5000

_SID = re.compile(r"[\w.@\-]{1,200}")
_number = itertools.count(1)


class Cancelled(Exception):
    """The search is not wanted any more."""


@dataclass
class Request:
    """What a job is to do and for whom. saved: the name of the saved search that it runs.

    args: the arguments that came with it, as splunkd shows them (`request`).
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
    time_format: str = ""
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
        self.preview_enabled = True
        self.saved = False
        self.finalized = False
        self.transforming = is_transforming(plan)
        self.results = Results([], [])
        self.report = ReadReport()
        self.log: list[tuple[float, str, str]] = []
        self.finish: Callable[[Results], Results] | None = None  # done with what was found
        self.finished = threading.Event()
        self.settled = threading.Event()  # what follows its end, such as alert actions, is over
        self._running = threading.Event()
        self._running.set()
        self._paused = False
        self._cancelled = False
        self.to_read: Callable[[], int] = int  # bytes that there are for it to read
        keep = request.max_count if self.transforming and request.status_buckets else 0
        self.tap = Tap(self.check, keep)
        context.should_continue = self.check

    # ---- what it is ----

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
        return list(self.context.messages)

    def events(self) -> Results:
        """The events as they were before they were evaluated; only those that were kept."""
        if not self.transforming:
            return self.results if self.plan.retrieval is not None else Results([], [])
        rows = sorted(self.tap.rows, key=_newest_first)
        return Results(list(dict.fromkeys(name for row in rows for name in row)), rows)

    # ---- running ----

    def note(self, level: str, text: str) -> None:
        """Writes a line of the search log."""
        self.log.append((time.time(), level, text))

    def check(self) -> bool:
        """Asked by the search all the time: waits while paused, raises Cancelled, MemoryFull, or
        False: end."""
        in_memory()
        self._running.wait()
        if self._cancelled:
            raise Cancelled
        request = self.request
        if request.max_time and self.seconds > request.max_time:
            self.finalized = True
        if request.auto_finalize_ec and self.tap.count >= request.auto_finalize_ec:
            self.finalized = True
        return not self.finalized

    def run(self, store: Store) -> None:
        """Runs to the end, whatever that is; never raises for what a search can do wrong."""
        self.started = time.time()
        self.note("INFO", f"search: {self.request.search}")
        self.note("INFO", f"expanded: {self.plan.search}")
        self.state = "RUNNING"
        try:
            self.check()
            found = run_plan(self.plan, store, self.context, self.report, watch=self.tap.watch)
            if self.finish is None:
                del found.rows[self.request.max_count :]
            self.results = self.finish(found) if self.finish else found
            self.state = "DONE"
        except Cancelled:
            self.note("INFO", "cancelled")
        except SplayError as error:
            self.context.messages.append(("FATAL", str(error)))
        except MemoryError:  # one value alone was too large
            self.context.messages.append(("FATAL", str(MemoryFull())))
        finally:
            if self.state != "DONE":
                self.state = "FAILED"
                if not self.context.messages and not self._cancelled:
                    # A mistake in splay itself: the thread's traceback goes to stderr.
                    self.context.messages.append(("FATAL", "The search ended unexpectedly."))
            for level, text in self.context.messages:
                self.note(level, text)
            self.note("INFO", f"{self.state}, {len(self.results.rows)} results")
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


def in_thread(run: Callable[[], None], name: str) -> None:
    """Runs it beside everything else, until the process ends."""
    threading.Thread(target=run, name=name, daemon=True).start()


class Jobs:
    """All jobs by sid, in the order in which they came.

    begin: what has a job run, under a name.
    """

    def __init__(self) -> None:
        self.begin: Callable[[Callable[[], None], str], None] = in_thread
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(MOST_AT_ONCE)

    def add(self, job: Job) -> None:
        """Makes a job known. RestError 400: there is one of this sid."""
        with self._lock:
            if job.sid in self._jobs:
                raise RestError(400, f"Invalid sid: a job with the id {job.sid} exists.", "FATAL")
            waiting = sum(1 for held in self._jobs.values() if not held.done)
            if waiting >= MOST_WAITING or len(self._jobs) >= MOST_KEPT:
                raise RestError(503, "There are too many jobs: let some end, or cancel some.")
            self._jobs[job.sid] = job

    def start(self, job: Job, store: Store, after: Callable[[Job], None] | None = None) -> None:
        """Runs a job as soon as there is a slot; then calls `after`, in the same thread."""

        def run() -> None:
            try:
                with self._slots:
                    job.run(store)
                if after is not None:
                    after(job)
            finally:
                job.settled.set()

        self.begin(run, f"job {job.sid}")

    def get(self, sid: str, user: str, admin: bool) -> Job:
        """A job that the user may see. RestError 404: there is none of this sid."""
        job = self._jobs.get(sid)
        if job is None or not (admin or job.request.user == user):
            raise RestError(404, "Unknown sid.", "FATAL")
        return job

    def listed(self, user: str, admin: bool) -> list[Job]:
        """The jobs that the user may see, the newest first."""
        seen = [job for job in self._jobs.values() if admin or job.request.user == user]
        return list(reversed(seen))

    def remove(self, job: Job) -> None:
        """Cancels a job and forgets it."""
        job.cancel()
        with self._lock:
            self._jobs.pop(job.sid, None)

    def tidy(self, now: float) -> None:
        """Forgets jobs whose time is over, and cancels those at which nobody looks."""
        for job in list(self._jobs.values()):
            idle = job.request.auto_cancel
            if job.expired(now) or (idle and now > job.touched + idle):
                self.remove(job)

    def close(self) -> None:
        """Cancels all."""
        for job in list(self._jobs.values()):
            job.cancel()


def new_sid(wanted: str = "") -> str:
    """A search id: the wanted one, or one made of the time. RestError 400: not one."""
    if not wanted:
        return f"{int(time.time())}.{next(_number)}"
    if not _SID.fullmatch(wanted):
        raise RestError(400, f"Invalid sid: {wanted}", "FATAL")
    return wanted


def saved_sid(prefix: str, owner: str, app: str, name: str, moment: float) -> str:
    """The search id of a saved search's job, as splunkd composes it."""
    plain = re.fullmatch(r"\w+", app)
    app_part = app if plain else base64.urlsafe_b64encode(app.encode()).decode().rstrip("=")
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:16]
    return f"{prefix}__{owner}__{app_part}__RMD5{digest}_at_{int(moment)}_{next(_number)}"
