"""The time of an event as props.conf says it: where it stands, how it is written, what is believed.

Source: Admin Manual, props.conf (TIME_PREFIX, TIME_FORMAT, MAX_TIMESTAMP_LOOKAHEAD, TZ, TZ_ALIAS,
DATETIME_CONFIG, MAX_DAYS_AGO, MAX_DAYS_HENCE, MAX_DIFF_SECS_AGO, MAX_DIFF_SECS_HENCE); Getting Data
In, "How timestamp assignment works". Without TIME_PREFIX the format is looked for in the whole
lookahead; with one it stands right behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

import regex

from splay.eval.times.timevars import DAYS, split_format
from splay.pcre.patterns import timed
from splay.pcre.plain import LONGEST, plain
from splay.store.parsing.stamps import DAY, FORMS, MONTH_NAME, TIME_ALONE, Form, Reading, Stamp

LOOKAHEAD = 128
_MATCH_SECONDS = 1.0
START = re.compile(
    r"[0-9JFMASONDjfmasond](?<![0-9A-Za-z].)(?:(?<=[0-9])(?<![0-9][.].)"
    r"(?:(?<=(?=[0-9]{4}[-/.][0-9]).)()|(?<=(?=[0-9]{1,2}[-/][0-9]{1,2}[-/][0-9]).)()"
    r"|(?<=(?=[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}).)()"
    r"|(?<=(?=[0-9]{1,2}(?:st|nd|rd|th)?[\s/.-]?[A-Za-z]{3}).)()|(?<=(?=[0-9]{8}).)())"
    r"|(?:(?<=[Jj])(?:[Aa][Nn]|[Uu][NnLl])|(?<=[Ff])[Ee][Bb]|(?<=[Mm])[Aa][RrYy]|(?<=[Aa])[Pp][Rr]"
    r"|(?<=[Aa])[Uu][Gg]|(?<=[Ss])[Ee][Pp]|(?<=[Oo])[Cc][Tt]|(?<=[Nn])[Oo][Vv]|(?<=[Dd])[Ee][Cc])"
    r"[A-Za-z]*\.?[\s-]{1,2}[0-9]())",
    re.ASCII | re.DOTALL,
)
"""Where a time may begin: at a number, or at a month that a day follows. The group says which
forms are looked for there."""
_CANDIDATES = tuple(
    tuple(form for form in FORMS if form.name in names)
    for names in (
        (),
        ("iso",),
        ("slashed",),
        ("dotted",),
        ("day_month", "day_month_time"),
        ("epoch", "compact", "compact_date"),
        ("month_day_year", "month_day_time"),
    )
)
_SYSTEM_TIME = re.compile(r"""<TimeCreated\s[^<>]*?SystemTime\s*=\s*["']""")
_DATE_IN_NAME = re.compile(
    r"(?<!\d)(?P<Y>20\d\d)([-_.]?)(?P<m>0[1-9]|1[0-2])\2(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)
_NAMED = {
    **dict.fromkeys(("A", "a"), ("", "|".join(f"{day}|{day[:3]}" for day in DAYS))),
    **dict.fromkeys(("B", "b", "h"), ("mon", MONTH_NAME)),
    **dict.fromkeys(("d", "e"), ("d", r"\d{1,2}")),
    **dict.fromkeys(("H", "k", "I", "l"), ("H", r"\d{1,2}")),
    **dict.fromkeys("CgUVW", ("", r"\d{1,2}")),
    **dict.fromkeys("uw", ("", r"\d")),
    **dict.fromkeys(("z", ":z", "::z", ":::z"), ("z", r"Z|[+-]\d\d(?::?\d\d)?(?::\d\d)?")),
    **{"Y": ("Y", r"\d{4}"), "G": ("", r"\d{4}"), "y": ("y", r"\d{2}"), "j": ("j", r"\d{1,3}")},
    **{"m": ("m", r"\d{1,2}"), "M": ("M", r"\d{1,2}"), "S": ("S", r"\d{1,2}")},
    **{"Z": ("Z", r"[A-Za-z]{1,5}"), "p": ("p", r"[AaPp](?=\.?[Mm])"), "s": ("s", r"\d{1,10}")},
}
_FRACTIONS = {"N": 9, "Q": 9, "f": 9}
_BEFORE_FRACTION = re.compile(r"(?:\\?[.,:])\Z")


@lru_cache(maxsize=256)
def compile_format(fmt: str) -> Form:
    """A TIME_FORMAT as a form that `Reading` understands.

    ValueError: a variable that is not supported, or that stands there twice.

    >>> compile_format("%Y-%m-%d").match("2026-03-02")["d"]
    '02'
    """
    parts: list[str] = []
    seen: set[str] = set()
    for literal, name, width in split_format(fmt):
        if literal:
            parts.append(re.sub(r"(?:\\?\s)+", r"\\s*", re.escape(literal)))
            continue
        if name in ("x", "X"):
            raise ValueError(f"the time variable %{name} is not supported in TIME_FORMAT")
        group = "frac" if name in _FRACTIONS else _NAMED[name][0]
        if group and group in seen:
            raise ValueError(f"two variables of the format say the same as %{name}")
        seen.add(group)
        if group == "frac":
            before = _BEFORE_FRACTION.search(parts[-1]) if parts else None
            if before:
                parts[-1] = parts[-1][: before.start()]
            digits = rf"(?P<frac>\d{{1,{width or _FRACTIONS[name]}}})"
            parts.append(rf"(?:{before[0]}{digits})?" if before else digits)
        else:
            spelled = _NAMED[name][1] + (r")(?:\.?[Mm]\.?" if name == "p" else "")
            parts.append(rf"\s*(?P<{group}>{spelled})" if group else rf"\s*(?:{spelled})")
    form = Form(fmt, "".join(parts))
    form.match("")  # what cannot be compiled is known at once
    return form


@dataclass(frozen=True)
class TimeRules:
    """What props.conf says of the times of some events.

    prefix, format: None where it says nothing. current: "now", or "file" for the file's time,
    where no time is to be looked for. tz: of times that name no zone; None: the input's.
    days_ago, days_hence: how far from now a time may lie. secs_ago, secs_hence: how far from the
    time before, unless it is written as most are; None: however far.
    """

    prefix: regex.Pattern[str] | None = None
    format: Form | None = None
    lookahead: int = LOOKAHEAD
    tz: tzinfo | None = None
    aliases: tuple[tuple[str, float], ...] = ()
    current: str = ""
    days_ago: float = 2000
    days_hence: float = 2
    secs_ago: float | None = None
    secs_hence: float | None = None

    @property
    def automatic(self) -> bool:
        """Whether times are recognised wherever they stand."""
        return self.prefix is None and self.format is None and not self.current


@dataclass
class Timestamps:
    """Finds the times of the events of one source.

    tz: the input's. now: the time of indexing. name, mtime: of the source, for a time without a
    date.
    """

    rules: TimeRules
    tz: tzinfo = UTC
    now: float = 0.0
    name: str = ""
    mtime: float = 0.0
    reading: Reading = field(init=False)
    _last: Form | None = field(init=False, default=None)  # of what a text began with

    def __post_init__(self) -> None:
        tz = self.rules.tz or self.tz
        found = _DATE_IN_NAME.search(self.name)
        day = datetime.fromtimestamp(self.mtime, tz)
        date = (
            (int(found["Y"]), int(found["m"]), int(found["d"]))
            if found
            else (day.year, day.month, day.day)
        )
        self.reading = Reading(tz, self.now, date, self.rules.aliases)

    def find(self, text: str) -> Stamp | None:
        """The time that stands in an event's text, believable or not."""
        rules = self.rules
        if rules.current:
            return None
        start = 0
        if rules.prefix is not None:
            start = self._behind_prefix(text)
            if start < 0:
                return None
        if rules.lookahead >= 0:
            text = text[: start + rules.lookahead]
        if rules.format is not None:
            return self._formatted(text, start)
        return self._recognised(text, start)

    def in_event(self, text: str) -> Stamp | None:
        """The time of a Windows event as XML, which stands behind its names, or of other text."""
        named = _SYSTEM_TIME.search(text) if text.startswith(("<Event", "<?xml")) else None
        return self._recognised(text, named.end()) if named else self.find(text)

    @property
    def fixed(self) -> float | None:
        """The time of all events, where DATETIME_CONFIG says that none is to be looked for."""
        if not self.rules.current:
            return None
        return self.now if self.rules.current == "now" else self.mtime

    @property
    def span(self) -> tuple[float, float]:
        """The first and the last moment within MAX_DAYS_AGO and MAX_DAYS_HENCE."""
        rules = self.rules
        return self.now - rules.days_ago * DAY, self.now + rules.days_hence * DAY

    def believable(self, time: float) -> bool:
        """Whether a time is within MAX_DAYS_AGO and MAX_DAYS_HENCE."""
        first, last = self.span
        return first <= time <= last

    def _behind_prefix(self, text: str) -> int:
        prefix = self.rules.prefix
        assert prefix is not None
        if prefix.pattern == "^":
            return 0
        fast = plain(prefix)
        if fast is not None and len(text) <= LONGEST:
            sure = fast.search(text)
            return sure.end() if sure else -1
        try:
            found = timed(prefix.search, text, limit=_MATCH_SECONDS)
        except TimeoutError:
            return -1
        return found.end() if found else -1

    def _formatted(self, text: str, start: int) -> Stamp | None:
        form = self.rules.format
        assert form is not None
        if self.rules.prefix is not None:
            while start < len(text) and text[start].isspace():
                start += 1
            behind = form.match(text, start)
            return self.reading.stamp(behind, form) if behind else None
        for found in form.places(text):
            stamp = self.reading.stamp(found, form)
            if stamp is not None:
                return stamp
        return None

    def _recognised(self, text: str, start: int) -> Stamp | None:
        last = self._last
        if last is not None and (again := last.match(text, start)):
            stamp = self.reading.stamp(again, last)
            if stamp is not None:
                return stamp
        for begun in START.finditer(text, start):
            place = begun.start()
            for form in _CANDIDATES[begun.lastindex or 0]:
                found = form.match(text, place)
                if found:
                    stamp = self.reading.stamp(found, form)
                    if stamp is not None:
                        if place == start:
                            self._last = form
                        return stamp
        alone = TIME_ALONE.match(text, start)
        return self.reading.stamp(alone, TIME_ALONE) if alone else None
