"""What an .evtx file consists of: a head, chunks, and the records in each; also of a damaged one.

https://github.com/libyal/libevtx (documentation, "Windows XML Event Log (EVTX)")
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

MAGIC = b"ElfFile\x00"
HEAD = 4096
CHUNK = 65536
"""Bytes of a chunk, which can be read without the others, and of what is before the first one."""

_CHUNK_MAGIC = b"ElfChnk\x00"
_FIRST = 512  # where a chunk's records begin
_SIGNATURE = b"\x2a\x2a\0\0"
_RECORD_HEAD = 24  # signature, size, number, time; behind it the binary XML, then the size again
_LEAST = _RECORD_HEAD + 4
_NONE = 0xFFFFFFFFFFFFFFFF  # the first number of a chunk that has no records yet
MOST_OF_A_CHUNK = CHUNK // _LEAST
"""More records cannot be in one."""

_FILE_HEAD = struct.Struct("<24xQ10xH")  # next record's number, number of chunks
_CHUNK_HEAD = struct.Struct("<8xQQ16x4xII")  # first and last number, last record, free space
_RECORD = struct.Struct("<4sIQ")


class Record(NamedTuple):
    """chunk[place:end] is its binary XML. number: its number in the log."""

    place: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """place: its offset in the file. first, last: the numbers of its records as its head has them;
    last < first where it has none. sound: whether that head is one."""

    data: bytes
    place: int
    first: int
    last: int
    free: int
    sound: bool

    @property
    def declared(self) -> int:
        """How many records its head says it has."""
        return max(0, self.last - self.first + 1)

    @property
    def whole(self) -> bool:
        return self.sound and len(self.data) == CHUNK

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it: room that the log has not used yet."""
        return not self.sound and self.data == bytes(len(self.data))


def chunk_of(data: bytes, place: int) -> Chunk:
    """The chunk that these bytes, at this offset of the file, are."""
    sound = data.startswith(_CHUNK_MAGIC) and len(data) >= _FIRST
    first, last, free = 1, 0, len(data)
    if sound:
        first, last, _, free = _CHUNK_HEAD.unpack_from(data)
        if first == _NONE or last == _NONE:
            first, last = 1, 0
        sound = last - first < MOST_OF_A_CHUNK and _FIRST <= free <= CHUNK
        if not sound:
            first, last, free = 1, 0, len(data)
    return Chunk(data, place, first, last, min(free, len(data)), sound)


def records_of(chunk: Chunk) -> list[Record]:
    """Its records, in order; behind damage from the next record's signature on.

    Behind the end that its head names only those that are numbered on: the head of a log that was
    not closed is old, and what is left of older records has lower numbers.
    """
    records = _plain_records(chunk) if chunk.sound else []
    data, place, before = chunk.data, _FIRST, 0
    if records:
        place, before = records[-1].end + 4, records[-1].number
    while place < len(data):
        record = _record_at(data, place, before)
        if place >= chunk.free or not chunk.sound:
            if record is None and place >= chunk.free:
                break
            if record is not None and before and record.number != before + 1:
                break
        if record is not None:
            records.append(record)
            before = record.number
            place = record.end + 4
        else:
            following = _next_signature(data, place + 1, before, chunk.free)
            if data.startswith(_SIGNATURE, place) and place + _LEAST <= following:
                number = _RECORD.unpack_from(data, place)[2]
                records.append(Record(place + _RECORD_HEAD, following, number))
            place = following
    return records


def _plain_records(chunk: Chunk) -> list[Record]:
    """Its records up to the first that is not as it should be."""
    data, place, free = chunk.data, _FIRST, chunk.free
    records: list[Record] = []
    while place + _LEAST <= free:
        signature, size, number = _RECORD.unpack_from(data, place)
        end = place + size
        if (
            signature != _SIGNATURE
            or not _LEAST <= size <= free - place
            or data[end - 4 : end] != data[place + 4 : place + 8]
        ):
            break
        records.append(Record(place + _RECORD_HEAD, end - 4, number))
        place = end
    return records


def _record_at(data: bytes, place: int, before: int) -> Record | None:
    """The record that begins there; one whose signature alone is damaged is one."""
    if place + _LEAST > len(data):
        return None
    signature, size, number = _RECORD.unpack_from(data, place)
    end = place + size
    if size < _LEAST or end > len(data):
        return None
    ended = data.startswith(size.to_bytes(4, "little"), end - 4)
    if signature == _SIGNATURE:
        sound = ended or data.startswith(_SIGNATURE, end)
    else:
        sound = ended and before > 0 and number == before + 1
    return Record(place + _RECORD_HEAD, end - 4, number) if sound else None


def _next_signature(data: bytes, place: int, before: int, stop: int) -> int:
    """Where the next whole record begins up to there; the end where there is none."""
    while (place := data.find(_SIGNATURE, place, stop)) >= 0:
        record = _record_at(data, place, 0)
        if record is not None and record.number > before:
            return place
        place += 1
    return stop


@dataclass
class Survey:
    """What the heads of a file's chunks say of the file: whether any is missing.

    head: the file's first 4,096 bytes, or fewer. ranges: the numbers of the chunks' first and last
    records.
    """

    head: bytes
    chunks: int = 0
    ranges: list[tuple[int, int]] = field(default_factory=list)

    def see(self, chunk: Chunk) -> None:
        """Counts a chunk; what holds no record and has no sound head is none."""
        if chunk.sound or records_of(chunk):
            self.chunks += 1
        if chunk.declared:
            self.ranges.append((chunk.first, chunk.last))

    @property
    def missing(self) -> int:
        """How many chunks fewer there are than the file's head declares. It is the older of the
        two in a log that was not closed, so that more than declared are none too many."""
        return max(0, self._declared()[1] - self.chunks)

    def missing_records(self) -> int:
        """How many numbers lie between those of the chunks and behind them."""
        if not self.ranges:
            return max(0, self._declared()[0] - 1)
        ranges = sorted(self.ranges)
        reached, missing = ranges[0][0], 0
        for first, last in [*ranges, (self._declared()[0], 0)]:
            missing += max(0, first - reached)
            reached = max(reached, last + 1)
        return missing

    def _declared(self) -> tuple[int, int]:
        """The next record's number, and the number of chunks."""
        if len(self.head) < _FILE_HEAD.size:
            return 0, 0
        following, chunks = _FILE_HEAD.unpack_from(self.head)
        return following, chunks


def survey_heads(path: Path, survey: Survey, start: int) -> None:
    """Sees the chunks of a file from an offset on, which another process reads. Raises OSError."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        for place in range(start, size, CHUNK):
            file.seek(place)
            data = file.read(_FIRST)
            chunk = chunk_of(data, place)
            survey.see(chunk if chunk.sound else chunk_of(data + file.read(CHUNK - _FIRST), place))
