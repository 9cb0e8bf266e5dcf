"""The fields of a JSON text, as KV_MODE and INDEXED_EXTRACTIONS give them.

Source: Admin Manual, props.conf (KV_MODE = json, INDEXED_EXTRACTIONS = json).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from splay.eval.jsonvalue import whole


class _Object(tuple[tuple[str, object], ...]):
    """A JSON object with all its pairs, also those of the same name."""


class _Number(str):
    """A number of a JSON text, as it is written there."""


def json_pairs(raw: str) -> Iterator[tuple[str, str]]:
    """Fields of a JSON text by path: a.b, and a{} for the items of a list.

    Numbers stay as they are written. A text that is not JSON throughout gives none.
    """
    try:
        tree = _DECODER.decode(whole(raw))
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


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_no_json
)


def _json_text(node: object) -> str:
    if node is None:
        return "null"
    return str(node).lower() if isinstance(node, bool) else str(node)
