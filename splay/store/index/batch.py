"""Events that are written to a journal at once: their text in one piece, and what is said of it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from splay.store.event import Event

Fields: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Index-time fields, each name with its values."""
Source: TypeAlias = tuple[str, str, str, Fields]
"""Host, source, sourcetype and index-time fields."""


@dataclass(frozen=True)
class Batch:
    """starts: where each event's bytes begin in `text`, and its end. origin_of: where each is
    from, as a place in `origins`."""

    text: bytes | bytearray
    starts: array[int]
    lengths: array[int]
    times: array[float]
    indextime: array[float]
    origin_of: array[int]
    origins: tuple[Source, ...]

    def __len__(self) -> int:
        return len(self.times)

    def facts(self, first: int) -> dict[str, Any]:
        """What a frame says of it. first: the serial number of the first event.

        Of a column whose numbers are all the same it has that one.
        """
        return {
            "first": first,
            "starts": self.starts.tolist(),
            "lengths": self.lengths.tolist(),
            "times": self.times.tolist(),
            "indextime": _shortened(self.indextime),
            "origin_of": _shortened(self.origin_of),
            "origins": self.origins,
        }


def read_batch(facts: dict[str, Any], text: bytes) -> Batch:
    """What was written, from what its frame says."""
    origins = tuple(
        (host, source, sourcetype, tuple((name, tuple(values)) for name, values in fields))
        for host, source, sourcetype, fields in facts["origins"]
    )
    return Batch(
        text,
        array("Q", facts["starts"]),
        array("I", facts["lengths"]),
        array("d", facts["times"]),
        array("d", _lengthened(facts["indextime"], len(facts["times"]))),
        array("I", _lengthened(facts["origin_of"], len(facts["times"]))),
        origins,
    )


def _shortened(column: array[float] | array[int]) -> Any:
    return column.tolist() if column[0] != column[-1] or len(set(column)) > 1 else column[0]


def _lengthened(column: Any, count: int) -> list[Any]:
    return column if isinstance(column, list) else [column] * count


def make_batch(events: Iterable[Event]) -> Batch:
    """The events as a batch. Each has text."""
    events = list(events)
    raws = [event.raw.encode("utf-8", "replace") for event in events]
    lengths = array("I", map(len, raws))
    times = array("d", [event.time for event in events])
    indextime = array("d", [event.indextime for event in events])
    texts: list[bytes] = []
    starts, places = [0], []
    origins: dict[Source, int] = {}
    plain: dict[tuple[str, str, str], int] = {}  # of events without fields
    size = 0
    for event, raw in zip(events, raws, strict=True):
        texts.append(raw)
        size += len(raw)
        shared = event.host, event.source, event.sourcetype
        place = None if event.fields else plain.get(shared)
        if place is None:
            origin = _origin(event)
            place = origins.setdefault(origin, len(origins))
            if not event.fields:
                plain[shared] = place
            for _, values in origin[3]:
                texts.append(b"\0" + b"\0".join(value.encode() for value in values))
                size += len(texts[-1])
        places.append(place)
        starts.append(size)
    return Batch(
        b"".join(texts),
        array("Q", starts),
        lengths,
        times,
        indextime,
        array("I", places),
        tuple(origins),
    )


def pieces(events: Sequence[Event], most: int) -> Iterator[list[Event]]:
    """The events that have text, in lists of at least so many characters but the last."""
    piece: list[Event] = []
    size = 0
    for event in events:
        if not event.raw:
            continue
        piece.append(event)
        size += len(event.raw)
        if size >= most:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _origin(event: Event) -> Source:
    fields = tuple(
        (_text(name), (_text(value),) if isinstance(value, str) else tuple(map(_text, value)))
        for name, value in event.fields.items()
    )
    return _text(event.host), _text(event.source), _text(event.sourcetype), fields


def _text(text: str) -> str:
    """Text that is UTF-8: half a surrogate pair, which JSON may hold, becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
