"""XML as trees. lxml takes a while to start: what reads XML imports this where it does so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from splay.eval.paths import Attribute, Step
from splay.rows import Scalar

_PROLOGUE = re.compile(r"^\s*<\?xml[^>]*>")
_STRICT = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
)


def parsed_xml(text: str) -> etree._Element | None:
    """The tree of a whole document; None for what is none. Entities are never expanded."""
    try:
        return etree.fromstring(text, _STRICT)
    except (etree.XMLSyntaxError, ValueError):
        return None


def element_pairs(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Fields of an element and all in it, by path."""
    stack = [(root, _local(root.tag))]
    while stack:
        element, path = stack.pop()
        for name, value in element.attrib.items():
            yield f"{path}{{@{_local(name)}}}", str(value)
        content = (element.text or "").strip()
        if content:
            yield path, content
        children = [child for child in element if isinstance(child.tag, str)]
        stack.extend((child, f"{path}.{_local(child.tag)}") for child in reversed(children))


def recovered_xml(text: str) -> etree._Element | None:
    """The tree of a text that may be cut off; None where there is none."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, recover=True
    )
    try:
        return etree.fromstring(_PROLOGUE.sub("", text).strip().encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def xml_values(root: etree._Element, steps: list[Step]) -> list[Scalar]:
    """The values that a path leads to, in order."""
    holder = etree.Element("document")
    holder.append(root)
    found = [holder]
    pending = list(steps)
    while pending:
        step = pending.pop(0)
        if isinstance(step, Attribute):
            if pending:
                return []
            return [value for one in found for value in _attribute(one, step.name)]
        if isinstance(step, int):
            return []  # an index without a name before it
        if step is None:
            continue
        index = pending.pop(0) if pending and isinstance(pending[0], int) else None
        children = [_named(one, step) for one in found]
        if isinstance(index, int):  # that of XML counts from 1
            children = [some[index - 1 : index] if index else [] for some in children]
        found = [child for some in children for child in some]
    return [text for one in found if (text := _inner(one))]


def _named(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if _local(child.tag) == name]


def _attribute(element: etree._Element, name: str) -> list[Scalar]:
    return [str(value) for key, value in element.attrib.items() if _local(key) == name]


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _inner(element: etree._Element) -> str:
    if len(element) == 0:
        return (element.text or "").strip()
    parts = [element.text or "", *(etree.tostring(one, encoding="unicode") for one in element)]
    return "".join(parts).strip()
