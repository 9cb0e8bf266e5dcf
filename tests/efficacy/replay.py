"""Replays months of a schedule through splay's own scheduler, on a clock of its own.

What counts is what Enterprise Security would show: the risk events of the index risk. An alert is
one result of one run that raises risk; it names the backups whose events it counts.

    missed     a backup that no alert names
    repeated   an alert that names the very backups that an earlier one has named
    regrouped  an alert without a new backup that names them in other company than before
    again      a backup named again by an alert that names a new one as well
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from random import Random

from splay.server.alerts import Alerts
from splay.server.jobs.job import Job
from splay.server.objects.acl import Acl
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from splay.store.event import Event, Need, ReadReport, Store
from splay.store.literalscan import LiteralScan
from tests.detection.searching import ROOT, RULE
from tests.efficacy.backups import HOUR, MINUTE, Backup, Trial
from tests.sample_events import Style, event, render

APP = "DA-ESS-ADCSBackup"
Group = tuple[str, str]
Named = tuple[str, str, int]
"""A backup as a search sees it: computer, caller, microseconds."""
_PAIR = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_SEARCHABLE_AFTER = MINUTE  # at most, from the moment at which an event is indexed
_PATIENCE = 60  # real seconds for one run


@dataclass
class Outcome:
    """What a schedule made of a trial. wait: the longest from arrival to alert, seconds."""

    backups: int = 0
    events: int = 0
    runs: int = 0
    alerts: int = 0
    missed: int = 0
    repeated: int = 0
    regrouped: int = 0
    again: int = 0
    wait: float = 0.0


@dataclass(order=True)
class Held:
    """A run that takes its time."""

    until: float
    job: Job = field(compare=False)
    go: Callable[[], None] = field(compare=False)


class Simulated(Splunkd):
    """A server whose clock, zone and speed are the trial's."""

    def __init__(self, trial: Trial, rng: Random) -> None:
        self.now = trial.start
        self.held: list[Held] = []
        self._trial, self._rng = trial, rng
        super().__init__([ROOT], None, "admin", "password", "", clock=lambda: self.now)

    def zone(self, user: str) -> tzinfo:
        """The search head's."""
        return self._trial.zone

    def start_job(self, job: Job, store: Store, after: Callable[[Job], None] | None = None) -> None:
        """At once, or, if it is slow, when it is let go."""
        self.jobs.add(job)
        slow = self._rng.uniform(0, 100) < self._trial.slow
        until = self.now + (self._rng.uniform(10 * MINUTE, 5 * HOUR) if slow else 0)
        held = Held(until, job, lambda: self.jobs.start(job, store, after))
        heapq.heappush(self.held, held)


class Replay:
    """One trial under one schedule. settings: what a local/savedsearches.conf would say."""

    def __init__(self, trial: Trial, settings: Mapping[str, str], seed: int) -> None:
        rng = Random(f"{seed} replay")
        self._trial = trial
        self._splunkd = Simulated(trial, rng)
        # dispatch.buckets has splay keep the events behind each result.
        self._write("savedsearches", RULE, {**settings, "dispatch.buckets": "1"})
        enrich = "windows_steal_authentication_certificates_cs_backup_enrich"
        self._write("macros", enrich, {"definition": "search *"})
        self._scheduler = Scheduler(self._splunkd)
        self._arriving = [
            (arrival + rng.uniform(0, _SEARCHABLE_AFTER), arrival, backup)
            for backup in trial.backups
            for arrival in backup.arrivals
        ]
        self._arriving.sort(key=lambda one: one[0], reverse=True)
        self._arrived: dict[Named, float] = {}
        self._named: set[Named] = set()
        self._alerted: set[frozenset[Named]] = set()
        self.outcome = Outcome(len(trial.backups), len(self._arriving))

    def _write(self, conf: str, name: str, settings: Mapping[str, str]) -> None:
        acl = Acl(APP, "nobody", "app")
        self._splunkd.catalog.write(conf, name, dict(settings), acl, private=False)

    def run(self) -> Outcome:
        """Lets the time pass until every event has been seen by the last run."""
        try:
            last = [one[0] for one in self._arriving] + [up for _, up in self._trial.outages]
            end = max(last) + 8 * HOUR
            outages = [*self._trial.outages, (end, end)]
            moment = self._trial.start
            for begin, up in outages:
                while moment < begin:
                    self._tick(moment)
                    moment = self._next(moment, begin)
                self._go_down(begin)
                moment = up
            self.outcome.missed = len(self._arrived.keys() - self._named)
            return self.outcome
        finally:
            self._splunkd.close()

    def _next(self, moment: float, end: float) -> float:
        """The next look: a minute after the full hour, when a slow run ends, or at the end."""
        following = (moment - MINUTE) // HOUR * HOUR + HOUR + MINUTE
        slow = [held.until for held in self._splunkd.held if held.until > moment]
        return min([following, end, *slow])

    def _go_down(self, moment: float) -> None:
        """What runs is cut off; another scheduler takes over."""
        splunkd = self._splunkd
        splunkd.now = moment
        while splunkd.held:
            held = heapq.heappop(splunkd.held)
            held.job.cancel()
            held.go()
            assert held.job.settled.wait(_PATIENCE)
            splunkd.jobs.remove(held.job)
        splunkd.alerts = Alerts(splunkd.folder / "throttled.json")
        self._scheduler = Scheduler(splunkd)

    def _tick(self, moment: float) -> None:
        """One look at the schedule, and all that follows from it."""
        splunkd = self._splunkd
        splunkd.now = moment
        self._deliver(moment)
        self._let_go(moment)
        while started := self._scheduler.tick(moment):
            self._let_go(moment)
            if all(job.context.now + HOUR > moment for job in started):
                return  # the run of this hour: nothing more is due

    def _deliver(self, moment: float) -> None:
        """Indexes what has become searchable."""
        some = []
        while self._arriving and self._arriving[-1][0] <= moment:
            _, arrival, backup = self._arriving.pop()
            some.append(indexed(backup, arrival))
            self._arrived.setdefault(_name(backup.computer, backup.caller, backup.time), arrival)
        if some:
            self._splunkd.indexes.append(some)

    def _let_go(self, moment: float) -> None:
        """Runs that have had their time."""
        held = self._splunkd.held
        while held and held[0].until <= moment:
            job = held[0].job
            heapq.heappop(held).go()
            assert job.settled.wait(_PATIENCE)
            assert job.state == "DONE", job.messages
            self._read(job)
            self._splunkd.jobs.remove(job)

    def _read(self, job: Job) -> None:
        """Which backups the alerts of a run name."""
        self.outcome.runs += 1
        groups: dict[Group, set[Named]] = {}
        for row in job.events().page(slice(None)).rows:
            group = str(row["dest"]), str(row["Caller_User_Name"])
            named = _name(*group, float(str(row["_time"])))
            groups.setdefault(group, set()).add(named)
        for group in self._alerts(job):
            self._count(groups[group])

    def _alerts(self, job: Job) -> list[Group]:
        """The risk events of a run."""
        now = self._splunkd.now
        index = self._splunkd.indexes.get("risk")
        need = Need(index_earliest=now // 1)
        found = index.scan(need, LiteralScan(()), ReadReport(), lambda: True)
        pairs = [dict(_PAIR.findall(one.raw)) for one in found]
        mine = [one for one in pairs if one["orig_sid"] == job.sid]
        return [(one["dest"], one["Caller_User_Name"]) for one in mine]

    def _count(self, backups: set[Named]) -> None:
        new = backups - self._named
        self.outcome.alerts += 1
        if new:
            self.outcome.again += len(backups) - len(new)
        elif frozenset(backups) in self._alerted:
            self.outcome.repeated += 1
        else:
            self.outcome.regrouped += 1
        self._alerted.add(frozenset(backups))
        waits = [self._splunkd.now - self._arrived[one] for one in new]
        self.outcome.wait = max([self.outcome.wait, *waits])
        self._named |= new


def _name(computer: str, caller: str, time: float) -> Named:
    return computer, caller, round(time * 1e6)


def indexed(backup: Backup, arrival: float) -> Event:
    """The event of a backup as it stands in an index."""
    made = event(
        4876,
        computer=backup.computer,
        time=datetime.fromtimestamp(backup.time, UTC),
        record=backup.number,
        data={"SubjectUserName": backup.caller},
    )
    source = "XmlWinEventLog:Security"
    return Event(
        render(made, Style()),
        backup.time,
        backup.computer,
        source,
        "XmlWinEventLog",
        "main",
        arrival,
    )
