"""Search jobs: each runs in a thread of its own, can be paused, finalised and cancelled.

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
from splay.engine.plan import Plan
from splay.engine.run import run_plan, stream_plan
from splay.errors import SplayError
from splay.memory import MemoryFull, in_memory
from splay.rows import Results, Row
from splay.server.errors import RestError, told
from splay.server.jobs.preview import Preview
from splay.server.jobs.search import Tap, is_transforming
from splay.server.jobs.slots import Slots
from splay.store.event import ReadReport, Store

DEFAULT_TTL = 600  # seconds: ttl of limits.conf
MAX_COUNT = 500_000  # results kept: max_count of limits.conf
MOST_WAITING = 200
"""Jobs of one user that run or are queued; more are refused with 503."""
MOST_KEPT = 1000
"""Jobs of one user, whatever they do."""
_YOUNG = 2.0  # seconds for which a search goes before those that run longer
_LONGEST_REST = 0.5  # seconds
_LOOKED_AT = 1000  # rows, to know about how large all are
_MEGABYTE = 1024 * 1024


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
        self.results = Results([], [])
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
        long, several take half of it between them."""
        now = time.thread_time()
        worked, self._looked = now - self._looked, now
        if self._slots is None or worked <= 0:
            return
        own, others = self._slots.held(self)
        if others and (own > 1 or self.seconds > _YOUNG):
            time.sleep(min(worked * (2 * own - 1), _LONGEST_REST))

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
            if self.state != "DONE":
                self.state = "FAILED"
                if not self.context.messages and not self._cancelled:
                    # A mistake in splay itself: the thread's traceback goes to stderr.
                    self.context.messages.append(("FATAL", "The search ended unexpectedly."))
            self._end_sink()
            for level, text in self.context.messages:
                self.note(level, text)
            self.note("INFO", f"{self.state}, {self.result_count} results")
            self.ended = self.touched = time.time()
            self.finished.set()

    def _collect(self, store: Store) -> None:
        """Keeps the results."""
        watch, onlooker = self.tap.watch, self.preview
        found = run_plan(
            self.plan, store, self.context, self.report, watch=watch, onlooker=onlooker
        )
        most = self.request.max_count
        if self.finish is None and len(found.rows) > most:
            said = f"The results are cut: {most:,} of {len(found.rows):,} are kept (max_count)."
            self.context.add_message("WARN", said)
            del found.rows[most:]
        self.results = self.finish(found) if self.finish else found
        self.size = size_of(self.results.rows)

    def _stream(self, store: Store, sink: Callable[[Row | None], None]) -> None:
        """Hands the results on."""
        watch, onlooker = self.tap.watch, self.preview
        rows = stream_plan(self.plan, store, self.context, self.report, watch, onlooker)
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
        return self.streamed or len(self.results.rows)

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


def in_thread(run: Callable[[], None], name: str) -> None:
    """Runs it beside everything else, until the process ends."""
    threading.Thread(target=run, name=name, daemon=True).start()


class Jobs:
    """All jobs by sid, in the order in which they came.

    begin: what has a job run, under a name. jobs_quota, disk_quota: how many jobs of a user run at
    once, and how many bytes of results are kept; 0: no limit.
    """

    def __init__(
        self,
        jobs_quota: Callable[[str], int] = lambda user: 0,
        disk_quota: Callable[[str], int] = lambda user: 0,
    ) -> None:
        self.begin: Callable[[Callable[[], None], str], None] = in_thread
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._slots = Slots(jobs_quota)
        self._disk_quota = disk_quota

    def add(self, job: Job) -> None:
        """Makes a job known. RestError 400: there is one of this sid; 503: too many, too large."""
        with self._lock:
            if job.sid in self._jobs:
                raise RestError(400, f"Invalid sid: a job with the id {job.sid} exists.", "FATAL")
            if not job.scheduled:
                self._check_quota(job)
            self._jobs[job.sid] = job

    def _check_quota(self, job: Job) -> None:
        own = [one for one in self._jobs.values() if one.user == job.user and not one.scheduled]
        if sum(not one.done for one in own) >= MOST_WAITING or len(own) >= MOST_KEPT:
            raise RestError(503, "There are too many jobs: let some end, or cancel some.")
        quota = self._disk_quota(job.user)
        used = sum(one.size for one in own)
        if quota and used >= quota:
            raise RestError(
                503,
                "Search not executed: The maximum disk usage quota for this user has been reached. "
                f"usage={used // _MEGABYTE}MB quota={quota // _MEGABYTE}MB user={job.user}. "
                "Delete some jobs, or wait until they expire.",
                "FATAL",
            )

    def start(self, job: Job, store: Store, after: Callable[[Job], None] | None = None) -> None:
        """Runs a job as soon as there is a slot; then calls `after`, in the same thread."""

        def run() -> None:
            try:
                try:
                    job.run(store, self._slots)
                finally:
                    self._slots.leave(job)
                if after is not None:
                    after(job)
            finally:
                job.settled.set()
                if job.removed:
                    self._forget(job)

        def go() -> None:
            try:
                self.begin(run, f"job {job.sid}")
            except RuntimeError as error:  # there are too many threads, or there is no memory
                job.fail(f"The search cannot be started: {error}")
                run()

        self._slots.take(job, go)

    def get(self, sid: str, user: str, admin: bool) -> Job:
        """A job that the user may see. RestError 404: there is none of this sid."""
        job = self._jobs.get(sid)
        if job is None or job.removed or not (admin or job.request.user == user):
            raise RestError(404, "Unknown sid.", "FATAL")
        return job

    def listed(self, user: str, admin: bool) -> list[Job]:
        """The jobs that the user may see, the newest first."""
        seen = [job for job in self._jobs.values() if admin or job.request.user == user]
        return list(reversed(seen))

    def remove(self, job: Job) -> None:
        """Cancels a job and forgets it; until its thread has ended it is still listed."""
        job.removed = True
        job.cancel()
        self._slots.look_again()
        if job.done or job.started is None:
            self._forget(job)

    def _forget(self, job: Job) -> None:
        with self._lock:
            if self._jobs.get(job.sid) is job:
                del self._jobs[job.sid]

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
        self._slots.look_again()
