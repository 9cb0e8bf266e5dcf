"""JSON that wraps events: one value that holds them in a list, as the answers of an API do.

Elastic's `{"hits": {"hits": [...]}}`, CloudTrail's `{"Records": [...]}`, Graph's
`{"value": [...]}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from splay.store.parsing.windows_json import log_of, parsed

_LOOKED_AT = 20  # members of a list
_PLAIN = re.compile(r"[A-Za-z_]\w*")
_LONG = re.compile(rb'\s*(?:\{\s*"[A-Za-z_]\w*"\s*:\s*)*\[\s*\{')
"""How a value begins that wraps events from its beginning on."""
_NAME = re.compile(rb'"(\w+)"')

Lists: TypeAlias = "Iterator[tuple[str, list[dict[str, Any]]]]"


def wraps_events(first: bytes) -> bool:
    """Whether the first line of a file is one JSON object that holds Windows events in a list, and
    is none itself."""
    line = first.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
    if not line.startswith(b"{") or log_of(line, 0, len(line)) is None:
        return False
    value = parsed(line)
    within = (item for _, items in _lists(value) for item in items[:_LOOKED_AT])
    return any(map(_is_event, within)) and not _is_event(_without_lists(value))


def wrapped_sentence(first: bytes) -> str:
    """What to say of a file that is one JSON value which wraps objects, and is read as lines; ""
    where it is none. first: the file, or the beginning of a long one."""
    if not first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return ""
    value = parsed(first)
    if value is None:
        begins = _LONG.match(first) if parsed(first.lstrip().partition(b"\n")[0]) is None else None
        if begins is None:
            return ""
        path, many = "".join(f".{name.decode()}" for name in _NAME.findall(begins[0])), "many"
    else:
        found = max(_lists(value), key=lambda each: len(each[1]), default=("", []))
        path, many = found[0], f"{len(found[1]):,}"
        if len(found[1]) < 2 or 2 * len(json.dumps(found[1])) < len(json.dumps(value)):
            return ""
    return (
        f"this is one JSON value that wraps {many} objects, read as it stands and not as an event "
        f"for each; to have these, write each on a line: jq -c '{path or '.'}[]' FILE > FILE.ndjson"
    )


def _lists(value: Any, path: str = "") -> Lists:
    """The lists of objects, and where each stands, as jq writes it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            key = name if _PLAIN.fullmatch(name) else json.dumps(name)
            yield from _lists(inner, f"{path}.{key}")
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        yield path, value
        for item in value[:_LOOKED_AT]:
            yield from _lists(item, f"{path}[]")


def _without_lists(value: Any) -> Any:
    if isinstance(value, dict):
        kept = ((name, _without_lists(inner)) for name, inner in value.items())
        return {name: inner for name, inner in kept if inner is not None}
    return None if isinstance(value, list) else value


def _is_event(value: Any) -> bool:
    text = json.dumps(value).encode()
    return log_of(text, 0, len(text)) is not None
