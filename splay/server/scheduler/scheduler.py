"""The scheduler: starts scheduled searches when their time has come.

A search runs at the times of its cron schedule, with time ranges relative to the time for which
it was planned. When it cannot run at once, because as many jobs of it run as max_concurrent
allows, it waits until its schedule_window is over. Then a real-time scheduled search skips the
run, a continuously scheduled one (realtime_schedule = 0) still makes up for it, also after a
restart (see owed.py). So it does for a run that cannot start, whatever the reason, that fails, or
whose alert cannot be kept: its window is owed until it ran. allow_skew permits a delay that splay
does not make use of.
Source: savedsearches.conf.spec; Reporting Manual, "Offset scheduled search start times",
"Configure the priority of scheduled reports".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from splay.conf.settings import truth
from splay.errors import OutputError, SplayError
from splay.server.errors import RestError
from splay.server.jobs.job import Job
from splay.server.objects.catalog import SYSTEM
from splay.server.scheduler.alerting import trigger
from splay.server.scheduler.cron import Cron
from splay.server.scheduler.owed import DOWN, LOOKBACK, Key, Planned, Unfinished
from splay.server.scheduler.savedsearch import SavedSearch, dispatched
from splay.server.splunkd import Splunkd
from splay.spl.timemod import resolve

CAPABILITY = "schedule_search"
_TICK = 1.0  # seconds
_LATE = 60.0  # seconds after its time a run is late
_START = (1.0, 60.0)  # seconds until a run that could not start is tried again: at first, at most
_FAILED = (300.0, 3600.0)  # the same of one that has failed, where no other has succeeded since
_SHOWN = 10  # times that a message names


class Scheduler:
    """Looks every second at what is to be done; `tick` is one look."""

    def __init__(self, splunkd: Splunkd) -> None:
        self._splunkd = splunkd
        self._unfinished = Unfinished(splunkd.folder / "scheduler.json")
        self._planned = self._unfinished.planned()
        self._now = 0.0  # of the last look
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; what runs is not cancelled."""
        self._end.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._end.wait(_TICK):
            now = self._splunkd.clock()
            self._splunkd.jobs.tidy(time.time())
            try:
                self.tick(now)
            except (OSError, SplayError, RestError) as error:  # just now: look again
                self._splunkd.messages.say("scheduler", f"The scheduler could not look: {error}")

    def tick(self, now: float) -> list[Job]:
        """Starts what is due, and gives the jobs it has started."""
        self._now = now
        started: list[Job] = []
        present: set[Key] = set()
        for saved in self._scheduled():
            key = saved.key
            if key in present:
                continue
            present.add(key)
            try:
                started += self._look_at(key, saved, now)
            except (SplayError, RestError) as error:  # what is planned stays so
                self._tell(saved, f"{error}")
        for key in set(self._planned) - present:
            with self._keeping():
                self._unfinished.forget(key)
                del self._planned[key]
        return started

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Where what is to be kept cannot be, that is told, and searches are run all the same."""
        try:
            yield
        except OutputError as error:
            self._splunkd.messages.say(
                "scheduler", f"What is still to be run is not kept over a restart: {error}"
            )

    def _scheduled(self) -> list[SavedSearch]:
        """The scheduled searches of all users who may schedule."""
        catalog, users = self._splunkd.catalog, self._splunkd.users
        found = [
            SavedSearch(item)
            for user in ("nobody", *users.users)
            for item in catalog.objects("savedsearches", user, user, "-")
        ]
        return [
            saved
            for saved in found
            if saved.scheduled
            and (saved.owner == "nobody" or CAPABILITY in users.capabilities(saved.owner))
        ]

    def _look_at(self, key: Key, saved: SavedSearch, now: float) -> list[Job]:
        text = saved.setting("cron_schedule")
        cron = Cron(text)
        zone = self._splunkd.zone(saved.owner)
        continuous = not truth(saved.setting("realtime_schedule", "1"))
        planned = self._planned.get(key)
        if planned is None or (planned.back and not continuous):
            planned = self._planned[key] = Planned(text, cron.after(now, zone))
        if planned.schedule != text:  # what is due by the old one is still owed
            planned.schedule = text
            planned.at = planned.at if planned.at <= now else cron.after(now, zone)
        if planned.back:
            self._look_back(saved, planned, now, cron.after(self._lookback(now), zone))
        if continuous:
            with self._keeping():
                self._unfinished.note(key, planned)
        if planned.at > now:
            return self._once_more(key, saved, planned, now)
        if planned.waits(now, _START[1]):
            return []
        following = cron.after(planned.at if continuous else now, zone)
        if self._running(saved) >= saved.number("max_concurrent", 1):
            window = self._window(saved, cron.after(planned.at, zone) - planned.at)
            if continuous or now < planned.at + window:
                return []
            self._tell_missed(saved, "a run was skipped: earlier ones had not ended")
            planned.at = following
            return []
        return self._run_next(key, saved, planned, now, following, continuous=continuous)

    def _run_next(
        self,
        key: Key,
        saved: SavedSearch,
        planned: Planned,
        now: float,
        following: float,
        *,
        continuous: bool,
    ) -> list[Job]:
        """Starts the run that is due. One that cannot start stays so; a real-time scheduled search
        skips it once the next is due."""
        at = planned.at
        if at not in planned.late and now > at + _LATE:
            planned.late[at] = DOWN if at <= planned.down else "earlier runs had not ended"
        attempts, planned.attempts = planned.attempts, 0  # before it runs: it may fail at once
        try:
            job = self._start(key, saved, planned, at, owed=continuous, following=following)
        except (SplayError, RestError) as error:
            planned.at, planned.attempts = at, attempts
            planned.late[at] = f"it could not start: {error}"
            planned.put_off(now, *_START)
            zone = self._splunkd.zone(saved.owner)
            later = Cron(planned.schedule).after(at, zone)
            if continuous or later > now:
                self._tell_owed(saved, at, planned.late[at])
            else:
                planned.at = later
                del planned.late[at]
                self._tell_missed(saved, f"the run of {self._when(saved, at)} was skipped: {error}")
            return []
        return [job]

    def _once_more(self, key: Key, saved: SavedSearch, planned: Planned, now: float) -> list[Job]:
        """Makes up for a run that has failed, or whose alert could not be kept."""
        if not planned.failed or self._running(saved):
            return []
        if not planned.again and planned.waits(now, _FAILED[1]):
            return []
        at = min(planned.failed)
        why = planned.failed.pop(at)
        planned.late.setdefault(at, why)
        try:
            return [self._start(key, saved, planned, at, owed=True, following=planned.at)]
        except (SplayError, RestError) as error:
            planned.failed[at] = why
            planned.again = False
            planned.put_off(now, *_FAILED)
            raise error

    def _lookback(self, now: float) -> float:
        """From when on runs are made up for that were missed while the server was down."""
        splunkd = self._splunkd
        limits = splunkd.catalog.objects("limits", splunkd.admin, "nobody", SYSTEM)
        scheduler = [item.stanza.settings for item in limits if item.stanza.name == "scheduler"]
        name = "max_continuous_scheduled_search_lookback"
        text = next((held[name] for held in scheduler if name in held), LOOKBACK)
        return resolve(text, now, splunkd.zone(splunkd.admin)) or 0.0

    def _look_back(self, saved: SavedSearch, planned: Planned, now: float, first: float) -> None:
        """Leaves out the runs before the first that is made up for."""
        planned.back = False
        planned.down = now
        lost = [at for at in planned.failed if at < first]
        for at in lost:
            del planned.failed[at]
        if planned.at < first:
            planned.at = first
        elif not lost:
            return
        self._tell_missed(saved, "runs were missed: the server was down for too long")

    def _window(self, saved: SavedSearch, period: float) -> float:
        """How many seconds a run may be late."""
        text = saved.setting("schedule_window", "0").strip().lower()
        if text in ("auto", "default"):
            return period
        return saved.number("schedule_window", 0) * 60.0

    def _running(self, saved: SavedSearch) -> int:
        jobs = self._splunkd.jobs.listed("", admin=True)
        same = (job for job in jobs if job.request.search_of == saved.key)
        return sum(1 for job in same if not job.done and job.scheduled)

    def _start(
        self,
        key: Key,
        saved: SavedSearch,
        planned: Planned,
        at: float,
        *,
        owed: bool,
        following: float,
    ) -> Job:
        """Starts the run of a time. owed: whether it has to be done again where it fails."""
        splunkd = self._splunkd
        user = splunkd.admin if saved.owner == "nobody" else saved.owner

        def ended(job: Job) -> None:
            problem = trigger(splunkd, saved, job) or _failure(job)
            if at in planned.running and not job.cancelled:
                self._ended(key, saved, planned, at, problem)
            elif problem and not owed:
                self._tell(saved, problem)

        if owed:
            planned.running.add(at)
        planned.at = following
        try:
            return dispatched(splunkd, saved, user, {}, scheduled=at, after=ended)
        except (SplayError, RestError):
            planned.running.discard(at)
            raise

    def _ended(
        self, key: Key, saved: SavedSearch, planned: Planned, at: float, problem: str
    ) -> None:
        """Notes the end of a run that was owed. problem: why it is owed still; "" where not."""
        planned.again = not problem
        if problem:
            planned.failed[at] = problem
            planned.late[at] = problem
            planned.put_off(self._now, *_FAILED)
            self._tell_owed(saved, at, problem)
        else:
            planned.attempts = 0
        planned.running.discard(at)
        with self._keeping():
            self._unfinished.note(key, planned)
        if not problem:
            self._tell_late(saved, planned)

    def _tell_late(self, saved: SavedSearch, planned: Planned) -> None:
        """Once nothing is owed any more: which runs were late."""
        if planned.failed or planned.running or not planned.late:
            return
        if planned.at <= self._now:
            return
        late, planned.late = planned.late, {}
        times = sorted(late)
        shown = ", ".join(f"{self._when(saved, at)} ({late[at]})" for at in times[:_SHOWN])
        more = f" and {len(times) - _SHOWN} more" if len(times) > _SHOWN else ""
        self._tell(saved, f"late runs, of which none was lost: {shown}{more}", "info")

    def _when(self, saved: SavedSearch, at: float) -> str:
        return f"{datetime.fromtimestamp(at, self._splunkd.zone(saved.owner)):%Y-%m-%d %H:%M %Z}"

    def _tell_owed(self, saved: SavedSearch, at: float, why: str) -> None:
        when = self._when(saved, at)
        self._tell(saved, f"the run of {when} has still to be made up for: {why}")

    def _tell_missed(self, saved: SavedSearch, text: str) -> None:
        """What stays on the board whatever comes later."""
        self._tell(saved, text, part=":missed")

    def _tell(self, saved: SavedSearch, text: str, severity: str = "error", part: str = "") -> None:
        owner, app, name = saved.key
        title = f"scheduler:{app}:{name}" + (f":{owner}" if saved.private else "") + part
        self._splunkd.messages.say(title, f"The scheduled search {name!r}: {text}", severity)


def _failure(job: Job) -> str:
    """Why a job has failed; "" where it has not."""
    if job.state == "DONE" or job.cancelled:
        return ""
    texts = [text for level, text in job.messages if level in ("FATAL", "ERROR")]
    return f"it failed: {texts[0] if texts else 'nothing says why'}"
