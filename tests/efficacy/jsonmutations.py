"""Changes of events as JSON that leave them the same event: what collectors and pipelines do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

_PROVIDER = re.compile(r"(?i)provider|guid|source_?name")
_NUMBER = re.compile(r'("[^"]*(?i:event_?id|code|id)"\s*:\s*)(?:"4876"|4876)')


@dataclass(frozen=True)
class Change:
    """One change of an event's text. layout: how it lies in a file then, if not on a line."""

    name: str
    change: Callable[[str, Random], str]
    layout: str = ""


def _ascii(text: str, rng: Random) -> str:
    return _written(json.loads(text), ascii=True)


def _indented(text: str, rng: Random) -> str:
    return _written(json.loads(text), indent=rng.choice((1, 2, 4)))


def _shuffled(text: str, rng: Random) -> str:
    def turned(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        keys = list(value)
        rng.shuffle(keys)
        return {key: turned(value[key]) for key in keys}

    return _written(turned(json.loads(text)))


def _without_provider(text: str, rng: Random) -> str:
    """The log alone says whose event it is. In an exported event it stands in XML: it stays."""

    def left(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: left(each) for key, each in value.items() if not _PROVIDER.search(key)}

    return _written(left(json.loads(text)))


def _number(text: str, rng: Random) -> str:
    return _NUMBER.sub(rng.choice((r"\g<1>4876", r'\g<1>"4876"')), text)


def _in_records(text: str, rng: Random) -> str:
    """As an event hub hands records on. What Splunk exported is handed on as it is."""
    return text if '"_raw":' in text else _written({"records": [json.loads(text)]})


def _in_event(text: str, rng: Random) -> str:
    return (
        text if '"_raw":' in text else _written({"time": 1773135015.4, "event": json.loads(text)})
    )


def _after_syslog(text: str, rng: Random) -> str:
    return f"<14>Mar 10 09:30:15 relay nxlog[892]: {_written(json.loads(text))}"


def _written(value: Any, *, ascii: bool = False, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=ascii, indent=indent)


# In this order they are done: what is no object any more comes last.
CHANGES = (
    Change("keys in any order", _shuffled),
    Change("no provider in JSON", _without_provider),
    Change("the number as a number or a text", _number),
    Change("within an event", _in_event),
    Change("within records", _in_records),
    Change("letters beyond ASCII escaped", _ascii),
    Change("indented JSON", _indented, "indented"),
    Change("a syslog header before JSON", _after_syslog, "on a line"),
)
