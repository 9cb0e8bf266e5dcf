"""When a backup is allowed: days, hours, time zone and validity of one row.

All of it is judged by the wall clock of the row's time zone. Where daylight saving repeats an
hour both of them count; an hour that it skips does not exist, and nothing happens in it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from adcs.patterns import BLANKS

APPROVED = "approved"
UNKNOWN = "unknown"
OUTSIDE_WINDOW = "outside_window"
EXPIRED = "expired"

COLUMNS = ("days", "hours", "timezone", "valid_from", "valid_until")

_cells_of_window = itemgetter(*COLUMNS)

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS = {name.lower(): number for number, name in enumerate(DAY_NAMES)}
_HOURS = re.compile(r"(\d\d):([0-5]\d)\s*-\s*(\d\d):([0-5]\d)", re.ASCII)
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d\d):([0-5]\d)", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", re.ASCII)
# Files of the zone database that are no zones: what they stand for differs from server to server.
_OF_THE_SERVER = ("localtime", "posixrules", "factory")
_ANY = ("", "*")
_MIDNIGHT = 24 * 60


class CellError(ValueError):
    """A cell that cannot be used; the text names its column, its value and what to write."""

    def __init__(self, column: str, value: str, advice: str) -> None:
        super().__init__(f'{column} "{value}": {advice}')


class Window(NamedTuple):
    """The times that one row allows. None is no limit.

    days: numbers, Monday 0. hours: minutes since midnight, first included, last excluded; a
    last before the first is on the next day. since, until: wall clock, both included.
    """

    days: frozenset[int] | None
    hours: tuple[int, int] | None
    zone: tzinfo
    since: datetime | None
    until: datetime | None

    def judge(self, epoch: float | None) -> str:
        """The outcome for a time in epoch seconds; None is a time that nobody could read."""
        if self.days is None and self.hours is None and self.since is None and self.until is None:
            return APPROVED
        if epoch is None:
            return UNKNOWN
        wall = wall_clock(epoch, self.zone)
        if self.until is not None and wall > self.until:
            return EXPIRED
        if self.since is not None and wall < self.since:
            return OUTSIDE_WINDOW
        return APPROVED if self._in_week(wall) else OUTSIDE_WINDOW

    def holds(self, first: float, last: float) -> bool:
        """Whether these two times lie in one stretch that it allows, with all between them."""
        if self.judge(first) != APPROVED or self.judge(last) != APPROVED:
            return False
        begin, end = wall_clock(first, self.zone), wall_clock(last, self.zone)
        if self.hours is None or self.hours == (0, _MIDNIGHT):
            days = (end.date() - begin.date()).days
            return all((begin.weekday() + step) % 7 in self._days for step in range(min(days, 7)))
        # Where clocks change in between, hours may end and begin again on the same day.
        unchanged = (end - begin).total_seconds() == last - first
        return unchanged and self._began(begin) == self._began(end)

    @property
    def _days(self) -> frozenset[int]:
        return frozenset(range(7)) if self.days is None else self.days

    def _in_week(self, wall: datetime) -> bool:
        first, last = self.hours or (0, _MIDNIGHT)
        minute = _minute(wall)
        inside = first <= minute < last if first < last else minute >= first or minute < last
        return inside and self._began(wall).weekday() in self._days

    def _began(self, wall: datetime) -> date:
        """The day on which the hours began that hold this time; one over midnight is that day's."""
        first, last = self.hours or (0, _MIDNIGHT)
        yesterday = first > last and _minute(wall) < last
        return wall.date() - timedelta(days=yesterday)


def _minute(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute


def wall_clock(epoch: float, zone: tzinfo) -> datetime:
    """The local date and time, without a zone."""
    return datetime.fromtimestamp(epoch, zone).replace(tzinfo=None)


def read_window(cells: dict[str, str]) -> Window:
    """The window of a row's cells; raises CellError for the first that cannot be used."""
    return _window(*_cells_of_window(cells))


@lru_cache(maxsize=1024)  # the rows of a long list share a few windows
def _window(days: str, hours: str, zone: str, valid_from: str, valid_until: str) -> Window:
    since = read_moment("valid_from", valid_from, time.min)
    until = read_moment("valid_until", valid_until, time.max)
    if since is not None and until is not None and since > until:
        raise CellError("valid_until", valid_until, "is before valid_from: swap them")
    return Window(read_days(days), read_hours(hours), read_zone(zone), since, until)


def read_days(text: str) -> frozenset[int] | None:
    """`Mon-Fri`, `Sat,Sun`, `Fri-Mon` (over the weekend) as day numbers, Monday 0."""
    if text in _ANY:
        return None
    days: set[int] = set()
    for part in text.lower().split(","):
        first, dash, last = (piece.strip(BLANKS) for piece in part.partition("-"))
        if first not in _DAYS or (dash and last not in _DAYS):
            raise CellError("days", text, "write days such as Mon-Fri or Sat,Sun")
        begin, end = _DAYS[first], _DAYS[last or first]
        days.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return frozenset(days)


def read_hours(text: str) -> tuple[int, int] | None:
    """`22:00-04:00` as minutes since midnight."""
    if text in _ANY:
        return None
    found = _HOURS.fullmatch(text)
    if found:
        begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
        begin, end = begin_hour * 60 + begin_minute, end_hour * 60 + end_minute
        if begin < _MIDNIGHT and end <= _MIDNIGHT and begin != end:
            return begin, end
    raise CellError("hours", text, "write hours such as 22:00-04:00, or nothing for all day")


def read_zone(text: str) -> tzinfo:
    """A fixed offset (`UTC+02:00`, `+02:00`), `UTC` (also when empty) or an IANA name."""
    if text.upper() in ("", "UTC", "GMT", "Z"):
        return timezone.utc
    found = _OFFSET.fullmatch(text)
    if found and int(found[2]) <= 14:
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-offset if found[1] == "-" else offset)
    if text.lower().rpartition("/")[2] in _OF_THE_SERVER:
        raise CellError(
            "timezone",
            text,
            "that is the zone of whichever server reads it: write a fixed offset such as "
            "UTC+02:00, or an IANA name such as Europe/Berlin",
        )
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # no such name; no name at all; a folder of zones
        raise CellError(
            "timezone",
            text,
            "this machine knows no such zone (Windows has no zone data): write a fixed offset "
            "such as UTC+02:00, or an IANA name such as Europe/Berlin where there is zone data",
        ) from None


def read_moment(column: str, text: str, time_of_day: time) -> datetime | None:
    """A date or a date with a time, as a wall clock; a bare date takes the given time of day."""
    if text in _ANY:
        return None
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(datetime.fromisoformat(text), time_of_day)
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # the form is right but there is no such day or time: the same advice
    raise CellError(column, text, "write a date such as 2026-03-31 or 2026-03-31T18:00")
