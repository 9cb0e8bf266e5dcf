"""What a caller of the library gives, looked at before it is used: texts, events, rows.

Whatever is of the wrong kind is one error that says which, in place of whatever would come of it
somewhere in a search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from numbers import Integral, Real
from typing import TypeVar

from splay.errors import OptionError
from splay.rows import Results, Row, Scalar, Value
from splay.store.event import Event

T = TypeVar("T")
_EVENT = "Make one with splay.Event(raw=..., time=..., host=..., source=..., sourcetype=...)"
_VALUE = "A value is text, a number, or a list of these; None is no value"


def as_search(spl: object) -> str:
    """A search's text. OptionError: it is no text, or an empty one."""
    if not isinstance(spl, str):
        raise OptionError(f"the search is no text but {_kind(spl)}")
    if not spl.strip():
        raise OptionError("the search is empty", hint="Write * for all events")
    return spl


def as_events(given: Iterable[Event]) -> list[Event]:
    """The events that a caller brings, with whole numbers of seconds as floats, which times are.

    Raises:
        OptionError: which of them is none, and why.
    """
    events = []
    for number, event in enumerate(_several(given, "events")):
        if not isinstance(event, Event):
            raise OptionError(f"events[{number}] is no splay.Event but {_kind(event)}", hint=_EVENT)
        if not isinstance(event.raw, str):
            hint = "Decode it first"
            raise OptionError(f"events[{number}]: raw is no text but {_kind(event.raw)}", hint=hint)
        if not isinstance(event.time, int | float):
            hint = "Give seconds since 1970, such as a datetime's timestamp()"
            raise OptionError(f"events[{number}]: time is {_kind(event.time)}", hint=hint)
        events.append(replace(event, time=float(event.time)))
    return events


def as_rows(given: Iterable[Mapping[str, Value]]) -> Results:
    """The rows that a caller brings, as rows that commands may change.

    Raises:
        OptionError: which row, and which of its fields, is of the wrong kind.
    """
    owned: list[Row] = []
    for number, row in enumerate(_several(given, "rows")):
        if not isinstance(row, Mapping):
            hint = 'Give mappings of field names to values, such as {"user": "ann"}'
            raise OptionError(f"rows[{number}] is {_kind(row)}", hint=hint)
        owned.append(dict(_fields(row, number)))
    return Results(list(dict.fromkeys(name for row in owned for name in row)), owned)


def _several(given: Iterable[T], name: str) -> Iterable[T]:
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise OptionError(f"{name} is no list but {_kind(given)}", hint=f"Write {name}=[...]")
    return given


def _fields(row: Mapping[str, Value], number: int) -> Iterator[tuple[str, Value]]:
    for name, value in row.items():
        if not isinstance(name, str):
            raise OptionError(f"rows[{number}]: the field's name {name!r:.40} is no text")
        given = value if isinstance(value, list | tuple) else [value]
        values = [_scalar(each, name, number) for each in given if each is not None]
        if values:
            yield name, values if len(values) > 1 else values[0]


def _scalar(value: object, name: str, number: int) -> Scalar:
    """A value as searches have it. A truth value is text, as that of a JSON event is."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real | Decimal):
        return float(value)
    raise OptionError(f"rows[{number}]: the value of {name!r} is {_kind(value)}", hint=_VALUE)


def _kind(value: object) -> str:
    return f"{value!r:.40} ({type(value).__name__})"
