"""A long .evtx log, made of the records of a short one, for tests and benchmarks.

Its chunks are full, as those of a log in use are: with copies of the chunk's own records. A copy
names the template that its original defines instead of holding it a second time.
https://github.com/libyal/libevtx (documentation, "Windows XML Event Log (EVTX)")
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

HEAD = 4096
CHUNK = 65536
_FIRST = 512  # where a chunk's records begin
_RECORD = b"\x2a\x2a\0\0"
_BINARY_XML = 0x21
_DEFINITION = 24  # bytes of a template's definition before those that it counts


def long_evtx(log: bytes, chunks: int) -> Iterator[bytes]:
    """The pieces of a file of so many copies of the log's first chunk, which is filled first."""
    chunk, records = _filled(log[HEAD : HEAD + CHUNK])
    head = bytearray(log[:HEAD])
    struct.pack_into("<QQQ", head, 8, 0, chunks - 1, chunks * records + 1)
    struct.pack_into("<H", head, 42, min(chunks, 65535))
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120]))
    yield bytes(head)
    for number in range(chunks):
        first = number * records + 1
        struct.pack_into("<QQQQ", chunk, 8, *(first, first + records - 1) * 2)
        struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[:120] + chunk[128:_FIRST]))
        yield bytes(chunk)


def _filled(chunk: bytes) -> tuple[bytearray, int]:
    """The chunk with as many records as there is room for, and how many there are."""
    places = list(_records(chunk))
    copies = [_copy(chunk, *place) for place in places[1:]]  # the first defines what all use
    filled = bytearray(chunk[: sum(places[-1])])
    count, last = len(places), places[-1][0]
    while len(filled) + len(copy := copies[count % len(copies)]) <= CHUNK:
        last = len(filled)
        count += 1
        struct.pack_into("<Q", copy, 8, count)
        filled += copy
    struct.pack_into("<III", filled, 44, last, len(filled), zlib.crc32(filled[_FIRST:]))
    return filled.ljust(CHUNK, b"\0"), count


def _records(chunk: bytes) -> Iterator[tuple[int, int]]:
    """Where each record is, and how long."""
    place = _FIRST
    while chunk.startswith(_RECORD, place):
        size = _number(chunk, place + 4)
        yield place, size
        place += size


def _copy(chunk: bytes, start: int, size: int) -> bytearray:
    """The record without the template that it defines for the event's own data."""
    record = bytearray(chunk[start : start + size - 4])
    values = 24 + 4 + 10  # behind the record's head, a fragment's, and the name of its template
    count = _number(record, values)
    place = values + 4 + 4 * count
    for number in range(count):
        length, kind = struct.unpack_from("<HB", record, values + 4 + 4 * number)
        if kind == _BINARY_XML:
            template = place + 4
            defined = template + 10
            if _number(record, template + 6) == start + defined:
                cut = _DEFINITION + _number(record, defined + 20)
                del record[defined : defined + cut]
                struct.pack_into("<H", record, values + 4 + 4 * number, length - cut)
            break
        place += length
    total = -(-(len(record) + 4) // 8) * 8
    record.extend(bytes(total - 4 - len(record)))
    struct.pack_into("<I", record, 4, total)
    return record + struct.pack("<I", total)


def _number(data: bytes | bytearray, place: int) -> int:
    (number,) = struct.unpack_from("<I", data, place)
    assert isinstance(number, int)
    return number
