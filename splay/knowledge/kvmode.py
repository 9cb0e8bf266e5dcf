"""Automatic fields: KV_MODE = auto, auto_escaped, json or xml.

Source: Admin Manual, props.conf (KV_MODE, AUTO_KV_JSON, KV_TRIM_SPACES). Which characters end an
unquoted value is not documented; here it is white space, a comma, ; | and &.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from splay.conf.files import Stanza
from splay.conf.settings import broken, flag
from splay.eval.value import as_list, from_list
from splay.knowledge.pairs import clean_key
from splay.knowledge.step import RAW, Action, Broken, Say, Step
from splay.knowledge.trace import Trace
from splay.pcre.symbolic.pattern import Unsupported
from splay.rows import Demand, Row
from splay.transforms.jsonpairs import json_pairs

Pairs = Callable[[str], Iterator[tuple[str, str]]]

_PLAIN = r'"(?P<quoted>[^"]*)"|(?P<bare>[^\s,;|&"][^\s,;|&]*)'
_ESCAPED = r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s,;|&"][^\s,;|&]*)'
_KEY = r"(?<![\w.\-:])(?P<key>[\w][\w.\-:]*)"
_OF_EVERY_EVENT = ("host", "source", "sourcetype", "index")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
# A document type could declare entities: such a text gives no fields, and is not parsed at all.
_DOCTYPE = re.compile(r"(?>\s+|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.DOTALL)


class KvStep(Step):
    """Fields named by the event itself; what is there already is kept.

    literal: whether the text holds a value's letters as they are. adds: the fields that get a value
    more where they have one; None: all.
    """

    reads = frozenset({RAW})
    makes = None

    def __init__(
        self,
        pairs: Pairs,
        can_hold: Callable[[str, str], bool],
        *,
        literal: bool = True,
        adds: Collection[str] | None = (),
    ) -> None:
        self._adds = adds
        self._pairs = pairs
        self._can_hold = can_hold
        self._literal = literal

    def changes(self, field: str) -> bool:
        return self._adds is None or field in self._adds

    def origins(self, field: str) -> Collection[str] | None:
        return (RAW,) if self._literal else None

    def bind(self, wanted: Demand) -> Action:
        names = None if wanted.everything or wanted.patterns else sorted(wanted.names)

        can_hold = self._can_hold
        changed = frozenset(name for name in names or () if self.changes(name))

        def act(row: Row) -> None:
            raw = row.get(RAW)
            if not isinstance(raw, str):
                return
            if names is None:
                self._fill(row, raw, wanted)
                return
            for name in names:
                if (name not in row or name in changed) and can_hold(raw, name):
                    self._fill(row, raw, wanted)
                    return

        return act

    def trace(self, row: Trace, wanted: Demand) -> None:
        raw = row.text(RAW)
        if raw is None:
            row.mix(self.reads, self.makes)
        elif self._pairs is json_pairs:
            if row.may_begin(raw.lstrip(), "{["):
                raise Unsupported
        elif isinstance(self._pairs, TextPairs):
            for key, value in self._pairs.traced(row, raw):
                if key and wanted.wants(key) and row.text(key) is None:
                    row.use(value)
                    row.mix((), (key,))
        else:
            raise Unsupported

    def _fill(self, row: Row, raw: str, wanted: Demand) -> None:
        before = frozenset(row)
        for key, value in self._pairs(raw):
            if key and wanted.wants(key) and (key not in before or self.changes(key)):
                row[key] = from_list([*as_list(row.get(key)), value]) or value


def kv_steps(stanza: Stanza, say: Say) -> list[Step]:
    """The steps for the stanza's KV_MODE; one that is not supported breaks every field.

    JSON adds to what was extracted at index time, and under KV_MODE = json to the fields that every
    event has: each then has both values, as was measured.
    """
    settings = stanza.settings
    mode = settings.get("KV_MODE", "").strip().lower() or "auto"
    # A JSON escape can hide a letter of a value. Splunk looks for the words of a value in the
    # index, and does not find such an event either (fields.conf, INDEXED_VALUE).
    twice = settings.get("INDEXED_EXTRACTIONS", "").strip().lower() == "json"
    adds = None if twice else _OF_EVERY_EVENT if mode == "json" else ()
    as_json = KvStep(json_pairs, lambda raw, _: raw.lstrip()[:1] in ("{", "["), adds=adds)
    if mode == "multi":
        place = stanza.place("KV_MODE", "props.conf")
        say("WARN", f"{place}: KV_MODE = multi is for tables, of which splay extracts no fields")
    if mode in ("none", "multi"):
        return []
    if mode == "xml":
        return [KvStep(xml_pairs, lambda raw, _: raw.lstrip()[:1] == "<", literal=False)]
    if mode == "json":
        return [as_json]
    try:
        if mode not in ("auto", "auto_escaped"):
            raise ValueError("it is not supported")
        trim, with_json = (
            flag(settings, "KV_TRIM_SPACES", True),
            flag(settings, "AUTO_KV_JSON", True),
        )
    except ValueError as error:
        where = stanza.place("KV_MODE", "props.conf")
        return [Broken(broken(error, f"KV_MODE = {mode}", where), None)]
    # A cleaned name may be spelled another way in the text, but only where it has a _.
    text = KvStep(
        TextPairs(escaped=mode == "auto_escaped", trim=trim), lambda raw, n: n in raw or "_" in n
    )
    return [as_json, text] if with_json else [text]


@dataclass(frozen=True)
class TextPairs:
    """Finds key=value in text. once: only the first value of a key; clean: cleans keys."""

    escaped: bool = False
    trim: bool = True
    once: bool = True
    clean: bool = True

    def __call__(self, raw: str) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        for match in self._pattern.finditer(raw):
            value = match["bare"] if match["quoted"] is None else match["quoted"]
            if self.escaped and match["quoted"] is not None:
                value = re.sub(r'\\(["\\])', r"\1", value)
            key = clean_key(match["key"]) if self.clean else match["key"]
            value = value.strip(" ") if self.trim else value
            if value and key and not (self.once and key in seen):
                seen.add(key)
                yield key, value

    def traced(self, row: Trace, raw: str) -> Iterator[tuple[str, str]]:
        """The pairs in a text with slots, each value as it stands there."""
        for _, key, quoted, bare in row.find(self._pattern, raw):
            key = row.known(key or "")
            name = clean_key(key) if self.clean else key
            if name:
                yield name, quoted or bare or ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"{_KEY}\s?=\s?(?:{_ESCAPED if self.escaped else _PLAIN})")


def xml_pairs(raw: str) -> Iterator[tuple[str, str]]:
    """Fields of XML by path as spath names them: a.b for text, a.b{@c} for an attribute.

    Entities are never expanded: a text with a document type gives no fields.
    """
    declared = _DECLARATION.match(raw)
    text = raw[declared.end() if declared else 0 :].strip()
    if _DOCTYPE.match(text):
        return
    from splay.eval.xmlvalue import element_pairs, parsed_xml  # with lxml

    root = parsed_xml(text)
    if root is not None:
        yield from element_pairs(root)
