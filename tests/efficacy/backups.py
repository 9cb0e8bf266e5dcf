"""Backups as they happen and as their events arrive: what a schedule has to cope with.

A case is a function of a random generator: the same seed gives the same backups. Times are epoch
seconds; in the month after START Berlin's clocks are put back, in that after SPRING forward.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from random import Random
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
START = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
SPRING = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
BERLIN = ZoneInfo("Europe/Berlin")
CAS, CALLERS = 100, 3
WEEK = 7 * DAY


@dataclass(frozen=True)
class Backup:
    """One backup. time: as its event says. arrivals: when the event is indexed, each time."""

    number: int
    computer: str
    caller: str
    time: float
    arrivals: tuple[float, ...]


@dataclass(frozen=True)
class Trial:
    """What happens. outages: from when to when the search head is down.

    slow: of how many runs in a hundred it is that take 10 minutes to 5 hours.
    """

    backups: list[Backup]
    start: float
    days: float
    zone: tzinfo = UTC
    outages: tuple[tuple[float, float], ...] = ()
    slow: int = 0


@dataclass(frozen=True)
class Case:
    """One kind of trouble. make: changes an undisturbed trial."""

    name: str
    what: str
    make: Callable[[Trial, Random], Trial]
    start: float = START
    others: tuple[str, ...] = ()  # other schedules that are shown on it, too

    def trial(self, count: int, days: float, seed: int) -> Trial:
        """So many backups in so many days."""
        rng = Random(f"{seed} {self.name}")
        return self.make(Trial(_backups(count, self.start, days, rng), self.start, days), rng)


def _backups(count: int, start: float, days: float, rng: Random) -> list[Backup]:
    """At any second; one in fifty follows another one of the same caller within ten minutes.

    No two have the same time: the microseconds are the backup's number.
    """
    made: list[Backup] = []
    for number in range(count):
        if made and rng.random() < 0.02:
            before = rng.choice(made)
            computer, caller = before.computer, before.caller
            second = math.floor(before.time + rng.uniform(1, 600))
        else:
            computer = f"ca{rng.randrange(CAS):02}.example.com"
            caller = f"svc-backup-{rng.randrange(CALLERS)}"
            second = math.floor(start + rng.uniform(0, days * DAY))
        time = second + number / 1e6
        made.append(Backup(number, computer, caller, time, (time + rng.uniform(0, 120),)))
    return made


def _arriving(trial: Trial, arrive: Callable[[Backup], tuple[float, ...]]) -> Trial:
    return replace(trial, backups=[replace(b, arrivals=arrive(b)) for b in trial.backups])


def _any_delay(rng: Random, longest: float) -> float:
    """From 1 second on: each order of magnitude is as likely as any other."""
    return math.exp(rng.uniform(0, math.log(longest)))


def on_time(trial: Trial, rng: Random) -> Trial:
    """Nothing happens."""
    return trial


def late(trial: Trial, rng: Random) -> Trial:
    """Each event takes its own time."""
    return _arriving(trial, lambda b: (b.time + _any_delay(rng, WEEK),))


def weeks_late(trial: Trial, rng: Random) -> Trial:
    """Each event waits on its CA for longer than a week, and less than the search looks back."""
    return _arriving(trial, lambda b: (b.time + rng.uniform(8, 29) * DAY,))


def out_of_order(trial: Trial, rng: Random) -> Trial:
    """Each CA's forwarder is cut off for 1 to 12 hours a day, then sends all it has, shuffled."""
    cut = {}
    for ca in range(CAS):
        for day in range(int(trial.days) + 1):
            begin = trial.start + day * DAY + rng.uniform(0, 12) * HOUR
            cut[f"ca{ca:02}.example.com", day] = begin, begin + rng.uniform(1, 12) * HOUR

    def arrive(backup: Backup) -> tuple[float, ...]:
        begin, end = cut.get((backup.computer, int((backup.time - trial.start) / DAY)), (0, 0))
        if begin <= backup.time < end:
            return (end + rng.uniform(0, 5 * MINUTE),)
        return backup.arrivals

    return _arriving(trial, arrive)


def sent_again_at_once(trial: Trial, rng: Random) -> Trial:
    """As a forwarder does that heard no acknowledgement."""
    return _arriving(trial, lambda b: (*b.arrivals, b.arrivals[0] + rng.uniform(1, 5 * MINUTE)))


def sent_again_later(trial: Trial, rng: Random) -> Trial:
    """As a forwarder does that lost its place, event by event."""
    return _arriving(trial, lambda b: (*b.arrivals, b.arrivals[0] + _any_delay(rng, WEEK)))


def skewed(trial: Trial, rng: Random) -> Trial:
    """The clocks of three CAs in ten are off by up to two days, those of the others by minutes."""
    skew = {
        f"ca{ca:02}.example.com": rng.uniform(-2, 2) * (DAY if ca % 10 < 3 else 5 * MINUTE)
        for ca in range(CAS)
    }

    def changed(backup: Backup) -> Backup:
        shifted = math.floor(backup.time + skew[backup.computer]) + backup.number / 1e6
        return replace(backup, time=shifted)

    return replace(trial, backups=[changed(backup) for backup in trial.backups])


def _outages(count: int, shortest: float, longest: float, trial: Trial, rng: Random) -> Trial:
    """So many, one in each of as many parts of the time."""
    part = trial.days * DAY / count
    found = []
    for number in range(count):
        length = rng.uniform(shortest, longest)
        begin = trial.start + number * part + rng.uniform(HOUR, max(part - length - 2 * DAY, HOUR))
        found.append((begin, begin + length))
    return replace(trial, outages=tuple(found))


def down_for_hours(trial: Trial, rng: Random) -> Trial:
    """Each ten days the search head is down for 1 to 20 hours."""
    return _outages(max(1, int(trial.days / 10)), HOUR, 20 * HOUR, trial, rng)


def down_for_days(trial: Trial, rng: Random) -> Trial:
    """Longer than the 24 hours that Splunk makes up for."""
    return _outages(max(1, int(trial.days / 30)), 30 * HOUR, 50 * HOUR, trial, rng)


def slow_runs(trial: Trial, rng: Random) -> Trial:
    """One run in five takes so long that the next ones would overlap it."""
    return replace(trial, slow=20)


def clocks_changed(trial: Trial, rng: Random) -> Trial:
    """The search head is in Berlin."""
    return replace(trial, zone=BERLIN)


def everything(trial: Trial, rng: Random) -> Trial:
    """All of it at once, but for events that come twice."""
    for change in (late, skewed, down_for_hours, slow_runs, clocks_changed):
        trial = change(trial, rng)
    return trial


THROTTLES = ("unthrottled", "six hours")
CASES = (
    Case("on time", "events arrive within 2 minutes", on_time),
    Case(
        "late",
        "events arrive 1 second to 7 days late",
        late,
        others=("unthrottled", "six hours", "ten days"),
    ),
    Case("weeks late", "events arrive 8 to 29 days late", weeks_late, others=("ten days",)),
    Case("out of order", "forwarders cut off 1 to 12 hours a day, then all at once", out_of_order),
    Case("clock skew", "CA clocks off by up to 2 days", skewed),
    Case("search head down", "for 1 to 20 hours, every 10 days", down_for_hours),
    Case("search head down for days", "for 30 to 50 hours, every 30 days", down_for_days),
    Case("overlapping runs", "one run in five takes 10 minutes to 5 hours", slow_runs),
    Case("clocks put back", "the search head's zone is Berlin, autumn", clocks_changed),
    Case("clocks put forward", "the search head's zone is Berlin, spring", clocks_changed, SPRING),
    Case(
        "all of it",
        "late, skew, down for hours, overlapping, autumn",
        everything,
        others=("ten days",),
    ),
    Case(
        "twice, at once", "each event again within 5 minutes", sent_again_at_once, others=THROTTLES
    ),
    Case("twice, later", "each event again within 7 days", sent_again_later, others=THROTTLES),
)
