"""Cron schedules: the five fields of savedsearches.conf's cron_schedule.

Source: Alerting Manual, "Use cron expressions for alert scheduling": minute, hour, day of the
month, month, day of the week (0 and 7 are Sunday); lists, ranges, steps. When both days are
limited, one of them is enough, as in Unix cron.

The page is silent on daylight-saving changes. As in Unix cron, an hour that the clock strikes twice
has two runs of what runs every hour, and one, the first, of what runs at given hours; a time that
the clock leaves out is the moment at which it is put forward.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from splay.server.errors import RestError

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_PART = re.compile(r"(\*|\d+)(?:-(\d+))?(?:/(\d+))?")
_HOURS = 24
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # the days of each month, at most
_MOST_DAYS = 366 * 40  # a 29 February of a given weekday comes at most forty years later


class Cron:
    """One schedule. RestError 400: text that is none."""

    def __init__(self, text: str) -> None:
        parts = text.split()
        if len(parts) != len(_FIELDS):
            raise RestError(400, f"Invalid cron_schedule: {text!r} has not five fields.")
        sets = [_numbers(text, p, *bounds) for p, bounds in zip(parts, _FIELDS, strict=True)]
        self._minutes, self._hours, self._days, self._months = map(sorted, sets[:4])
        self._hourly = len(self._hours) == _HOURS
        self._weekdays = {day % 7 for day in sets[4]}
        self._either = not parts[2].startswith("*") and not parts[4].startswith("*")
        if not self._either and all(self._days[0] > _LONGEST[month - 1] for month in self._months):
            raise RestError(400, f"Invalid cron_schedule: {text!r} never comes.")

    def after(self, moment: float, zone: tzinfo) -> float:
        """The first time after a moment, epoch seconds."""
        start = datetime.fromtimestamp(moment, zone)
        day = start.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        for number in range(_MOST_DAYS):
            date = (day + timedelta(days=number)).date()
            if not self._has(date.month, date.day, date.isoweekday() % 7):
                continue
            later = (time for time in self._times(date, zone) if time > moment)
            if (first := min(later, default=None)) is not None:
                return first
        raise RestError(400, "The cron_schedule comes no more.")

    def _times(self, date: date, zone: tzinfo) -> Iterator[float]:
        """The times of a day, epoch seconds; where a clock is put back they are not in order."""
        for hour in self._hours:
            for minute in self._minutes:
                time = datetime(date.year, date.month, date.day, hour, minute, tzinfo=zone)
                yield time.timestamp()
                again = time.replace(fold=1).timestamp()
                if self._hourly and again > time.timestamp():
                    yield again

    def _has(self, month: int, day: int, weekday: int) -> bool:
        if month not in self._months:
            return False
        in_month, in_week = day in self._days, weekday in self._weekdays
        return in_month or in_week if self._either else in_month and in_week


def _numbers(text: str, field: str, name: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise RestError(400, f"Invalid cron_schedule: {text!r}: {part!r} is no {name}.")
        first = low if match[1] == "*" else int(match[1])
        last = high if match[1] == "*" or (match[3] and not match[2]) else first
        last = int(match[2]) if match[2] else last
        step = int(match[3] or 1)
        if not low <= first <= last <= high or step < 1:
            raise RestError(400, f"Invalid cron_schedule: {text!r}: {part!r} is no {name}.")
        found.update(range(first, last + 1, step))
    return found
