"""JSON documents as eval keeps them: text in a field; and paths such as cities{0}.name.

Where the documentation is silent: a path with {} gives the values it finds, in order, and null
if it finds none.
Source: Splunk Search Reference, "JSON functions".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from splay.eval.precision import number
from splay.eval.registry import Result

Json: TypeAlias = Any
Step: TypeAlias = str | int | None
"""A step of a path: a key, an index, or None for every element."""

_STEP = re.compile(r"\.?([^.{}]+)|\{(\d*)\}")


_SURROGATES = re.compile(
    r"(?P<kept>\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


def whole(text: str) -> str:
    """The JSON text, as long as it was, with U+FFFD for an escaped half of a surrogate pair: alone
    it is no character, and no output could be written with it (RFC 8259, section 8.2)."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _SURROGATES.sub(lambda found: found["kept"] or "\\ufffd", text)


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def _number(text: str) -> int | float:
    """1.00 is the integer 1, as toarray()'s example has it."""
    return number(float(text))


def load(text: str, otherwise: Json) -> Json:
    """The document, or `otherwise` if the text is no JSON (JSON's null gives None)."""
    try:
        return json.loads(whole(text), parse_constant=_no_constant, parse_float=_number)
    except (ValueError, RecursionError):
        return otherwise


def to_json(document: Json) -> str:
    """Compact JSON text, characters as they are. ValueError: nan and infinity."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_json(document: Json) -> Result:
    """A JSON value as eval's: objects and arrays stay JSON text."""
    if document is None or isinstance(document, (str, bool, int, float)):
        return document
    return to_json(document)


def into_json(value: Result) -> Json:
    """A value of eval as JSON's: a list is an array, the text of an object or array is that."""
    if isinstance(value, list):
        return [into_json(item) for item in value]
    if isinstance(value, float):
        return number(float(value))
    if isinstance(value, str) and value[:1] in ("{", "["):
        return load(value, value)
    return value


def parse_path(path: str) -> list[Step] | None:
    """The steps of a path; None if it cannot be read. `{}` alone is the whole document."""
    steps: list[Step] = []
    end = 0
    while match := _STEP.match(path, end):
        end = match.end()
        steps.append(match[1] if match[1] else int(match[2]) if match[2] else None)
    return steps if end == len(path) and steps else None


def find(document: Json, path: str) -> Json:
    """What the path leads to; None for nothing."""
    steps = parse_path(path)
    if steps is None:
        return None
    if steps == [None] and isinstance(document, dict):
        return document
    found = [document]
    for step in steps:
        found = [inner for outer in found for inner in _inside(outer, step)]
    if None in steps:
        return found or None
    return found[0] if found else None


def _inside(document: Json, step: Step) -> list[Json]:
    if isinstance(step, str):
        return [document[step]] if isinstance(document, dict) and step in document else []
    if not isinstance(document, list):
        return []
    return document if step is None else document[step : step + 1]


def change(document: Json, path: str, update: Callable[[Json], Json], *, create: bool) -> None:
    """Replaces what the path leads to by update(it), in place.

    create: keys that are missing on the way are made, and update gets None for the last one.
    """
    steps = parse_path(path)
    if steps is None:
        return
    *before, last = steps
    holders = [document]
    for step in before:
        if create:
            for holder in holders:
                if isinstance(step, str) and isinstance(holder, dict):
                    holder.setdefault(step, {})
        holders = [inner for holder in holders for inner in _inside(holder, step)]
    for holder in holders:
        _replace(holder, last, update, create=create)


def _replace(holder: Json, step: Step, update: Callable[[Json], Json], *, create: bool) -> None:
    if isinstance(step, str):
        if isinstance(holder, dict) and (create or step in holder):
            holder[step] = update(holder.get(step))
    elif isinstance(holder, list):
        for index in range(len(holder)) if step is None else [step]:
            if index < len(holder):
                holder[index] = update(holder[index])
