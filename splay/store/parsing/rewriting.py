"""What happens to an event before it is indexed: SEDCMD, TRANSFORMS, INGEST_EVAL.

Source: Admin Manual, props.conf (SEDCMD-<class>, TRANSFORMS-<class>) and transforms.conf (REGEX,
FORMAT, LOOKAHEAD, WRITE_META, DEST_KEY, DEFAULT_VALUE, SOURCE_KEY, REPEAT_MATCH, CLONE_SOURCETYPE,
INGEST_EVAL, STOP_PROCESSING_IF, "KEYS"). SEDCMD comes first.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import regex

from splay.pcre.patterns import timed
from splay.store.event import Event
from splay.transforms.patterns import Part, filled
from splay.transforms.sed import SedStep

DROPPED = "nullQueue"
_META_PAIR = re.compile(r'("(?:[^"\\]|\\.)*"|[^\s:"]+(?::[^\s:"]+)*)::("(?:[^"\\]|\\.)*"|\S*)')
_METADATA = {"MetaData:Host": "host", "MetaData:Source": "source"}
_METADATA["MetaData:Sourcetype"] = "sourcetype"
_MATCH_SECONDS = 1.0
_MOST_CLONES = 5

Say = Callable[[str], None]


@dataclass
class Passing:
    """An event on its way to the index. keys: what transforms have noted of it, by key."""

    event: Event
    keys: dict[str, str] = field(default_factory=dict)
    stopped: bool = False

    def read(self, key: str) -> str | None:
        """The text of a key; None where there is none."""
        event = self.event
        if key == "_raw":
            return event.raw
        if key in _METADATA:
            name = _METADATA[key]
            return f"{name}::{getattr(event, name)}"
        if key == "_MetaData:Index":
            return event.index
        if key == "_meta":
            return meta_text(event)
        if key == "queue":
            return self.keys.get("queue", "indexQueue")
        if key == "_time":
            return f"{event.time:.6f}".rstrip("0").rstrip(".")
        if key.startswith("field:"):
            return _field_text(event, key.removeprefix("field:"))
        if key.startswith("fields:"):
            names = key.removeprefix("fields:").split(",")
            return "".join(_field_text(event, name.strip()) or "" for name in names) or None
        return self.keys.get(key)

    def write(self, key: str, text: str) -> None:
        """Sets a key. ValueError: it cannot have this value."""
        event = self.event
        if key == "_raw":
            event.raw = text
        elif key in _METADATA:
            name = _METADATA[key]
            setattr(event, name, text.removeprefix(f"{name}::"))
        elif key == "_MetaData:Index":
            event.index = text
        elif key == "_meta":
            event.fields = {}
            add_meta(event, text)
        elif key == "_time":
            event.time = float(text)
        else:
            self.keys[key] = text


def _field_text(event: Event, name: str) -> str | None:
    value = event.fields.get(name)
    return value if isinstance(value, str) or value is None else " ".join(value)


def meta_text(event: Event) -> str:
    """The index-time fields as _meta has them."""
    return " ".join(
        f"{name}::{_quoted(value)}"
        for name, values in event.fields.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def _quoted(value: str) -> str:
    if value and not re.search(r'[\s"]', value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def add_meta(event: Event, text: str) -> None:
    """Adds the fields of a text such as `a::1 b::"two words"`."""
    for found in _META_PAIR.finditer(text):
        add_field(event, _plain(found[1]), _plain(found[2]))


def _plain(text: str) -> str:
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def add_field(event: Event, name: str, value: str) -> None:
    """Adds a value of an index-time field; one that comes again has both values."""
    if not name or not value:
        return
    before = event.fields.get(name)
    both = value if before is None else [*([before] if isinstance(before, str) else before), value]
    event.fields = {**event.fields, name: both}


class Change(ABC):
    """One step on the way."""

    @abstractmethod
    def apply(self, passing: Passing) -> Event | None:
        """Changes the event. A clone of it that goes its own way, if there is to be one."""


@dataclass(frozen=True)
class SedChange(Change):
    """SEDCMD."""

    label: str
    steps: Sequence[SedStep]
    say: Say

    def apply(self, passing: Passing) -> Event | None:
        text = passing.event.raw
        try:
            for step in self.steps:
                text = step(text)
        except TimeoutError:
            self.say(f"{self.label} takes too long on an event, and leaves it as it is")
            return None
        passing.event.raw = text
        return None


@dataclass(frozen=True)
class RegexChange(Change):
    """A transform with REGEX. pairs: the fields that its named groups give.

    dest: the key that FORMAT is written to; "" where it only writes fields.
    """

    label: str
    pattern: regex.Pattern[str]
    form: str
    pairs: Sequence[tuple[Part, Part]]
    say: Say
    source: str = "_raw"
    dest: str = ""
    lookahead: int = 4096
    default: str | None = None
    write_meta: bool = False
    repeat: bool = False
    clone: str = ""

    def apply(self, passing: Passing) -> Event | None:
        text = passing.read(self.source)
        matches = self._matches(text[: self.lookahead]) if text is not None else []
        if self.clone:
            if not matches:
                return None
            event = passing.event
            copy = Passing(replace(event, sourcetype=self.clone), dict(passing.keys))
            self._write(copy, matches)
            return copy.event if copy.keys.get("queue") != DROPPED else None
        self._write(passing, matches)
        return None

    def _write(self, passing: Passing, matches: list[regex.Match[str]]) -> None:
        if not matches:
            if self.default is not None and self.dest:
                self._put(passing, self.default)
            return
        for match in matches:
            if self.dest:
                self._put(passing, filled(self.form, match, passing.read(self.dest) or ""))
            if self.write_meta:
                add_meta(passing.event, filled(self.form, match, meta_text(passing.event)))
            if self.write_meta or self.dest == "_meta":
                self._add_groups(passing.event, match)

    def _put(self, passing: Passing, text: str) -> None:
        try:
            passing.write(self.dest, text)
        except ValueError:
            self.say(f"{self.label} writes {text[:60]!r} to {self.dest}: left as it was")

    def _add_groups(self, event: Event, match: regex.Match[str]) -> None:
        for key, value in self.pairs:
            name = key if isinstance(key, str) else match[key]
            add_field(event, name or "", (match[value] if isinstance(value, int) else value) or "")

    def _matches(self, text: str) -> list[regex.Match[str]]:
        try:
            if not self.repeat:
                found = timed(self.pattern.search, text, limit=_MATCH_SECONDS)
                return [found] if found else []
            return timed(self._all, text, limit=_MATCH_SECONDS)
        except TimeoutError:
            self.say(f"{self.label} takes too long on an event, and does not change it")
            return []

    def _all(self, text: str, *, timeout: float, concurrent: bool) -> list[regex.Match[str]]:
        return list(self.pattern.finditer(text, timeout=timeout, concurrent=concurrent))


Changes = Sequence[Change]


class Rewriter:
    """Takes events through the changes that props.conf names for them.

    changes_of: the changes for a source, host and sourcetype.
    """

    def __init__(self, changes_of: Callable[[str, str, str], Changes]) -> None:
        self._changes_of = changes_of

    def touches(self, event: Event) -> bool:
        """Whether anything is to be done with such an event."""
        return bool(self._changes_of(event.source, event.host, event.sourcetype))

    def events(self, event: Event, depth: int = 0) -> Iterator[Event]:
        """What becomes of an event: nothing, itself, itself and its clones."""
        clones: list[Event] = []
        passing = Passing(event)
        for change in self._changes_of(event.source, event.host, event.sourcetype):
            clone = change.apply(passing)
            if clone is not None:
                clones.append(clone)
            if passing.stopped:
                break
        if passing.keys.get("queue") != DROPPED:
            yield event
        if depth < _MOST_CLONES:
            for clone in clones:
                yield from self.events(clone, depth + 1)
