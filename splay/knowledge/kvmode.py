"""Automatic fields: KV_MODE = auto, auto_escaped, json or xml.

Source: Admin Manual, props.conf (KV_MODE, AUTO_KV_JSON, KV_TRIM_SPACES). Which characters end an
unquoted value is not documented; here it is white space, a comma, ; | and &.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from splay.conf.files import Stanza
from splay.conf.settings import broken, flag
from splay.eval.jsonvalue import whole
from splay.eval.value import as_list, from_list
from splay.knowledge.pairs import clean_key
from splay.knowledge.step import RAW, Action, Broken, Step
from splay.knowledge.trace import Trace
from splay.pcre.symbolic.pattern import Unsupported
from splay.rows import Demand, Row

Pairs = Callable[[str], Iterator[tuple[str, str]]]

_PLAIN = r'"(?P<quoted>[^"]*)"|(?P<bare>[^\s,;|&"][^\s,;|&]*)'
_ESCAPED = r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s,;|&"][^\s,;|&]*)'
_KEY = r"(?<![\w.\-:])(?P<key>[A-Za-z_][\w.\-:]*)"
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
# A document type could declare entities: such a text gives no fields, and is not parsed at all.
_DOCTYPE = re.compile(r"(?>\s+|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.DOTALL)


class KvStep(Step):
    """Fields named by the event itself; what is there already is kept.

    literal: whether the text holds a value's letters as they are.
    """

    reads = frozenset({RAW})
    makes = None

    def __init__(
        self, pairs: Pairs, can_hold: Callable[[str, str], bool], *, literal: bool = True
    ) -> None:
        self._pairs = pairs
        self._can_hold = can_hold
        self._literal = literal

    def changes(self, field: str) -> bool:
        return False

    def origins(self, field: str) -> Collection[str] | None:
        return (RAW,) if self._literal else None

    def bind(self, wanted: Demand) -> Action:
        names = None if wanted.everything or wanted.patterns else sorted(wanted.names)

        def act(row: Row) -> None:
            raw = row.get(RAW)
            if not isinstance(raw, str):
                return
            if names is not None and not any(
                name not in row and self._can_hold(raw, name) for name in names
            ):
                return
            self._fill(row, raw, wanted)

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
            if key and key not in before and wanted.wants(key):
                row[key] = from_list([*as_list(row.get(key)), value]) or value


def kv_steps(stanza: Stanza) -> list[Step]:
    """The steps for the stanza's KV_MODE; one that is not supported breaks every field."""
    settings = stanza.settings
    mode = settings.get("KV_MODE", "").strip().lower() or "auto"
    # A JSON escape can hide a letter of a value. Splunk looks for the words of a value in the
    # index, and does not find such an event either (fields.conf, INDEXED_VALUE).
    as_json = KvStep(json_pairs, lambda raw, _: raw.lstrip()[:1] in ("{", "["))
    if mode == "none":
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
            if value and not (self.once and key in seen):
                seen.add(key)
                yield key, value

    def traced(self, row: Trace, raw: str) -> Iterator[tuple[str, str]]:
        """The pairs in a text with slots, each value as it stands there."""
        for _, key, quoted, bare in row.find(self._pattern, raw):
            key = row.known(key or "")
            yield (clean_key(key) if self.clean else key), quoted or bare or ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"{_KEY}\s?=\s?(?:{_ESCAPED if self.escaped else _PLAIN})")


class _Object(tuple[tuple[str, object], ...]):
    """A JSON object with all its pairs, also those of the same name."""


class _Number(str):
    """A number of a JSON text, as it is written there."""


def json_pairs(raw: str) -> Iterator[tuple[str, str]]:
    """Fields of a JSON text by path: a.b, and a{} for the items of a list.

    Numbers stay as they are written. A text that is not JSON throughout gives none.
    """
    try:
        tree = json.loads(
            whole(raw),
            object_pairs_hook=_Object,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_no_json,
        )
    except (ValueError, RecursionError):
        return
    if not isinstance(tree, _Object | list):
        return
    waiting: list[tuple[str, object]] = [("", tree)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, _Object):
            inner = [(f"{path}.{key}" if path else key, child) for key, child in node]
            waiting.extend(reversed(inner))
        elif isinstance(node, list):
            waiting.extend((f"{path}{{}}", child) for child in reversed(node))
        else:
            yield path, _json_text(node)


def _no_json(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _json_text(node: object) -> str:
    if node is None:
        return "null"
    return str(node).lower() if isinstance(node, bool) else str(node)


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
