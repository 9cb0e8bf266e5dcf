"""The scheduler: starts scheduled searches when their time has come.

A search runs at the times of its cron schedule, with time ranges relative to the time for which
it was planned. When it cannot run at once, because as many jobs of it run as max_concurrent
allows, it waits until its schedule_window is over. Then a real-time scheduled search skips the
run, a continuously scheduled one (realtime_schedule = 0) still makes up for it, also after a
restart (see unfinished.py). So it does for a run whose alert could not be kept, after the next one
whose alert could. allow_skew permits a delay that splay does not make use of.
Source: savedsearches.conf.spec; Reporting Manual, "Offset scheduled search start times",
"Configure the priority of scheduled reports".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from splay.conf.settings import truth
from splay.errors import OutputError, SplayError
from splay.server.errors import RestError
from splay.server.jobs.jobs import Job
from splay.server.objects.catalog import SYSTEM
from splay.server.scheduler.alerting import trigger
from splay.server.scheduler.cron import Cron
from splay.server.scheduler.owed import LOOKBACK, Key, Planned, Unfinished
from splay.server.scheduler.savedsearch import SavedSearch, dispatched
from splay.server.splunkd import Splunkd
from splay.spl.timemod import resolve

_TICK = 1.0  # seconds


class Scheduler:
    """Looks every second at what is to be done; `tick` is one look."""

    def __init__(self, splunkd: Splunkd) -> None:
        self._splunkd = splunkd
        self._unfinished = Unfinished(splunkd.folder / "scheduler.json")
        self._planned = self._unfinished.planned()
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
            except OSError as error:  # no file or memory is to be had just now: look again
                self._splunkd.messages.say("scheduler", f"The scheduler could not look: {error}")

    def tick(self, now: float) -> list[Job]:
        """Starts what is due, and gives the jobs it has started."""
        started: list[Job] = []
        present: set[Key] = set()
        for saved in self._scheduled():
            key = (saved.owner, *saved.key)
            if key in present:
                continue
            present.add(key)
            try:
                started += self._look_at(key, saved, now)
            except (SplayError, RestError) as error:
                self._tell(saved, f"{error}")
                self._planned.pop(key, None)
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
        """The scheduled searches of all users."""
        catalog = self._splunkd.catalog
        found = [
            SavedSearch(item)
            for user in list(self._splunkd.users.users)
            for item in catalog.objects("savedsearches", user, user, "-")
        ]
        return [saved for saved in found if saved.scheduled]

    def _look_at(self, key: Key, saved: SavedSearch, now: float) -> list[Job]:
        text = saved.setting("cron_schedule")
        cron = Cron(text)
        zone = self._splunkd.zone(saved.owner)
        continuous = not truth(saved.setting("realtime_schedule", "1"))
        planned = self._planned.get(key)
        if planned is None or planned.schedule != text or (planned.back and not continuous):
            planned = self._planned[key] = Planned(text, cron.after(now, zone))
        if planned.back:
            self._look_back(saved, planned, cron.after(self._lookback(now), zone))
        if continuous:
            with self._keeping():
                self._unfinished.note(key, planned)
        if planned.at > now:
            return self._once_more(key, saved, planned)
        if self._running(saved) >= saved.number("max_concurrent", 1):
            window = self._window(saved, cron.after(planned.at, zone) - planned.at)
            if continuous or now < planned.at + window:
                return []
            self._tell(saved, "a run was skipped: earlier ones had not ended")
            planned.at = cron.after(now, zone)
            return []
        at = planned.at
        if continuous:
            planned.running.add(at)
        planned.at = cron.after(at if continuous else now, zone)
        return [self._start(key, saved, planned, at)]

    def _once_more(self, key: Key, saved: SavedSearch, planned: Planned) -> list[Job]:
        """Makes up for a run whose alert could not be kept."""
        if not planned.again or not planned.failed or self._running(saved):
            return []
        at = min(planned.failed)
        planned.failed.discard(at)
        planned.running.add(at)
        return [self._start(key, saved, planned, at)]

    def _lookback(self, now: float) -> float:
        """From when on runs are made up for that were missed while the server was down."""
        splunkd = self._splunkd
        limits = splunkd.catalog.objects("limits", splunkd.admin, "nobody", SYSTEM)
        scheduler = [item.stanza.settings for item in limits if item.stanza.name == "scheduler"]
        name = "max_continuous_scheduled_search_lookback"
        text = next((held[name] for held in scheduler if name in held), LOOKBACK)
        return resolve(text, now, splunkd.zone(splunkd.admin)) or 0.0

    def _look_back(self, saved: SavedSearch, planned: Planned, first: float) -> None:
        """Leaves out the runs before the first that is made up for."""
        planned.back = False
        if planned.at < first:
            planned.at = first
            self._tell(saved, "runs were missed: the server was down for too long")

    def _window(self, saved: SavedSearch, period: float) -> float:
        """How many seconds a run may be late."""
        text = saved.setting("schedule_window", "0").strip().lower()
        if text in ("auto", "default"):
            return period
        return saved.number("schedule_window", 0) * 60.0

    def _running(self, saved: SavedSearch) -> int:
        jobs = self._splunkd.jobs.listed("", admin=True)
        same = (job for job in jobs if (job.request.app, job.request.saved) == saved.key)
        return sum(1 for job in same if not job.done and job.request.scheduled is not None)

    def _start(self, key: Key, saved: SavedSearch, planned: Planned, at: float) -> Job:
        splunkd = self._splunkd
        user = splunkd.admin if saved.owner == "nobody" else saved.owner

        def ended(job: Job) -> None:
            problem = trigger(splunkd, saved, job)
            if problem:
                self._tell(saved, problem)
            if at not in planned.running or job.cancelled:
                return
            planned.again = not problem
            if problem:
                planned.failed.add(at)
            planned.running.discard(at)
            with self._keeping():
                self._unfinished.note(key, planned)

        return dispatched(splunkd, saved, user, {}, scheduled=at, after=ended)

    def _tell(self, saved: SavedSearch, text: str) -> None:
        name = f"scheduler:{saved.app}:{saved.name}"
        self._splunkd.messages.say(name, f"The scheduled search {saved.name!r}: {text}")
