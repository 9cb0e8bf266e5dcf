"""What spath takes out of JSON and XML: everything by its path, or what one path leads to.

A JSON value is given as it is written in the text: 1.50 stays 1.50, an object stays its text.
Where the documentation is silent: an XML element that holds others is given as the XML in it,
and names of XML are taken without their namespaces.
Source: Search Reference, "spath".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import NamedTuple

from splay.eval.jsonvalue import whole
from splay.eval.paths import Attribute, Step
from splay.rows import Scalar

CUTOFF = 5_000
"""limits.conf, [spath] extraction_cutoff: how many characters are read for all fields."""

_SPACE = re.compile(r"[ \t\n\r]*")
_ATOM = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")


class Node(NamedTuple):
    """A JSON value, and where it stands. content: members, items, or the text of anything else."""

    content: dict[str, Node] | list[Node] | str
    start: int
    end: int


def all_pairs(text: str) -> Iterator[tuple[str, Scalar]]:
    """(path, value) of everything in the first 5,000 characters; nothing if the text is neither
    JSON nor XML."""
    if text.lstrip()[:1] == "<":
        seen = text if len(text) <= CUTOFF else text[: text.rfind(">", 0, CUTOFF) + 1]
        from splay.eval.xmlvalue import element_pairs, recovered_xml  # with lxml

        root = recovered_xml(seen)
        if root is not None:
            yield from element_pairs(root)
        return
    node = _json(text)
    if node is not None:
        yield from ((path, value) for path, value, end in _flat(node, "") if end <= CUTOFF)


def at_path(text: str, steps: list[Step]) -> list[Scalar]:
    """The values that a path leads to, in order."""
    if text.lstrip()[:1] == "<":
        from splay.eval.xmlvalue import recovered_xml, xml_values

        root = recovered_xml(text)
        return [] if root is None else xml_values(root, steps)
    node = _json(text)
    return [] if node is None else [_shown(found, text) for found in _json_nodes(node, steps)]


def _json(text: str) -> Node | None:
    text = whole(text)
    start = _skip(text, 0)
    if text[start : start + 1] not in ("{", "["):
        return None
    try:
        node = _read(text, start)
    except (ValueError, RecursionError, IndexError):
        return None
    return node if _skip(text, node.end) == len(text) else None


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _read(text: str, at: int) -> Node:
    """The value that begins at `at`. ValueError, IndexError: the text is no JSON."""
    char = text[at]
    if char == '"':
        value, end = scanstring(text, at + 1, True)
        return Node(value, at, end)
    if char in "{[":
        return _read_holder(text, at)
    atom = _ATOM.match(text, at)
    if atom is None:
        raise json.JSONDecodeError("no value", text, at)
    return Node(atom[0], at, atom.end())


def _read_holder(text: str, start: int) -> Node:
    close = "}" if text[start] == "{" else "]"
    members: dict[str, Node] = {}
    items: list[Node] = []
    at = _skip(text, start + 1)
    while text[at] != close:
        if close == "}":
            key, at = scanstring(text, _past(text, at, '"'), True)
            node = members[key] = _read(text, _skip(text, _past(text, _skip(text, at), ":")))
        else:
            node = _read(text, at)
            items.append(node)
        at = _skip(text, node.end)
        if text[at] != close:
            at = _skip(text, _past(text, at, ","))
            if text[at] == close:
                raise json.JSONDecodeError("no value after the comma", text, at)
    return Node(members if close == "}" else items, start, at + 1)


def _past(text: str, at: int, mark: str) -> int:
    if text[at] != mark:
        raise json.JSONDecodeError(f"no {mark}", text, at)
    return at + 1


def _flat(node: Node, path: str) -> Iterator[tuple[str, Scalar, int]]:
    """(path, value, where it ends) of each value that holds no others."""
    if isinstance(node.content, dict):
        for key, child in node.content.items():
            yield from _flat(child, f"{path}.{key}" if path else key)
    elif isinstance(node.content, list):
        for child in node.content:
            yield from _flat(child, f"{path}{{}}")
    else:
        yield path, node.content, node.end


def _json_nodes(node: Node, steps: list[Step]) -> list[Node]:
    found = [node]
    for step in steps:
        found = [inner for outer in found for inner in _inside(outer.content, step)]
    return found


def _inside(content: dict[str, Node] | list[Node] | str, step: Step) -> list[Node]:
    if isinstance(step, str):
        return [content[step]] if isinstance(content, dict) and step in content else []
    if not isinstance(content, list) or isinstance(step, Attribute):
        return []
    return content if step is None else content[step : step + 1]


def _shown(node: Node, text: str) -> Scalar:
    return node.content if isinstance(node.content, str) else text[node.start : node.end]
