"""Makes .evtx logs of events given as the XML that Windows writes of them.

Each value gets the type that its form shows: a GUID in braces, 0x and hexadecimal digits, a time,
a SID, a number, else a string. Each event has a template of its own for System, and one for what
follows it, as Windows' own have. https://github.com/libyal/libevtx (documentation, "Windows XML
Event Log (EVTX)")
"""

from __future__ import annotations

import re
import struct
import uuid
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import md5
from xml.etree import ElementTree

HEAD = 4096
CHUNK = 65536
FIRST = 512
SYSTEM_NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"

_STRING, _U64, _GUID, _TIME, _SID, _HEX, _BINARY_XML = 0x01, 0x0A, 0x0F, 0x11, 0x13, 0x15, 0x21
_FRAGMENT = b"\x0f\x01\x01\x00"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_TIME_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{7})00Z")


def evtx(
    events: Sequence[str], per_chunk: int = 10, first: int = 1, *, shared: bool = False
) -> bytes:
    """A closed log of these events, numbered from `first` on, so many in each chunk.

    shared: whether events that are built alike name the template that the first of them in their
    chunk defines, as those of Windows do; else each defines its own.
    """
    groups = [events[at : at + per_chunk] for at in range(0, len(events), per_chunk)]
    chunks = []
    for number, group in enumerate(groups):
        chunks.append(_chunk(group, first + number * per_chunk, {} if shared else None))
    head = bytearray(HEAD)
    following = first + len(events)
    fields = (b"ElfFile\0", 0, len(chunks) - 1, following, 128, 1, 3, HEAD, len(chunks))
    struct.pack_into("<8sQQQIHHHH", head, 0, *fields)
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120]))
    return bytes(head) + b"".join(chunks)


def records(log: bytes | bytearray) -> list[int]:
    """Where each record of a sound log begins."""
    places = []
    for chunk in range(HEAD, len(log), CHUNK):
        place = chunk + FIRST
        while log.startswith(b"**\0\0", place):
            places.append(place)
            place += struct.unpack_from("<I", log, place + 4)[0]
    return places


Known = dict[bytes, int]
"""Templates by what they hold, and where they are defined in a chunk."""


def _chunk(events: Sequence[str], first: int, known: Known | None) -> bytes:
    chunk = bytearray(FIRST)
    for number, event in enumerate(events, first):
        last = len(chunk)
        _record(chunk, number, ElementTree.fromstring(event), known)
    assert len(chunk) <= CHUNK, "these events are too long for one chunk"
    free = len(chunk)
    numbers = (first, first + len(events) - 1)
    fields = (b"ElfChnk\0", *numbers, *numbers, 128, last, free, zlib.crc32(chunk[FIRST:free]))
    struct.pack_into("<8sQQQQIIII", chunk, 0, *fields)
    struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[:120] + chunk[128:FIRST]))
    return bytes(chunk.ljust(CHUNK, b"\0"))


def _record(chunk: bytearray, number: int, event: ElementTree.Element, known: Known | None) -> None:
    start = len(chunk)
    chunk += b"**\0\0" + struct.pack("<IQQ", 0, number, 0) + _FRAGMENT
    _, *others = list(event)
    _instance(chunk, _Template(event, {id(other) for other in others}), others, known)
    chunk += b"\0"
    size = -(-(len(chunk) - start + 4) // 8) * 8
    chunk += bytes(start + size - 4 - len(chunk)) + struct.pack("<I", size)
    struct.pack_into("<I", chunk, start + 4, size)


class _Template:
    """A definition of an element with the values in it. nested: children that are values whole."""

    def __init__(self, element: ElementTree.Element, nested: set[int]) -> None:
        self.element = element
        self.nested = nested
        self.values: list[tuple[int, bytes]] = []

    def write(self, chunk: bytearray, guid: bytes) -> None:
        """Appends the definition."""
        start = len(chunk)
        chunk += bytes(4) + guid + bytes(4)
        chunk += _FRAGMENT
        self._element(chunk, self.element)
        chunk += b"\0"
        struct.pack_into("<I", chunk, start + 20, len(chunk) - start - 24)

    def _element(self, chunk: bytearray, element: ElementTree.Element) -> None:
        if id(element) in self.nested:
            self._slot(chunk, _BINARY_XML, b"", optional=True)
            return
        name = element.tag.rpartition("}")[2]
        given = dict(element.attrib)
        chunk += (b"\x41" if given or name == "Event" else b"\x01") + b"\xff\xff"
        size = len(chunk)
        chunk += bytes(4)
        _name(chunk, name)
        if given or name == "Event":
            self._attributes(chunk, given, is_event=name == "Event")
        if len(element) or element.text is not None or name in ("Data", "Channel", "EventData"):
            chunk += b"\x02"
            for child in element:
                self._element(chunk, child)
            if not len(element):
                self._slot(chunk, *_typed(element.text or ""), optional=False)
            chunk += b"\x04"
        else:
            chunk += b"\x03"
        struct.pack_into("<I", chunk, size, len(chunk) - size - 4)

    def _attributes(self, chunk: bytearray, given: dict[str, str], *, is_event: bool) -> None:
        size = len(chunk)
        chunk += bytes(4)
        if is_event:
            chunk += b"\x06"
            _name(chunk, "xmlns")
            chunk += b"\x05\x01" + struct.pack("<H", len(SYSTEM_NAMESPACE))
            chunk += SYSTEM_NAMESPACE.encode("utf-16-le")
        for number, (name, value) in enumerate(given.items(), 1):
            chunk += b"\x06" if number == len(given) else b"\x46"
            _name(chunk, name)
            self._slot(chunk, *_typed(value), optional=True)
        struct.pack_into("<I", chunk, size, len(chunk) - size - 4)

    def _slot(self, chunk: bytearray, kind: int, value: bytes, *, optional: bool) -> None:
        chunk += struct.pack("<BHB", 0x0E if optional else 0x0D, len(self.values), kind)
        self.values.append((kind, value))


def _instance(
    chunk: bytearray,
    template: _Template,
    nested: Sequence[ElementTree.Element],
    known: Known | None,
) -> None:
    alone = bytearray()
    template.write(alone, bytes(16))
    here = len(chunk) + 10
    place = here if known is None else known.setdefault(bytes(alone), here)
    chunk += struct.pack("<BBII", 0x0C, 1, 0, place)
    if place == here:
        template.values.clear()
        template.write(chunk, uuid.uuid4().bytes if known is None else md5(alone).digest())
    count = len(template.values)
    chunk += struct.pack("<I", count)
    sizes = len(chunk)
    chunk += bytes(4 * count)
    inner = iter(nested)
    for number, (kind, value) in enumerate(template.values):
        start = len(chunk)
        if kind == _BINARY_XML:
            chunk += _FRAGMENT
            _instance(chunk, _Template(next(inner), set()), (), known)
            chunk += b"\0"
        else:
            chunk += value
        struct.pack_into("<HB", chunk, sizes + 4 * number, len(chunk) - start, kind)


def _name(chunk: bytearray, name: str) -> None:
    place = len(chunk) + 4
    chunk += struct.pack("<IIHH", place, 0, 0, len(name)) + name.encode("utf-16-le") + b"\0\0"


def _typed(text: str) -> tuple[int, bytes]:
    """A value as its type's bytes."""
    if re.fullmatch(r"\{[0-9A-F-]{36}\}", text):
        return _GUID, uuid.UUID(text).bytes_le
    if re.fullmatch(r"0x[0-9a-f]{1,16}", text):
        return _HEX, int(text, 16).to_bytes(8, "little")
    if re.fullmatch(r"S-1-\d+(-\d+)*", text):
        authority, *parts = map(int, text.split("-")[2:])
        packed = struct.pack(f"<{len(parts)}I", *parts)
        return _SID, bytes((1, len(parts))) + authority.to_bytes(6, "big") + packed
    if re.fullmatch(r"[1-9]\d{0,18}|0", text):
        return _U64, int(text).to_bytes(8, "little")
    if time := _TIME_FORM.fullmatch(text):
        since = datetime.fromisoformat(time[1]).replace(tzinfo=UTC) - _EPOCH
        ticks = (since.days * 86400 + since.seconds) * 10_000_000 + int(time[2])
        return _TIME, ticks.to_bytes(8, "little")
    return _STRING, text.encode("utf-16-le")
