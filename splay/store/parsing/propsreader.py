"""Text that props.conf speaks of: its lines, events, times and fields, event by event."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator

from splay.store.event import Event
from splay.store.parsing import windows_lines
from splay.store.parsing.eventmaker import UNKNOWN_HOST, Reading
from splay.store.parsing.linebreaking import EventLines, LineBreaker
from splay.store.parsing.lines import TRUNCATED
from splay.store.parsing.rules import ParsingRules
from splay.store.parsing.stamps import Stamp
from splay.store.parsing.structured import Record, StructuredText
from splay.store.parsing.timestamps import Timestamps
from splay.store.problems import Fault


class PropsReader:
    """Takes blocks of UTF-8, gives events, as settings change them before they are indexed.

    Windows events that stand on a line are named, cut and timed as such.
    """

    def __init__(self, reading: Reading, rules: ParsingRules) -> None:
        facts, settings = reading.facts, reading.settings
        self._facts = facts
        self._settings = settings
        self._need = reading.need
        self._problems = reading.problems
        self._rules = rules
        index_time = settings.index_time
        self._rewriter = index_time.rewriter if index_time and rules.rewrites else None
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._stamps = Timestamps(
            rules.times, settings.tz, facts.indextime, facts.name, facts.mtime
        )
        self._before = facts.before
        self._forms: Counter[str] = Counter()
        self._breaker = LineBreaker(rules.lines.breaker)
        self._lines = EventLines(rules.lines, lambda line: self._stamps.find(line) is not None)
        structured = rules.structured
        self._records = StructuredText(structured, rules.lines.breaker) if structured else None

    def feed(self, block: bytes) -> Iterator[Event]:
        """The events that are known to end in this block."""
        text = self._decoder.decode(block)
        if self._records is not None:
            yield from self._of_records(self._records.feed(text))
            return
        yield from self._of_lines(self._breaker.feed(text))

    def finish(self) -> Iterator[Event]:
        """The last events."""
        text = self._decoder.decode(b"", True)
        if self._records is not None:
            yield from self._of_records(self._records.feed(text))
            yield from self._of_records(self._records.finish())
            return
        yield from self._of_lines(self._breaker.feed(text))
        yield from self._of_lines(self._breaker.finish())
        last = self._lines.finish()
        if last is not None:
            yield from self._event(*last)
        if self._breaker.slow:
            self._problems.add("LINE_BREAKER takes too long: from there on lines end as by default")

    def _of_lines(self, lines: Iterator[str]) -> Iterator[Event]:
        for line in lines:
            if line.isspace() and self._rules.lines.each_line:
                continue
            windows = self._windows_event(line)
            if windows is not None:
                before = self._lines.finish()
                if before is not None:
                    yield from self._event(*before)
                yield from self._given(windows)
                continue
            done = self._lines.add(line)
            if done is not None:
                yield from self._event(*done)

    def _windows_event(self, line: str) -> Event | None:
        """The Windows event that a line is; None where it is none."""
        if '{"' not in line and "EventCode=" not in line and '{ "' not in line:
            return None
        data, tz = line.encode("utf-8", "surrogateescape"), self._settings.tz
        origin = windows_lines.origin_of(data, 0, len(data))
        if origin is None:
            return None
        time = windows_lines.time_of(data, 0, len(data), tz)
        if time is None:
            stamp = self._stamps.find(line)
            time = self._time(stamp)
        self._before = time
        return self._named(line, time, {}, origin)

    def _event(self, raw: str, cut: bool) -> Iterator[Event]:
        if raw and not raw.isspace():
            yield from self._made(raw, self._stamps.find(raw), dict(TRUNCATED) if cut else {})

    def _of_records(self, records: Iterator[Record]) -> Iterator[Event]:
        for record in records:
            text = record.raw if record.times is None else record.times
            raw, cut = self._rules.lines.cut(record.raw)
            fields = {_sound(name): _sound_values(value) for name, value in record.fields.items()}
            if cut:
                fields |= TRUNCATED
            yield from self._made(raw, self._stamps.find(text), fields)

    def _made(
        self, raw: str, stamp: Stamp | None, fields: dict[str, str | list[str]]
    ) -> Iterator[Event]:
        """What becomes of an event, if it is in the time range."""
        origin = UNKNOWN_HOST, self._facts.name, self._facts.stem
        yield from self._given(self._named(raw, self._time(stamp), fields, origin))

    def _named(
        self,
        raw: str,
        time: float,
        fields: dict[str, str | list[str]],
        origin: tuple[str, str, str],
    ) -> Event:
        """An event with its origin, unless the input says another one."""
        settings = self._settings
        if not raw.isascii() and _sound(raw) != raw:
            self._problems.fault(Fault.NOT_UTF8)
            raw = _sound(raw)
        host, source, sourcetype = origin
        return Event(
            raw,
            time,
            (host or UNKNOWN_HOST) if settings.host is None else settings.host,
            source if settings.source is None else settings.source,
            sourcetype if settings.sourcetype is None else settings.sourcetype,
            settings.index,
            self._facts.indextime,
            fields,
        )

    def _given(self, event: Event) -> Iterator[Event]:
        self._problems.events(1)
        for one in self._rewriter.events(event) if self._rewriter else (event,):
            if one.raw and self._need.holds_time(one.time):
                yield one

    def _time(self, stamp: Stamp | None) -> float:
        fixed = self._stamps.fixed
        if fixed is not None:
            return fixed
        if stamp is None:
            self._problems.fault(Fault.NO_TIME)
        elif not self._stamps.believable(stamp.time):
            self._problems.fault(Fault.FAR_TIME)
        elif not self._steady(stamp):
            self._problems.fault(Fault.ODD_TIME)
        else:
            self._before = stamp.time
            return stamp.time
        return self._facts.mtime if self._before is None else self._before

    def _steady(self, stamp: Stamp) -> bool:
        """Whether a time is within MAX_DIFF_SECS_AGO and MAX_DIFF_SECS_HENCE of the one before, or
        written as most are."""
        rules, before = self._rules.times, self._before
        if rules.secs_ago is None and rules.secs_hence is None:
            return True
        form = stamp.found.re.pattern
        usual = not self._forms or form == self._forms.most_common(1)[0][0]
        self._forms[form] += 1
        if before is None or usual:
            return True
        early = rules.secs_ago is not None and stamp.time < before - rules.secs_ago
        late = rules.secs_hence is not None and stamp.time > before + rules.secs_hence
        return not (early or late)


def _sound(text: str) -> str:
    """The text with U+FFFD for bytes that are not UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _sound_values(value: str | list[str]) -> str | list[str]:
    return _sound(value) if isinstance(value, str) else [_sound(one) for one in value]
