"""Time modifiers: what earliest= and latest= say, as epoch seconds.

Hours and shorter are spans of seconds; days and longer move the local calendar, so that
-1d is the same wall-clock time across a daylight-saving change.
Source: Splunk Search Reference, "Time modifiers"; Search Manual, "Specify time modifiers in
your search".
"""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta, tzinfo

from splay.errors import SplError, UnsupportedError

_UNITS = {
    "s": "s sec secs second seconds",
    "m": "m min mins minute minutes",
    "h": "h hr hrs hour hours",
    "d": "d day days",
    "w": "w week weeks",
    "mon": "mon month months",
    "q": "q qtr qtrs quarter quarters",
    "y": "y yr yrs year years",
}
UNIT = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings.split()}
"""Each spelling of a unit of time, and the unit: s m h d w mon q y."""
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"mon": 1, "q": 3, "y": 12}
_EPOCH = re.compile(r"\d{1,12}(?:\.\d+)?")
_STEP = re.compile(r"([+-])(\d{0,9})([a-z]+)|@(w[0-7]|[a-z]+)")
_US = re.compile(r"\d{1,2}/\d{1,2}/\d{4}(:\d{1,2}:\d{1,2}:\d{1,2})?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_HINT = "Write for example -24h@h, @d, now, 10/31/2025:14:00:00, 2025-10-31T14:00:00 or an epoch"


def resolve(modifier: str, now: float, tz: tzinfo, at: int = 0) -> float | None:
    """Epoch seconds of a time modifier; None for "", 0 and all time: no bound.

    tz: the zone of snapping and of dates without an offset. `at`: its place in the search.
    SplError: not a time modifier; UnsupportedError: real-time ones.
    """
    text = modifier.strip()
    if text.lower() in ("", "0", "all time", "alltime"):
        return None
    if text.lower() in ("now", "now()"):
        return now
    if _EPOCH.fullmatch(text):
        return float(text) or None
    if text.lower().startswith("rt"):
        raise UnsupportedError(f"the real-time modifier {text!r} is not supported", at=at)
    try:
        absolute = _absolute(text, tz)
        return absolute if absolute is not None else _relative(text, now, tz, at)
    except (ValueError, OverflowError) as error:
        raise SplError(f"{text!r} is not a possible time", at=at, hint=_HINT) from error


def _absolute(text: str, tz: tzinfo) -> float | None:
    if match := _US.fullmatch(text):
        fmt = "%m/%d/%Y:%H:%M:%S" if match[1] else "%m/%d/%Y"
        return datetime.strptime(text, fmt).replace(tzinfo=tz).timestamp()
    if _ISO.fullmatch(text):
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=tz)).timestamp()
    return None


def _relative(text: str, now: float, tz: tzinfo, at: int) -> float:
    """Steps from left to right: offsets such as -1d and snaps such as @h."""
    lowered = text.lower()
    pos = 3 if lowered.startswith("now") else 0
    moment = now
    while pos < len(lowered):
        step = _STEP.match(lowered, pos)
        if step is None:
            raise SplError(f"{text!r} is not a time modifier", at=at, hint=_HINT)
        name = step[4] or step[3]
        week = re.fullmatch(r"w([0-7])", name) if step[4] else None
        unit = "w" if week else UNIT.get(name)
        if unit is None:
            raise SplError(f"{name!r} in {text!r} is not a unit of time", at=at, hint=_HINT)
        if step[4]:
            moment = _snap(moment, unit, int(week[1]) % 7 if week else 0, tz)
        else:
            moment = _move(moment, int(step[1] + (step[2] or "1")), unit, tz)
        pos = step.end()
    return moment


def _move(moment: float, count: int, unit: str, tz: tzinfo) -> float:
    if unit in _SECONDS:
        return moment + count * _SECONDS[unit]
    local = datetime.fromtimestamp(moment, tz)
    if unit in _DAYS:
        return (local + timedelta(days=count * _DAYS[unit])).timestamp()
    months = local.year * 12 + local.month - 1 + count * _MONTHS[unit]
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(year)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).timestamp()


def _snap(moment: float, unit: str, weekday: int, tz: tzinfo) -> float:
    """Down to the start of the unit; a week starts on `weekday`, 0 for Sunday."""
    local = datetime.fromtimestamp(moment, tz).replace(microsecond=0)
    if unit == "s":
        return local.timestamp()
    local = local.replace(second=0)
    if unit == "m":
        return local.timestamp()
    local = local.replace(minute=0)
    if unit == "h":
        return local.timestamp()
    local = local.replace(hour=0, fold=0)
    if unit == "w":
        local -= timedelta(days=(local.isoweekday() - weekday) % 7)
    elif unit in _MONTHS:
        month = {"mon": local.month, "q": (local.month - 1) // 3 * 3 + 1, "y": 1}[unit]
        local = local.replace(day=1, month=month)
    return local.timestamp()
