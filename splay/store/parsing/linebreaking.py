r"""From text to lines, and from lines to the events that they make.

Source: Admin Manual, props.conf (LINE_BREAKER, TRUNCATE, SHOULD_LINEMERGE, BREAK_ONLY_BEFORE,
BREAK_ONLY_BEFORE_DATE, MUST_BREAK_AFTER, MUST_NOT_BREAK_AFTER, MUST_NOT_BREAK_BEFORE, MAX_EVENTS).
Where a Splunk was measured to do otherwise than the manual says, it is followed
(docs/splay-differences.md): MAX_EVENTS=N lets an event have N + 1 lines, MUST_NOT_BREAK_BEFORE
stops nothing, and without BREAK_ONLY_BEFORE and BREAK_ONLY_BEFORE_DATE every line is an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex

from splay.pcre.patterns import timed

_LINE_END = regex.compile(r"[\r\n]+")
MAX_LINE = 16 * 1024 * 1024
"""Characters after which a line is broken, so that memory stays bounded."""
_HELD_BACK = 4096  # a breaker may look that far ahead of what it breaks at
_MATCH_SECONDS = 5.0


@dataclass(frozen=True)
class LineRules:
    """What props.conf says of lines and events; None: it says nothing.

    breaker: LINE_BREAKER, with at least one group. truncate: bytes of a line; 0: no limit.
    """

    breaker: regex.Pattern[str] | None = None
    truncate: int = 10_000
    merge: bool = True
    max_events: int = 256
    before_date: bool = True
    before: regex.Pattern[str] | None = None
    must_after: regex.Pattern[str] | None = None
    not_after: regex.Pattern[str] | None = None

    @property
    def by_date(self) -> bool:
        """Whether events begin at lines with a date, and nothing else is said."""
        others = (self.before, self.must_after, self.not_after)
        return self.merge and self.before_date and others == (None, None, None)

    @property
    def each_line(self) -> bool:
        """Whether every line is an event."""
        unmerged = not self.before_date and self.before is None and self.not_after is None
        return not self.merge or unmerged

    def cut(self, line: str) -> tuple[str, bool]:
        """The line within TRUNCATE, and whether that cut something off."""
        limit = self.truncate
        if not limit or len(line) * 4 <= limit:
            return line, False
        raw = line.encode("utf-8", "surrogateescape")
        if len(raw) <= limit:
            return line, False
        return whole_letters(raw[:limit]).decode("utf-8", "surrogateescape"), True


def whole_letters(raw: bytes) -> bytes:
    """UTF-8 without a letter at its end of which only a part is there."""
    for back in range(1, min(4, len(raw)) + 1):
        byte = raw[-back]
        if byte >= 0xC0:
            wanted = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return raw if back >= wanted else raw[:-back]
        if byte < 0x80:
            break
    return raw


class LineBreaker:
    """Cuts text that comes piece by piece into lines. Empty lines are none."""

    def __init__(self, breaker: regex.Pattern[str] | None) -> None:
        self._breaker = breaker or _LINE_END
        self._grouped = breaker is not None
        self._rest = ""
        self._searched = 0
        self.slow = False  # the breaker took too long; from there on lines end as by default

    def feed(self, text: str) -> Iterator[str]:
        """The lines that are known to end in this text."""
        self._rest += text
        safe = len(self._rest) - (_HELD_BACK if self._grouped else 1)
        yield from self._lines(safe)
        if len(self._rest) > MAX_LINE:
            yield from self.finish()

    def finish(self) -> Iterator[str]:
        """The lines that are left."""
        yield from self._lines(len(self._rest))
        rest, self._rest, self._searched = self._rest, "", 0
        if rest:
            yield rest

    def _lines(self, safe: int) -> Iterator[str]:
        text, start, place = self._rest, 0, self._searched
        while (found := self._find(text, place)) and found.end() <= safe:
            first, last = self._gap(found)
            if first > start:
                yield text[start:first]
            start, place = max(start, last), max(found.end(), place)
            if found.end() == found.start():
                place += 1
        self._rest = text[start:]
        if found is None:
            place = max(place, safe - _HELD_BACK if self._grouped else safe)
        elif not self._grouped:
            place = found.start()
        self._searched = max(0, place - start)

    def _find(self, text: str, place: int) -> regex.Match[str] | None:
        if not self._grouped:
            return self._breaker.search(text, place)
        try:
            return timed(self._breaker.search, text, place, limit=_MATCH_SECONDS)
        except TimeoutError:
            self._breaker, self._grouped, self.slow = _LINE_END, False, True
            return self._breaker.search(text, place)

    def _gap(self, found: regex.Match[str]) -> tuple[int, int]:
        """What lies between two lines: the first group that takes part."""
        if not self._grouped:
            return found.span()
        for number in range(1, found.re.groups + 1):
            if found.start(number) >= 0:
                return found.span(number)
        return found.span()


class EventLines:
    """Puts lines together to events. dated: whether a line holds a date."""

    def __init__(self, rules: LineRules, dated: Callable[[str], bool]) -> None:
        self._rules = rules
        self._dated = dated
        self._lines: list[str] = []
        self._count = 0  # of those that are not blank
        self._held = False  # MUST_NOT_BREAK_AFTER holds
        self._ended = False  # MUST_BREAK_AFTER fitted the line before
        self._cut = False

    def add(self, line: str) -> tuple[str, bool] | None:
        """Takes the next line; gives the event that it ends (and whether something of it was cut
        off)."""
        rules = self._rules
        if line.isspace():  # it begins no event, and ends none
            if self._lines:
                self._lines.append(line)
            return None
        line, cut = rules.cut(line)
        done = self.finish() if self._lines and self._breaks(line) else None
        self._lines.append(line)
        self._count += 1
        self._cut = self._cut or cut
        if rules.must_after is not None and _fits(rules.must_after, line):
            self._ended, self._held = True, False
        elif rules.not_after is not None and _fits(rules.not_after, line):
            self._held = True
        return done

    def finish(self) -> tuple[str, bool] | None:
        """The event that is under way."""
        if not self._lines:
            return None
        while len(self._lines) > 1 and self._lines[-1].isspace():
            self._lines.pop()
        done = "\n".join(self._lines), self._cut
        self._lines, self._count = [], 0
        self._held, self._ended, self._cut = False, False, False
        return done

    def _breaks(self, line: str) -> bool:
        """Whether an event begins at this line."""
        rules = self._rules
        if rules.each_line or self._count > rules.max_events:
            return True
        if self._held:
            return False
        if self._ended:
            return True
        if rules.before is not None:
            return _fits(rules.before, line)
        return not rules.before_date or self._dated(line)


def _fits(pattern: regex.Pattern[str], line: str) -> bool:
    try:
        return timed(pattern.search, line, limit=_MATCH_SECONDS) is not None
    except TimeoutError:
        return False
