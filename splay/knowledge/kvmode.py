"""Automatic fields: KV_MODE = auto, auto_escaped, json or xml.

Source: Admin Manual, props.conf (KV_MODE, AUTO_KV_JSON, KV_TRIM_SPACES). Which characters end an
unquoted value is not documented; here it is white space, a comma, ; | and &.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from lxml import etree

from splay.conf import Stanza
from splay.errors import ConfError
from splay.eval.value import as_list, from_list, to_text
from splay.knowledge.extraction import clean_key
from splay.knowledge.step import RAW, Action, Step
from splay.rows import Demand, Row, Scalar

Pairs = Callable[[str], Iterator[tuple[str, Scalar]]]

_PLAIN = r'"(?P<quoted>[^"]*)"|(?P<bare>[^\s,;|&"][^\s,;|&]*)'
_ESCAPED = r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s,;|&"][^\s,;|&]*)'
_KEY = r"(?<![\w.\-:])(?P<key>[A-Za-z_][\w.\-:]*)"
_XML_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)


class KvStep(Step):
    """Fields named by the event itself; what is there already is kept."""

    reads = frozenset({RAW})
    makes = None

    def __init__(self, pairs: Pairs, can_hold: Callable[[str, str], bool]) -> None:
        self._pairs = pairs
        self._can_hold = can_hold

    def origin(self, field: str) -> str | None:
        """Splunk looks for the value of such a field in the index (fields.conf, INDEXED_VALUE):
        the raw text must hold it."""
        return RAW

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
            self._fill(row, raw)

        return act

    def _fill(self, row: Row, raw: str) -> None:
        before = frozenset(row)
        for key, value in self._pairs(raw):
            if key and key not in before:
                row[key] = from_list([*as_list(row.get(key)), value]) or value


def kv_steps(stanza: Stanza) -> list[Step]:
    """The steps for the stanza's KV_MODE. ConfError for one that is not supported."""
    settings = stanza.settings
    mode = settings.get("KV_MODE", "auto").strip().lower()
    if mode == "none":
        return []
    if mode == "xml":
        return [KvStep(xml_pairs, lambda raw, _: raw.lstrip()[:1] == "<")]
    as_json = KvStep(json_pairs, lambda raw, _: raw.lstrip()[:1] in ("{", "["))
    if mode == "json":
        return [as_json]
    if mode not in ("auto", "auto_escaped", ""):
        raise ConfError(
            f"KV_MODE = {mode} is not supported",
            where=stanza.where.get("KV_MODE", "props.conf"),
            hint="Write none, auto, auto_escaped, json or xml",
        )
    trim = settings.get("KV_TRIM_SPACES", "true").lower() in ("1", "t", "true")
    text = KvStep(_text_pairs(mode == "auto_escaped", trim), _has_key)
    with_json = settings.get("AUTO_KV_JSON", "true").lower() in ("1", "t", "true")
    return [as_json, text] if with_json else [text]


def _has_key(raw: str, name: str) -> bool:
    """Whether `name=` can be in the text; a cleaned name may be spelled another way there."""
    return f"{name}=" in raw or "_" in name or f"{name} =" in raw


def _text_pairs(escaped: bool, trim: bool) -> Pairs:
    pattern = re.compile(rf"{_KEY}\s?=\s?(?:{_ESCAPED if escaped else _PLAIN})")

    def pairs(raw: str) -> Iterator[tuple[str, Scalar]]:
        seen: set[str] = set()
        for match in pattern.finditer(raw):
            value = match["bare"] if match["quoted"] is None else match["quoted"]
            if escaped and match["quoted"] is not None:
                value = re.sub(r'\\(["\\])', r"\1", value)
            key = clean_key(match["key"])
            value = value.strip(" ") if trim else value
            if value and key not in seen:
                seen.add(key)
                yield key, value

    return pairs


def json_pairs(raw: str) -> Iterator[tuple[str, Scalar]]:
    """Fields of a JSON object by path: a.b, and a{} for the items of a list."""
    try:
        tree = json.loads(raw)
    except (ValueError, RecursionError):
        return
    yield from _flat(tree, "")


def _flat(node: object, path: str) -> Iterator[tuple[str, Scalar]]:
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _flat(child, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for child in node:
            yield from _flat(child, f"{path}{{}}")
    elif isinstance(node, bool):
        yield path, "true" if node else "false"
    elif node is None:
        yield path, "null"
    elif isinstance(node, int | float):
        yield path, to_text(node)
    else:
        yield path, str(node)


def xml_pairs(raw: str) -> Iterator[tuple[str, Scalar]]:
    """Fields of XML by path as spath names them: a.b for text, a.b{@c} for an attribute."""
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", raw).strip()
    try:
        root = etree.fromstring(text, _XML_PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return
    stack = [(root, _local(root))]
    while stack:
        element, path = stack.pop()
        for name, value in element.attrib.items():
            yield f"{path}{{@{_local_name(str(name))}}}", str(value)
        content = (element.text or "").strip()
        if content:
            yield path, content
        children = [child for child in element if isinstance(child.tag, str)]
        stack.extend((child, f"{path}.{_local(child)}") for child in reversed(children))


def _local(element: etree._Element) -> str:
    return _local_name(str(element.tag))


def _local_name(name: str) -> str:
    return name.rpartition("}")[2]
