"""All search jobs of a server: which there are, how many may run, and when they are forgotten.

Source: REST API Reference, "search/jobs"; Search Manual, "Manage search jobs" (lifetimes).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from splay.server.errors import RestError
from splay.server.jobs.job import Job
from splay.server.jobs.slots import Slots
from splay.store.event import Store

MOST_WAITING = 200
"""Jobs of one user that run or are queued; more are refused with 503."""
MOST_KEPT = 1000
"""Jobs of one user that are kept, whatever they do. Splunk keeps all until their time is over and
warns administrators at 5,000 (limits.conf.spec, dispatch_dir_warning_size); here they are held in
memory, less than 0.1 MB each and their results."""
_MEGABYTE = 1024 * 1024


def in_thread(run: Callable[[], None], name: str) -> None:
    """Runs it beside everything else, until the process ends."""
    threading.Thread(target=run, name=name, daemon=True).start()


class Jobs:
    """All jobs by sid, in the order in which they came.

    begin: what has a job run, under a name. jobs_quota, disk_quota: how many jobs of a user run at
    once, and how many bytes of results are kept; 0: no limit. warn: is told what administrators
    should know, by a name.
    """

    def __init__(
        self,
        jobs_quota: Callable[[str], int] = lambda user: 0,
        disk_quota: Callable[[str], int] = lambda user: 0,
        warn: Callable[[str, str], None] = lambda name, text: None,
    ) -> None:
        self.begin: Callable[[Callable[[], None], str], None] = in_thread
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._slots = Slots(jobs_quota)
        self._disk_quota = disk_quota
        self._warn = warn

    def planning(self, user: str) -> AbstractContextManager[None]:
        """To be entered while a search of the user is planned: jobs of others make room for it."""
        return self._slots.planning(user)

    def add(self, job: Job) -> None:
        """Makes a job known; of more than are kept, another of its user is forgotten.

        RestError 400: there is one of this sid; 503: too many run or are to be kept, too large.
        """
        with self._lock:
            if job.sid in self._jobs:
                raise RestError(400, f"Invalid sid: a job with the id {job.sid} exists.", "FATAL")
            if not job.scheduled:
                self._check_quota(job)
            self._jobs[job.sid] = job

    def _check_quota(self, job: Job) -> None:
        own = [one for one in self._jobs.values() if one.user == job.user and not one.scheduled]
        ended = [one for one in own if one.done and not one.saved]
        full = len(own) >= MOST_KEPT
        if sum(not one.done for one in own) >= MOST_WAITING or (full and not ended):
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
        if full:
            self._make_room(ended)

    def _make_room(self, ended: list[Job]) -> None:
        """Forgets the one at which nobody has looked for longest; the lock is held."""
        oldest = min(ended, key=lambda one: one.touched)
        oldest.removed = True
        del self._jobs[oldest.sid]
        text = (
            f"{oldest.user} has more than {MOST_KEPT:,} search jobs. For each new one the job is "
            "forgotten that has ended and was not looked at for longest, before its time is over: "
            "cancel jobs whose results have been read, or give them a shorter timeout."
        )
        self._warn(f"jobs:{oldest.user}", text)

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
