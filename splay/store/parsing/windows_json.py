"""Windows events as JSON, as collectors write them: one a line, pretty-printed, or in a list.

An event is told by the keys for its number and for its log or its provider, however they are
spelled and wherever they stand; docs/collectors.md shows the shapes. Objects are cut out of the
bytes by their braces. Source of the grammar: RFC 8259.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from splay.store.bytesearch import Data
from splay.store.event import Event
from splay.store.parsing.eventmaker import EventMaker
from splay.store.parsing.timeforms import iso_time
from splay.store.problems import Fault

MAX_OBJECT = 16 * 1024 * 1024
"""An object longer than this is left out, so that memory stays bounded."""

_SECURITY = "Microsoft-Windows-Security-Auditing"


def _path(names: str, value: str) -> re.Pattern[bytes]:
    """A key, alone or at the end of a dotted path, with its value in group 1.

    It stands between { or , and a colon: within a value quotes are escaped, none can pass for it.
    """
    text = rf'[{{,]\s*"(?:[^"\\]*[._@#-])?(?:{names})"\s*:\s*\[?\s*{value}'
    return re.compile(text.encode(), re.IGNORECASE)


_STRING = r'"((?:[^"\\]|\\.)+)"'
_NUMBER = _path("event_?id|event_?code|event.code", r'(?:\{[^{}]*?"[^"{}]*"\s*:\s*)?"?(\d+)')
_CODE = re.compile(rb'"event"\s*:\s*\{(?:"(?:[^"\\]|\\.)*"|[^{}"])*?"code"\s*:\s*"?(\d+)')
_LOG = _path("channel|log_?name|event_?log", _STRING)
_PROVIDER = _path("provider_?name|event_?source_?name|source_?name|provider|source|name", _STRING)
_COMPUTER = _path("computer(?:_?name)?|machine_?name", _STRING)
_HOSTNAME = _path("hostname|host.name", _STRING)
_TIMES = tuple(
    _path(names, r'"?([^",}\]]+)')
    for names in (
        "system_?time",
        "time_?created",
        "event_?time",
        "@timestamp",
        "time_?generated",
        "timestamp",
        "time",
    )
)
"""Keys of an event's own time, before those that may hold when it was collected."""

# An event that Splunk exported: its text, as XML or as classic text, stands in _raw.
_EXPORTED = re.compile(rb'[{,]\s*"_raw"\s*:\s*"((?:[^"\\]|\\.)*)"')
_LOG_WITHIN = re.compile(rb"<Channel>([^<]+)<|\\nLogName=([^\\]+)")
_TIME_WITHIN = re.compile(rb"""[{,]\s*"_raw"\s*:\s*"[^"]*?\sSystemTime=\\?['"]([^'"\\]+)""")
_HOST = _path("host", _STRING)
_EPOCH = re.compile(rb"(\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(?:\.\d+)?")
_BETWEEN = b" \t\r\n,\x1e\xef\xbb\xbf"
"""What may stand between two values: RFC 7464 has U+001E before each."""
_TOKEN = re.compile(rb'[{}\[\]]|"(?:[^"\\\n]|\\.)*+"|"', re.DOTALL)


def log_of(data: Data, start: int, end: int) -> str | None:
    """The log of the Windows event that a JSON object is; None where it is none."""
    if not may_hold(data, start, end):
        return None  # most objects end here
    exported = _EXPORTED.search(data, start, end)
    if exported:
        found = _LOG_WITHIN.search(exported[1])
        return _unescaped(found[1] or found[2]) if found else None
    if not _NUMBER.search(data, start, end) and not _CODE.search(data, start, end):
        return None
    log = _text(_LOG, data, start, end)
    if log:
        return log
    providers = (_unescaped(found[1]) for found in _PROVIDER.finditer(data, start, end))
    return "Security" if _SECURITY.lower() in map(str.lower, providers) else None


def may_hold(data: Data, start: int, end: int) -> bool:
    """Whether there is one of the keys that every such event has."""
    folded = data[start:end].lower()
    return b"event" in folded or b'"_raw"' in folded


def computer_of(data: Data, start: int, end: int) -> str:
    """The computer that it names, or nothing."""
    for pattern in (_COMPUTER, _HOSTNAME, _HOST):
        text = _text(pattern, data, start, end)
        if text:
            return text
    return ""


def time_of(data: Data, start: int, end: int, tz: tzinfo) -> float | None:
    """Its own time; one that names no zone is in `tz`."""
    for pattern in (_TIME_WITHIN, *_TIMES):
        found = pattern.search(data, start, end)
        if found:
            text = found[1].strip()
            time = _epoch(text) or iso_time(text, tz, whole=False)
            if time is not None:
                return time
    return None


def _epoch(text: bytes) -> float | None:
    """Seconds since 1970, or their thousandths, millionths or thousand-millionths."""
    found = _EPOCH.fullmatch(text)
    if not found:
        return None
    return float(text) / 1000.0 ** ((len(found[1]) - 9) // 3)


def json_start(data: bytes) -> bool:
    """Whether a file that begins so is one document of Windows events, not one event a line."""
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith((b"{", b"[")):
        return False
    line = text[: text.find(b"\n") + 1] or text
    if text.startswith(b"{") and parsed(line) is not None:
        return False
    return log_of(text, 0, len(text)) is not None


def parsed(text: bytes) -> Any:
    """The JSON value that a text is; None where it is none, or one that is nested too deep."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(pattern: re.Pattern[bytes], data: Data, start: int, end: int) -> str:
    found = pattern.search(data, start, end)
    return _unescaped(found[1]) if found else ""


def _unescaped(text: bytes) -> str:
    plain = text.decode("utf-8", "replace")
    if "\\" not in plain:
        return plain
    try:
        return str(json.loads(f'"{plain}"'))
    except ValueError:
        return plain


@dataclass
class _Open:
    """A list or an object that has not ended. holds: whether events were cut out of it."""

    brace: bytes
    start: int
    holds: bool = field(default=False)


class JsonReader:
    """Takes blocks of bytes, gives the events that pass the scan.

    An event is an object that is a Windows event and no part of a larger one, in whatever list
    or object it stands. An object beside them that is none is an event of its own.
    """

    def __init__(self, maker: EventMaker) -> None:
        self._maker = maker
        self._scan = maker.reading.scan
        self._problems = maker.reading.problems
        self._data = b""
        self._at = 0  # everything before is taken apart
        self._open: list[_Open] = []
        self._lost = False  # what comes may be the rest of an event that is left out

    def feed(self, block: bytes) -> Iterator[Event]:
        """The events that end in this block."""
        self._data += block
        for token in _TOKEN.finditer(self._data, self._at):
            self._between(token.start())
            if token[0] == b'"':
                if b"\n" not in self._data[token.start() :]:
                    break  # its end may come with the next block
                self._damaged()
            elif not token[0].startswith(b'"'):
                yield from self._brace(token[0], token.start())
            elif self._outside():
                self._stray(token[0])
            self._at = token.end()
        else:
            self._between(len(self._data))
        self._forget()

    def finish(self) -> Iterator[Event]:
        """Notes an event that does not end."""
        self._between(len(self._data))
        self._damaged()
        yield from ()

    def _brace(self, brace: bytes, at: int) -> Iterator[Event]:
        if brace in b"{[":
            self._lost = False
            self._open.append(_Open(brace, at))
            return
        if not self._open:
            return
        ended = self._open.pop()
        if ended.brace == b"[" or ended.holds:
            self._mark(ended.holds)
            return
        alone = not self._open or self._open[-1].brace == b"["
        start, end = ended.start, at + 1
        if alone and (self._top() or log_of(self._data, start, end) is not None):
            self._mark(True)
            yield from self._event(self._data[start:end])

    def _between(self, end: int) -> None:
        """Notes text that is part of no value, up to there."""
        if end > self._at:
            if self._outside():
                self._stray(self._data[self._at : end].strip(_BETWEEN))
            self._at = end

    def _stray(self, text: bytes) -> None:
        if not self._lost:
            self._problems.stray(text)

    def _outside(self) -> bool:
        """Whether events stand here, and nothing else is expected."""
        return (not self._open or self._open[-1].brace == b"[") and self._top()

    def _top(self) -> bool:
        """Whether what ended stood in no object, or in one that holds events."""
        return all(each.brace == b"[" or each.holds for each in self._open)

    def _mark(self, holds: bool) -> None:
        for each in self._open if holds else ():
            each.holds = True

    def _event(self, raw: bytes) -> Iterator[Event]:
        self._problems.events(1)
        event = self._maker.make(raw, 0, len(raw)) if self._scan.holds(raw) else None
        self._maker.region_done(raw, len(raw))
        if event is not None:
            yield event

    def _damaged(self) -> None:
        """A value, or the file, ends within an event: it is left out, the next one is read."""
        inside = any(each.brace == b"{" and not each.holds for each in self._open)
        self._problems.fault_if(Fault.HALF, inside)
        self._lost = self._lost or inside
        self._open = [each for each in self._open if each.brace == b"[" or each.holds]

    def _forget(self) -> None:
        """Lets go what is taken apart and in no event that is open."""
        kept = [each.start for each in self._open if each.brace == b"{" and not each.holds]
        keep = min([*kept, self._at])
        if len(self._data) - keep > MAX_OBJECT:
            self._problems.fault(Fault.TOO_LONG)
            self._lost = True
            self._open = [each for each in self._open if each.brace == b"[" or each.holds]
            unended = len(self._data) - self._at  # of a string
            keep = self._at = len(self._data) if unended > MAX_OBJECT else self._at
        self._data = self._data[keep:]
        self._at -= keep
        for each in self._open:
            each.start -= keep
