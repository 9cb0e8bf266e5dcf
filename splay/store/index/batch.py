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
        """What a frame says of it. first: the serial number of the first event."""
        return {
            "first": first,
            "starts": self.starts.tolist(),
            "lengths": self.lengths.tolist(),
            "times": self.times.tolist(),
            "indextime": self.indextime.tolist(),
            "origin_of": self.origin_of.tolist(),
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
        array("d", facts["indextime"]),
        array("I", facts["origin_of"]),
        origins,
    )


def make_batch(events: Iterable[Event]) -> Batch:
    """The events as a batch. Each has text."""
    text = bytearray()
    starts, lengths, origin_of = array("Q", [0]), array("I"), array("I")
    times, indextime = array("d"), array("d")
    origins: dict[Source, int] = {}
    for event in events:
        raw = event.raw.encode("utf-8", "replace")
        origin = _origin(event)
        origin_of.append(origins.setdefault(origin, len(origins)))
        times.append(event.time)
        indextime.append(event.indextime)
        lengths.append(len(raw))
        text += raw
        for _, values in origin[3]:
            text += b"\0" + b"\0".join(value.encode() for value in values)
        starts.append(len(text))
    return Batch(text, starts, lengths, times, indextime, origin_of, tuple(origins))


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
