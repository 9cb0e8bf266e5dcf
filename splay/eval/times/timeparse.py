"""Reads a time out of text by a format: strptime, and the fallback to today's date.

As the documentation's own examples need it: spaces in the format match any number of them,
names are short or long in either case, leading zeros are optional, `.%N` may be missing from
the text, and a fraction has as many digits as stand there. Text after the match is ignored, as
strptime(3) does. A month without a day gives nothing. A date before 1971 is read, though the page
says that it is not: 69 for %y was measured to give 1969 (Splunk 10.4.3). Weeks (%U, %V,
%W), their years (%G, %g) and days of the week are read, and say nothing of the date.
Source: Splunk Search Reference, "Date and Time functions" (strptime).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from splay.eval.times.timevars import DAYS, MONTHS, UnsupportedVariable, split_format

_ABBREVIATIONS = {"UTC": 0, "GMT": 0, "Z": 0, "EDT": -4, "EST": -5, "CDT": -5}
_ABBREVIATIONS |= {"CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8}
_READ = {
    **dict.fromkeys(("A", "a"), "|".join(f"{day}|{day[:3]}" for day in DAYS)),
    **dict.fromkeys(("B", "b"), "|".join(f"{month}|{month[:3]}" for month in MONTHS)),
    **dict.fromkeys("CdegHIklMmSUVWy", r"\d{1,2}"),
    **dict.fromkeys(("u", "w"), r"\d"),
    **dict.fromkeys(("z", ":z", "::z", ":::z"), r"Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?"),
    **dict.fromkeys("GY", r"\d{4}"),
    "Z": r"[A-Za-z]+",
    "j": r"\d{1,3}",
    "p": r"[AaPp][Mm]",
    "s": r"-?\d{1,12}",
    "X": r"\d{1,2}:\d\d:\d\d",
    "x": r"\d{1,2}/\d{1,2}/\d{4}",
}
_Fields = dict[str, str]


def strptime(text: str, fmt: str, tz: tzinfo, now: float | None = None) -> float | None:
    """Seconds since 1970 of the time that the text gives, or None if it does not fit.

    tz: the zone of a time without one. now: gives the day if the format has times only, and
    the year if it has a day without a year; without it those are None. UnsupportedVariable: a
    variable that is not supported.
    """
    match = _pattern(fmt).match(text)
    if match is None:
        return None
    found = {name[1:]: value for name, value in match.groupdict().items() if value is not None}
    fraction = float("0." + found["frac"]) if found.get("frac") else 0.0
    if "s" in found:
        return int(found["s"]) + fraction
    try:
        moment = _moment(_spread(found), tz, now)
        epoch = moment.timestamp() if moment else None
    except (ValueError, OverflowError):
        return None
    return None if epoch is None else round(epoch + fraction, 6)


@lru_cache(maxsize=256)
def _pattern(fmt: str) -> re.Pattern[str]:
    parts: list[str] = []
    seen: set[str] = set()
    for literal, name, width in split_format(fmt):
        key = "frac" if name in ("N", "Q", "f") else name.lstrip(":")
        if literal:
            parts.append(re.sub(r"(?:\\?\s)+", r"\\s*", re.escape(literal)))
        elif key in seen:
            raise UnsupportedVariable(f"the time variable %{name} stands twice in the format")
        elif key == "frac":
            separator = re.search(r"\\?[.,]\Z", parts[-1]) if parts else None
            before = separator[0] if separator else ""
            parts[-1:] = [parts[-1].removesuffix(before)] if parts else []
            parts.append(rf"(?:{before}(?P<_frac>\d{{1,{width or 9}}}))?")
        else:
            parts.append(rf"\s*(?P<_{key}>{_READ[name]})")
        seen.add(key)
    return re.compile("".join(parts), re.IGNORECASE | re.ASCII)


def _spread(found: _Fields) -> _Fields:
    """%x and %X as the variables that they are short for."""
    if "x" in found:
        found["m"], found["d"], found["Y"] = found["x"].split("/")
    if "X" in found:
        found["H"], found["M"], found["S"] = found["X"].split(":")
    return found


def _moment(found: _Fields, tz: tzinfo, now: float | None) -> datetime | None:
    """The time of these parts; None if the date is incomplete or there is no such time."""
    zone = _zone(found)
    minute, second = int(found.get("M", 0)), int(found.get("S", 0))
    date = _date(found, None if now is None else datetime.fromtimestamp(now, zone or tz))
    if date is None or minute > 59 or second > 60:
        return None
    clock = timedelta(hours=_hour(found), minutes=minute, seconds=second)
    return _place(date + clock, zone, found, tz) if clock <= timedelta(days=1) else None


def _date(found: _Fields, today: datetime | None) -> datetime | None:
    """Midnight of the day, without a zone; None if the text does not name one."""
    given = _year(found)
    month, day = _month(found), found.get("d") or found.get("e")
    year = given or (today.year if today else None)
    if year is None:
        return None
    if "j" in found:
        return datetime(year, 1, 1) + timedelta(days=int(found["j"]) - 1)
    if month and day:
        return datetime(year, month, int(day))
    if month or day or given or today is None:
        return None
    return datetime(today.year, today.month, today.day)


def _place(local: datetime, zone: tzinfo | None, found: _Fields, tz: tzinfo) -> datetime | None:
    """The wall-clock time in its zone; None if its zone's name is not known."""
    if zone is None and "Z" in found:
        for fold in (0, 1):
            here = local.replace(tzinfo=tz, fold=fold)
            if (here.tzname() or "").upper() == found["Z"].upper():
                return here
        return None
    return local.replace(tzinfo=zone or tz)


def _year(found: _Fields) -> int | None:
    if "Y" in found:
        return int(found["Y"])
    if "y" not in found:
        return None
    short = int(found["y"])  # as POSIX has it: 69 to 99 are 1969 to 1999
    if "C" in found:
        return int(found["C"]) * 100 + short
    return short + (1900 if short >= 69 else 2000)


def _month(found: _Fields) -> int | None:
    if "m" in found:
        return int(found["m"])
    name = found.get("B") or found.get("b")
    return _MONTH[name[:3].lower()] if name else None


_MONTH = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}


def _hour(found: _Fields) -> int:
    twelve = found.get("I") or found.get("l")
    if twelve is None:
        return int(found.get("H") or found.get("k") or 0)
    if not 1 <= int(twelve) <= 12:
        raise ValueError(twelve)
    return int(twelve) % 12 + (12 if found.get("p", "AM").upper() == "PM" else 0)


def _zone(found: _Fields) -> tzinfo | None:
    """The zone that the text names by an offset or a known abbreviation."""
    offset = found.get("z")
    if offset is None:
        hours = _ABBREVIATIONS.get(found.get("Z", "").upper())
        return None if hours is None else timezone(timedelta(hours=hours))
    if offset.upper() == "Z":
        return timezone(timedelta(0))
    digits = offset[1:].replace(":", "").ljust(6, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
    return timezone(-ahead if offset[0] == "-" else ahead)
