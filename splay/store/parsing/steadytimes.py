"""Times that are written as those of lines before: what differs is read, the rest is remembered.

The first time of a form is recognised by `splay.store.parsing.timestamps`, in any form that it
knows. Most lines that follow are written alike: one expression, made of the first, tells so, and
the hour that a text stands for is looked up. A line that is written otherwise in any way, or whose
hour was not seen before, is recognised as the first was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from splay.store.bytesearch import Data
from splay.store.parsing.stamps import ABBREVIATION, Reading, Stamp
from splay.store.parsing.timestamps import START

_MOST_SHAPES = 6
_MOST_REMEMBERED = 5000
_MOST_IN_VAIN = 1000
_MOST_LEADS = 50
_LONGEST_LEAD = 80
_REACH = 24  # bytes behind a time that say where it ends
_SIXTY = {b"%02d" % number: number for number in range(60)}
_START = re.compile(START.pattern.encode("ascii"), START.flags & ~re.UNICODE)
_ZONE = rf"(?:UTC|GMT)?\s?[+-]\d\d|(?:Z|{ABBREVIATION})(?![A-Za-z0-9])"
_END = rf"(?!\d|\s?(?:[AP]\.?M\b|{_ZONE})|\s\((?:{ABBREVIATION})\)|\s+(?:19|20)\d\d)"
"""Nothing follows that could belong to the time."""


@dataclass
class _Shape:
    """The lines whose times are written alike.

    pattern: of a line up to the end of its time. hours: when the hour begins that the text before
    the minutes stands for. leads: some of what stands before a time, and holds none itself.
    """

    pattern: re.Pattern[bytes]
    hours: dict[bytes, float] = field(default_factory=dict)
    leads: set[bytes] = field(default_factory=lambda: {b""})


class SteadyTimes:
    """The times of the lines of one source, where they are recognised by themselves.

    lookahead: in how many bytes of a line a time is looked for.
    """

    def __init__(self, lookahead: int) -> None:
        self._lookahead = lookahead
        self._shapes: dict[str, _Shape] = {}
        self._last: _Shape | None = None
        self._in_vain = 0

    def read(self, data: Data, start: int, end: int) -> float | None:
        """The time of the line or event data[start:end]; None where it must be recognised."""
        shape = self._last
        if shape is None:
            return None
        found = shape.pattern.match(data, start)
        if found is None:
            for other in self._shapes.values():
                found = other.pattern.match(data, start) if other is not shape else None
                if found is not None:
                    self._last = shape = other
                    break
            else:
                return None
        lead, date, minute, second, fraction = found.groups()
        hour = shape.hours.get(date)
        if hour is None or found.end() > min(end, start + self._lookahead - _REACH):
            return None
        if lead not in shape.leads and not _first(shape, data, start, found, lead):
            return None
        time = hour + (60 * _SIXTY[minute] + _SIXTY[second])
        return time + float(b"0." + fraction) if fraction else time

    def learn(self, line: bytes, stamp: Stamp, reading: Reading) -> None:
        """Remembers how the time of a line is written that was recognised. The line holds as many
        bytes as the text in which the stamp was found has characters."""
        if self._in_vain == _MOST_IN_VAIN:
            return
        self._in_vain += 1
        written = _written(line, stamp)
        begun = _START.search(line)
        if written is None or begun is None or begun.start() != stamp.start:
            return
        shape = self._shapes.get(written)
        if shape is None:
            if len(self._shapes) == _MOST_SHAPES:
                return
            shape = self._shapes[written] = _Shape(re.compile(written.encode("latin-1")))
        hour = reading.hour(stamp.found)
        if hour is not None and len(shape.hours) < _MOST_REMEMBERED:
            shape.hours[line[stamp.start : stamp.found.start("M")]] = hour
            self._last = shape
            self._in_vain = 0


def _first(shape: _Shape, data: Data, start: int, found: re.Match[bytes], lead: bytes) -> bool:
    """Whether no time can begin before the one that was found."""
    begun = _START.search(data, start, found.end(2))
    if begun is None or begun.start() != found.start(2):
        return False
    if len(shape.leads) < _MOST_LEADS:
        shape.leads.add(lead)
    return True


def _written(line: bytes, stamp: Stamp) -> str | None:
    """The expression of lines whose times are written as this one; None where it is not written
    as year, month, day, hour, minute and second are."""
    found, groups = stamp.found, stamp.found.re.groupindex
    if not {"M", "S"} <= groups.keys() or not (groups.keys() & {"Y", "mon"}):
        return None
    minute, second = found.span("M"), found.span("S")
    if minute[1] - minute[0] != 2 or second[1] - second[0] != 2 or stamp.start > _LONGEST_LEAD:
        return None
    behind, fraction = second[1], r"()(?![.,:]\d)"
    if "frac" in groups and found["frac"] is not None:
        point = line[behind : found.start("frac")].decode("latin-1")
        behind, fraction = found.end("frac"), re.escape(point) + r"(\d{1,9})"
    date, between, zone = (
        line[first:last].decode("latin-1")
        for first, last in (
            (stamp.start, minute[0]),
            (minute[1], second[0]),
            (behind, stamp.end),
        )
    )
    lead = rf"[^\n]{{0,{_LONGEST_LEAD}}}?" if stamp.start else ""
    return (
        rf"({lead})({_alike(date)})([0-5]\d){re.escape(between)}([0-5]\d){fraction}"
        rf"{re.escape(zone)}(?i:{_END})"
    )


def _alike(text: str) -> str:
    """What is written with digits and letters in the same places."""
    parts = ("[0-9]" if c.isdigit() else "[A-Za-z]" if c.isalpha() else re.escape(c) for c in text)
    return "".join(parts)
