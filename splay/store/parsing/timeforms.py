"""Times written in events, as seconds since 1970 UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

ISO = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?(?!\d)"
)
"""A date and time as in ISO 8601; groups: Y M D h m s fraction zone."""

AMERICAN = re.compile(
    rb"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: ([AP]M))?(?!\d)"
)
"""A date and time as in a classic Windows event; groups: M D Y h m s fraction AM/PM."""


_DAY_FIRST = re.compile(rb"(\d{1,2})[./-](\d{1,2})[./-](\d{4}),? (\d{1,2}):(\d\d):(\d\d)")
_WMI = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-]\d{3})?")


_MINUTE = len("2026-03-10T12:00:")
_MOST_DIGITS = 9
_MOST_MINUTES = 10_000
_MINUTES: dict[bytes, float] = {}  # when minutes begin that were seen, by their texts
_SECONDS = {b"%02d" % second: second for second in range(60)}


def iso_time(text: bytes, tz: tzinfo = UTC, *, whole: bool = True) -> float | None:
    """The time that `text` is (or, unless `whole`, holds first); without a zone it is in `tz`.

    None: there is none, or one that cannot be, such as the zero of Windows' clock (1601).
    """
    if whole and text[-1:] == b"Z":
        time = _steady(text)
        if time is not None:
            return time
    found = ISO.fullmatch(text) if whole else ISO.search(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    if zone == b"Z" or (zone is None and tz is UTC):
        begun = _hour(year, month, day, hour)
        if begun is None or minute > b"59" or second > b"59":
            return None
        seconds = begun + 60 * int(minute) + int(second)
        if zone and found.start() == 0:
            if len(_MINUTES) > _MOST_MINUTES:
                _MINUTES.clear()
            _MINUTES[text[:_MINUTE]] = begun + 60 * int(minute)
        return seconds + float(b"0." + fraction) if fraction else seconds
    parts = int(year), int(month), int(day), int(hour), int(minute), int(second)
    return _epoch(parts, fraction, _zone(zone) if zone else tz)


def _steady(text: bytes) -> float | None:
    """The time of a text that ends in Z, where its minute was seen before."""
    minute, second = _MINUTES.get(text[:_MINUTE]), _SECONDS.get(text[_MINUTE : _MINUTE + 2])
    if minute is None or second is None:
        return None
    behind = text[_MINUTE + 2 : -1]
    if not behind:
        return minute + second
    digits = behind[1:]
    if behind[:1] == b"." and digits.isdigit() and len(digits) <= _MOST_DIGITS:
        return minute + second + float(b"0" + behind)
    return None


@lru_cache(maxsize=1024)
def _hour(year: bytes, month: bytes, day: bytes, hour: bytes) -> float | None:
    """When an hour begins, in UTC: of many events it is the same."""
    return _epoch((int(year), int(month), int(day), int(hour), 0, 0), None, UTC)


def american_time(text: bytes, tz: tzinfo, *, whole: bool = True) -> float | None:
    """The time `MM/DD/YYYY HH:MM:SS AM` that `text` is (or holds first), on the clock of `tz`."""
    found = AMERICAN.fullmatch(text) if whole else AMERICAN.search(text)
    if found is None:
        return None
    month, day, year, hour, minute, second = map(int, found.groups()[:6])
    if found[8]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[8] == b"PM" else 0)
    return _epoch((year, month, day, hour, minute, second), found[7], tz)


def day_first_time(text: bytes, tz: tzinfo) -> float | None:
    """The time `DD.MM.YYYY HH:MM:SS` that `text` is, with dots, strokes or hyphens between."""
    found = _DAY_FIRST.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute, second = map(int, found.groups())
    return _epoch((year, month, day, hour, minute, second), None, tz)


def wmi_time(text: bytes, tz: tzinfo) -> float | None:
    """The time `YYYYMMDDHHMMSS.FFFFFF` that `text` is, as WMI writes it; behind it may stand the
    minutes that the zone is ahead of UTC.

    https://learn.microsoft.com/windows/win32/wmisdk/cim-datetime
    """
    found = _WMI.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    zone = timezone(timedelta(minutes=int(found[8]))) if found[8] else tz
    return _epoch((year, month, day, hour, minute, second), found[7], zone)


def _zone(text: bytes) -> tzinfo | None:
    if text == b"Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if text[:1] == b"-" else minutes))


def _epoch(
    parts: tuple[int, int, int, int, int, int], fraction: bytes | None, zone: tzinfo | None
) -> float | None:
    if zone is None:
        return None
    try:
        seconds = datetime(*parts, tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        return None
    if seconds < 0:
        return None
    return seconds + float(b"0." + fraction) if fraction else seconds
