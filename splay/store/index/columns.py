"""What an index knows of its events besides their text: a column each, in memory or mapped.

A file of columns is a mark, the length and CRC-32 of a line of JSON, that line, and the columns,
each from a multiple of eight bytes on, as this machine writes numbers. It can be made again from
the journal, so what is wrong with it costs nothing but time.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from abc import ABC
from array import array
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from splay.store.index.batch import Batch, Fields
from splay.store.index.journal import mapped

_MARK = b"SPLC"
_HEAD = struct.Struct("<4sII")  # the mark, the length of the line, its CRC
_ALIGN = 8
_KNOWN = 4096  # different sets of index-time fields that are looked for among those before
_TYPES = {
    "starts": "Q",
    "sizes": "I",
    "lengths": "I",
    "times": "d",
    "indextime": "d",
    "origin_of": "I",
    "fields_of": "I",
    "field_ends": "Q",
}


class BadColumns(Exception):
    """The file is not what it was, or of another version."""


class Origin(NamedTuple):
    """What many events share."""

    host: str
    source: str
    sourcetype: str


@dataclass
class Summary:
    """What is known of a bucket without looking at its events.

    text: bytes of events. earliest, latest: of the events' times; indexed: the first and the last
    time at which one was indexed. journal: bytes of the journal.
    """

    first: int
    count: int = 0
    text: int = 0
    earliest: float = float("inf")
    latest: float = float("-inf")
    indexed: tuple[float, float] = (float("inf"), float("-inf"))
    journal: int = 0

    def add(self, batch: Batch, journal: int) -> None:
        """Of events behind those that there were."""
        self.earliest = min(self.earliest, *batch.times)
        self.latest = max(self.latest, *batch.times)
        first, last = self.indexed
        self.indexed = min(first, *batch.indextime), max(last, *batch.indextime)
        self.text += len(batch.text)
        self.journal = journal
        self.count += len(batch)


class Columns(ABC):
    """By an event's number in its bucket.

    starts: where its bytes begin in the journal. lengths: how many are its own; sizes: with the
    values of its index-time fields behind them, so that a literal that a search looks for is found
    there as well. origin_of: its place in `origins`. fields_of: which index-time fields, counted
    from one; zero for none.
    """

    starts: array[int]
    sizes: array[int]
    lengths: array[int]
    times: array[float]
    indextime: array[float]
    origin_of: array[int]
    fields_of: array[int]
    field_ends: array[int]
    field_text: bytearray | memoryview
    origins: list[Origin]

    def fields(self, number: int) -> Fields:
        """The index-time fields of an event, each name with its values."""
        place = self.fields_of[number]
        if not place:
            return ()
        begin = self.field_ends[place - 2] if place > 1 else 0
        text = bytes(self.field_text[begin : self.field_ends[place - 1]])
        return tuple((name, tuple(values)) for name, values in json.loads(text))


class Growing(Columns):
    """The columns of the bucket that is written to."""

    field_text: bytearray

    def __init__(self) -> None:
        for name, code in _TYPES.items():
            setattr(self, name, array(code))
        self.field_text = bytearray()
        self.origins = []
        self._places: dict[Origin, int] = {}
        self._known: dict[bytes, int] = {}

    def add(self, batch: Batch, text_at: int) -> None:
        """Adds events whose text begins at a place in the journal."""
        moved, fields = [], []
        for host, source, sourcetype, names in batch.origins:
            moved.append(self._origin(Origin(host, source, sourcetype)))
            fields.append(self._fields(names) if names else 0)
        self.fields_of.extend(fields[n] for n in batch.origin_of)
        self.origin_of.extend(moved[n] for n in batch.origin_of)
        self.starts.extend(text_at + start for start in batch.starts[:-1])
        self.sizes.extend(end - start for start, end in pairwise(batch.starts))
        self.lengths.extend(batch.lengths)
        self.times.extend(batch.times)
        self.indextime.extend(batch.indextime)

    def _origin(self, origin: Origin) -> int:
        place = self._places.setdefault(origin, len(self._places))
        if place == len(self.origins):
            self.origins.append(origin)
        return place

    def _fields(self, fields: Fields) -> int:
        text = json.dumps(fields, separators=(",", ":")).encode()
        place = self._known.get(text)
        if place is None:
            self.field_text.extend(text)
            self.field_ends.append(len(self.field_text))
            place = len(self.field_ends)
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[text] = place
        return place


class Stored(Columns):
    """The columns in a file, each read when it is first asked for.

    Raises BadColumns, OSError. check: whether to compare the file with its CRC.
    """

    def __init__(self, path: Path, *, check: bool) -> None:
        data = mapped(path)
        facts, begin = _facts(path, data)
        self._body = data[begin:]
        self._places: dict[str, tuple[int, int]] = facts["places"]
        if check and zlib.crc32(self._body) != facts["crc"]:
            raise BadColumns(path)

    def _part(self, name: str) -> memoryview:
        at, size = self._places[name]
        return self._body[at : at + size]

    def __getattr__(self, name: str) -> Any:
        """A column that was not asked for yet."""
        value: Any
        if name == "origins":
            value = [Origin(*one) for *one, _ in json.loads(bytes(self._part(name)))]
        elif name == "field_text":
            value = self._part(name)
        elif name in _TYPES:
            value = array(_TYPES[name])
            value.frombytes(self._part(name))
        else:
            raise AttributeError(name)
        setattr(self, name, value)
        return value


def packed(columns: Columns, summary: Summary) -> bytes:
    """The file's content."""
    counts = Counter(columns.origin_of)
    names = json.dumps([[*one, counts[n]] for n, one in enumerate(columns.origins)]).encode()
    parts = {name: bytes(getattr(columns, name)) for name in (*_TYPES, "field_text")}
    body = bytearray()
    places: dict[str, tuple[int, int]] = {}
    for name, part in {**parts, "origins": names}.items():
        body += bytes(-len(body) % _ALIGN)
        places[name] = (len(body), len(part))
        body += part
    facts = {
        "order": sys.byteorder,
        "summary": vars(summary),
        "places": places,
        "size": len(body),
        "crc": zlib.crc32(body),
    }
    line = json.dumps(facts).encode()
    line += b" " * (-(_HEAD.size + len(line)) % _ALIGN)
    return _HEAD.pack(_MARK, len(line), zlib.crc32(line)) + line + body


def _facts(path: Path, data: memoryview) -> tuple[dict[str, Any], int]:
    """What the line of a file says, and where its columns begin. Raises BadColumns."""
    try:
        mark, length, crc = _HEAD.unpack_from(data)
        line = bytes(data[_HEAD.size : _HEAD.size + length])
        facts: dict[str, Any] = json.loads(line) if zlib.crc32(line) == crc else {}
    except (struct.error, ValueError):
        raise BadColumns(path) from None
    begin = _HEAD.size + length
    if mark != _MARK or facts.get("order") != sys.byteorder or len(data) - begin != facts["size"]:
        raise BadColumns(path)
    return facts, begin


def read_summary(path: Path) -> Summary:
    """The summary alone. Raises BadColumns, OSError."""
    facts, _ = _facts(path, mapped(path))
    held = {**facts["summary"], "indexed": tuple(facts["summary"]["indexed"])}
    return Summary(**held)
