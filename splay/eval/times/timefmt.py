"""Times as text and back, by the format variables of strftime and strptime.

The same on every machine: names are English, and the zone is the one given. %c, %+, %x and %X
are as in the documentation's examples for US English. %V is the week of ISO 8601, as %G is
described and the table of 2025 on that page has it; the example of an older edition (33 for
August 14, 2022) is not. Refused: %Ez, of which the documentation shows no value, and what the
documentation does not list (but for %l, %u and %W, which mean one thing only).
Source: Splunk Search Reference, "Date and time format variables"; "Date and Time functions".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from splay.eval.times.timeparse import strptime
from splay.eval.times.timevars import DAYS, MONTHS, split_format
from splay.eval.value import to_text

__all__ = ["iso", "strftime", "strptime"]

Piece = Callable[[datetime], str]


def strftime(epoch: float, fmt: str, tz: tzinfo) -> str:
    """The time as text. epoch: seconds since 1970, fractions to the microsecond.

    UnsupportedVariable: a variable that is not supported. ValueError: the time is not between
    the years 1 and 9999.
    """
    pieces = _pieces(fmt)
    try:
        moment = datetime.fromtimestamp(epoch, tz)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(f"{epoch} is not a time between the years 1 and 9999") from error
    return "".join(piece if isinstance(piece, str) else piece(moment) for piece in pieces)


def iso(epoch: float, tz: tzinfo | None) -> str:
    """The time in ISO 8601, to the millisecond; the number itself where it is not between the years
    1 and 9999."""
    try:
        return datetime.fromtimestamp(epoch, tz).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return to_text(epoch)


@lru_cache(maxsize=256)
def _pieces(fmt: str) -> tuple[str | Piece, ...]:
    return tuple(
        literal if literal else _fraction(name, width) if name in ("N", "Q") else _WRITE[name]
        for literal, name, width in split_format(fmt)
    )


def _fraction(name: str, width: str) -> Piece:
    """%N is nanoseconds and %Q milliseconds unless a width says otherwise."""
    digits = int(width or {"N": "9", "Q": "3"}[name])
    return lambda moment: f"{moment.microsecond * 1000:09d}"[:digits]


def _offset(moment: datetime, colons: int) -> str:
    """The offset from UTC: +hhmm, +hh:mm, +hh:mm:ss or +hh for 0 to 3 colons."""
    seconds = int((moment.utcoffset() or timedelta()).total_seconds())
    sign = "-" if seconds < 0 else "+"
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    parts = [f"{hour:02d}", f"{minute:02d}", f"{second:02d}"]
    return sign + ["".join(parts[:2]), ":".join(parts[:2]), ":".join(parts), parts[0]][colons]


def _week(moment: datetime, first: int) -> str:
    """The week of the year from 00; weeks begin on the ISO weekday `first`."""
    day = moment.timetuple().tm_yday
    since = (moment.isoweekday() - first) % 7
    return f"{(day - since + 6) // 7:02d}"


_WRITE: dict[str, Piece] = {
    "A": lambda m: DAYS[m.weekday()],
    "a": lambda m: DAYS[m.weekday()][:3],
    "B": lambda m: MONTHS[m.month - 1],
    "b": lambda m: MONTHS[m.month - 1][:3],
    "C": lambda m: f"{m.year // 100:02d}",
    "d": lambda m: f"{m.day:02d}",
    "e": lambda m: f"{m.day:2d}",
    "f": lambda m: f"{m.microsecond:06d}",
    "G": lambda m: str(m.isocalendar().year),
    "g": lambda m: f"{m.isocalendar().year % 100:02d}",
    "H": lambda m: f"{m.hour:02d}",
    "I": lambda m: f"{(m.hour - 1) % 12 + 1:02d}",
    "j": lambda m: f"{m.timetuple().tm_yday:03d}",
    "k": lambda m: f"{m.hour:2d}",
    "l": lambda m: f"{(m.hour - 1) % 12 + 1:2d}",
    "M": lambda m: f"{m.minute:02d}",
    "m": lambda m: f"{m.month:02d}",
    "p": lambda m: "PM" if m.hour >= 12 else "AM",
    "S": lambda m: f"{m.second:02d}",
    "s": lambda m: str(int(m.replace(microsecond=0).timestamp())),
    "U": lambda m: _week(m, 7),
    "u": lambda m: str(m.isoweekday()),
    "V": lambda m: f"{m.isocalendar().week:02d}",
    "W": lambda m: _week(m, 1),
    "w": lambda m: str(m.isoweekday() % 7),
    "X": lambda m: f"{m.hour}:{m.minute:02d}:{m.second:02d}",
    "x": lambda m: f"{m.month}/{m.day}/{m.year}",
    "Y": lambda m: str(m.year),
    "y": lambda m: f"{m.year % 100:02d}",
    "Z": lambda m: m.tzname() or "",
    "z": lambda m: _offset(m, 0),
    ":z": lambda m: _offset(m, 1),
    "::z": lambda m: _offset(m, 2),
    ":::z": lambda m: _offset(m, 3),
}
