"""A time as it stands in a text: its parts, its place, and the moment that it means.

Automatic recognition (`FORMS`) and TIME_FORMAT (`splay.store.parsing.timestamps`) both are regular
expressions whose groups are named after the variables of strptime; what they mean is told here.
Source: Getting Data In, "Configure timestamp recognition", "Specify time zones for timestamps".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from typing import NamedTuple, TypeAlias

from splay.eval.times.timevars import MONTHS

DAY = 86400
Parts: TypeAlias = "Mapping[str, str | None]"
"""The parts of a time by the names of their groups."""
_MONTH = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
ZONES = {
    **dict.fromkeys(("UTC", "GMT", "Z", "WET", "UCT"), 0),
    **{"NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5},
    **{"MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10},
    **{"BST": 1, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3},
    **{"SAST": 2, "MSK": 3, "MSD": 4, "IST": 5.5, "SGT": 8, "HKT": 8, "AWST": 8, "JST": 9},
    **{"KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13},
}
"""Hours ahead of UTC of the zones that are known by an abbreviation. IST is India's, CST and AST
America's."""

MONTH_NAME = "|".join(
    f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in MONTHS if name != "September"
)
MONTH_NAME += "|Sept?(?:ember)?"
ABBREVIATION = "|".join(sorted((name for name in ZONES if len(name) > 1), key=len, reverse=True))
"""The abbreviations of `ZONES`, as an expression."""
ZONE = (
    r"(?:\s?(?:(?:UTC|GMT)\s?)?(?P<z>[+-]\d\d:?\d\d)(?![\d:.-])|(?P<zh>[+-]\d\d)(?![\d:.-])"
    rf"|\s?(?P<Z>Z|{ABBREVIATION})(?![A-Za-z0-9])|\s\((?P<ZP>{ABBREVIATION})\))?"
)
CLOCK = (
    r"(?P<H>[01]?\d|2[0-3]):(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d|60)(?:[.,:](?P<frac>\d{1,9}))?)?(?!\d)"
    r"(?:\s?(?P<p>[AP])\.?M\b\.?)?" + ZONE
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)"
_YEAR = r"(?:19[7-9]\d|20\d\d)(?!\d)"
_NUMBER = r"(?:0?[1-9]|1[0-2])"
_SHORT_YEAR = r"(?P<y>\d\d)(?=[\s,T]{1,3}\d\d?:\d\d|:\d\d:\d\d:\d\d)"
_THEN = rf"(?:(?:[T\s:,_-]|\s?-\s|,?\s+(?:at\s+)?){CLOCK})?"
_SPELLED = {
    "iso": rf"(?P<Y>(?:19[7-9]|20\d)\d)(?P<sep>[-/.])(?P<m>{_NUMBER})(?P=sep)(?P<d>{_DAY}){_THEN}",
    "slashed": rf"(?P<a>\d\d?)(?P<sep>[-/])(?P<b>\d\d?)(?P=sep)(?:(?P<Y>{_YEAR})|{_SHORT_YEAR})"
    rf"{_THEN}",
    "dotted": rf"(?P<d>\d\d?)\.(?P<m>{_NUMBER})\.(?P<Y>{_YEAR})(?!\.\d){_THEN}",
    "day_month": rf"(?P<d>\d\d?)(?:st|nd|rd|th)?[\s/.-]?(?P<mon>{MONTH_NAME})\.?[\s/.,-]{{1,2}}"
    rf"(?:(?P<Y>{_YEAR})|{_SHORT_YEAR}){_THEN}",
    "day_month_time": rf"(?P<d>\d\d?)[\s-](?P<mon>{MONTH_NAME})[\s-]+{CLOCK}",
    "month_day_year": rf"(?P<mon>{MONTH_NAME})\.?[\s-]{{1,2}}(?P<d>\d\d?)(?:st|nd|rd|th)?,?[\s-]+"
    rf"(?P<Y>{_YEAR})(?!:){_THEN}",
    "month_day_time": rf"(?P<mon>{MONTH_NAME})\.?[\s-]{{1,2}}(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s+"
    rf"{CLOCK}(?:\s+(?P<Y>{_YEAR}))?",
    "compact": r"(?P<Y>(?:19[7-9]|20\d)\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])[T_ -]?"
    r"(?P<H>[01]\d|2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)(?:[.,](?P<frac>\d{1,9}))?(?!\d)" + ZONE,
    "compact_date": r"(?P<Y>(?:19[7-9]|20\d)\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])"
    rf"[T_ -]{CLOCK}",
    "epoch": r"""(?:\A|(?<=[\s#,"'=(\[|{:<>]))(?P<s>1\d{9})(?:\.(?P<frac>\d{1,9})"""
    r"""|(?P<sub>\d{3}|\d{6}|\d{9}))?(?![\d.]*\d)""",
}


class Form:
    """A form of time: an expression, and the numbers of the groups that tell times within an hour
    apart (0: it has none such). It is compiled when it is first used."""

    def __init__(self, name: str, spelled: str) -> None:
        self.name = name
        self._spelled = spelled

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The expression."""
        return re.compile(self._spelled, re.IGNORECASE | re.ASCII)

    @cached_property
    def match(self) -> Callable[..., re.Match[str] | None]:
        """What looks for it at one place of a text."""
        numbers = self.pattern.groupindex
        self.minute, self.second = numbers.get("M", 0), numbers.get("S", 0)
        self.fraction, self.epoch = numbers.get("frac", 0), numbers.get("s", 0)
        self.sub = numbers.get("sub", 0)
        return self.pattern.match

    def places(self, text: str) -> Iterator[re.Match[str]]:
        """Where it stands in a text."""
        place = 0
        while found := self.pattern.search(text, place):
            yield self.match(text, found.start()) or found
            place = max(found.end(), place + 1)


FORMS = tuple(Form(name, spelled) for name, spelled in _SPELLED.items())
"""The forms of time that are recognised by themselves; at one place at most one of them fits."""
TIME_ALONE = Form("time", rf"\W{{0,2}}(?=\d\d?:\d\d:\d\d){CLOCK}")
"""A time without a date, at the beginning of a text."""


class Stamp(NamedTuple):
    """A time found in a text: seconds since 1970, and its place."""

    time: float
    start: int
    end: int
    found: re.Match[str]


@dataclass(eq=False)
class Reading:
    """How a time's parts are understood.

    tz: the zone of one that names none. now: gives a year that is missing. date: the day of a time
    alone; None: there is none. aliases: hours ahead of UTC of abbreviations, before `ZONES`.
    """

    tz: tzinfo = UTC
    now: float = 0.0
    date: tuple[int, int, int] | None = None
    aliases: tuple[tuple[str, float], ...] = ()
    _hours: dict[tuple[str, str, str], float | None] = field(default_factory=dict)

    def stamp(self, found: re.Match[str], form: Form) -> Stamp | None:
        """The time that the groups of a form give; None where there is no such time."""
        fraction = found[form.fraction] if form.fraction else None
        if form.epoch:
            if fraction is None and form.sub:
                fraction = found[form.sub]
            time = float(found[form.epoch])
        else:
            hour = self._within(found, form, fraction)
            if hour is None:
                return None
            time = hour
        if fraction:
            time += float("0." + fraction)
        return Stamp(time, found.start(), found.end(), found)

    def _within(self, found: re.Match[str], form: Form, fraction: str | None) -> float | None:
        """The time without its fraction. Of times that differ only within an hour, the hour is
        worked out once."""
        text = found.string
        minute, behind = found.span(form.minute) if form.minute else (-1, -1)
        if minute < 0:
            return self.hour(found)
        second = found[form.second] if form.second else None
        if second:
            behind = found.end(form.fraction if fraction else form.second)
        key = (form.name, text[found.start() : minute], text[behind : found.end()])
        try:
            start = self._hours[key]
        except KeyError:
            if len(self._hours) > 10_000:
                self._hours.clear()
            start = self._hours[key] = self.hour(found)
        if start is None:
            return None
        time = start + 60 * int(found[form.minute])
        return time + min(int(second), 59) if second else time  # 60 is a leap second

    def hour(self, found: re.Match[str]) -> float | None:
        """When the hour begins that a text names; None: there is no such hour."""
        try:
            hour = self._hour(found.groupdict())
            if hour is None:
                return None
            clock, offset = hour
            zone = self.tz if offset is None else timezone(timedelta(minutes=offset))
            seconds = clock.replace(tzinfo=zone).timestamp()
        except (ValueError, OverflowError):
            return None
        return seconds if seconds >= 0 else None

    def clock(self, stamp: Stamp) -> tuple[datetime, int | None] | None:
        """What a stamp's text says: the date and time as written, and how many minutes its zone is
        ahead of UTC; None: it names none. None for seconds since 1970, which say neither."""
        parts = stamp.found.groupdict()
        if "s" in parts:
            return None
        hour = self._hour(parts)
        if hour is None:
            return None
        moment, offset = hour
        minute, second = int(parts.get("M") or 0), min(int(parts.get("S") or 0), 59)
        return moment.replace(minute=minute, second=second), offset

    def _hour(self, parts: Parts) -> tuple[datetime, int | None] | None:
        """The hour that the parts say, and its zone. ValueError: there is no such hour."""
        clock = self._clock(parts)
        return None if clock is None else (clock, self._offset(parts))

    def _clock(self, parts: Parts) -> datetime | None:
        day = self._date(parts)
        if day is None:
            return None
        hour = int(parts.get("H") or 0)
        half = parts.get("p")
        if half:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half in "pP" else 0)
        return datetime(*day, hour)

    def _date(self, parts: Parts) -> tuple[int, int, int] | None:
        year = _year(parts)
        if parts.get("j"):
            first = datetime(year or self._today().year, 1, 1)
            day = first + timedelta(days=int(parts["j"] or 0) - 1)
            return day.year, day.month, day.day
        if parts.get("a"):
            month, date = int(parts["a"] or 0), int(parts["b"] or 0)
            if month > 12:
                month, date = date, month
        else:
            name, number = parts.get("mon"), parts.get("m")
            month = _MONTH[name[:3].lower()] if name else int(number or 0)
            date = int(parts.get("d") or 0)
        if not month and not date:
            return self.date
        if not month or not date:
            return None
        return year or self._likely_year(month, date), month, date

    def _likely_year(self, month: int, day: int) -> int:
        """This year, or the one before where this year's day is still to come."""
        today = self._today() + timedelta(days=2)
        return today.year - ((month, day) > (today.month, today.day))

    def _today(self) -> datetime:
        return datetime.fromtimestamp(self.now, self.tz)

    def _offset(self, parts: Parts) -> int | None:
        """Minutes ahead of UTC."""
        text = parts.get("z") or parts.get("zh")
        if text:
            if text in ("Z", "z"):
                return 0
            digits = text[1:].replace(":", "").ljust(4, "0")
            minutes = int(digits[:2]) * 60 + int(digits[2:4])
            if minutes >= 24 * 60:
                raise ValueError(text)
            return -minutes if text[0] == "-" else minutes
        name = (parts.get("Z") or parts.get("ZP") or "").upper()
        if not name:
            return None
        hours = dict(self.aliases).get(name, ZONES.get(name))
        return None if hours is None else int(hours * 60)


def _year(parts: Parts) -> int:
    """The year, 0 for none; of two digits as POSIX has it: 69 to 99 are 1969 to 1999."""
    if parts.get("Y"):
        return int(parts["Y"] or 0)
    if not parts.get("y"):
        return 0
    short = int(parts["y"] or 0)
    return short + (1900 if short >= 69 else 2000)
