"""The frames of a journal: each whole, or known not to be.

A frame is a mark, the length and the CRC-32 of its body, the CRC-32 of these, and the body: a line
of JSON and, for events, their text. The mark begins with a byte that UTF-8 never has, so that no
event can hold one: behind damage the next frame is found by it. An end that a crash has left is
told from damage by the CRC of the head: a frame whose head is right and whose body is too short was
never acknowledged; whatever else is no frame was one.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from splay.store.bytesearch import find

MARK = b"\xffSPJ"
_HEAD = struct.Struct("<4sQI")
_CHECK = struct.Struct("<I")
HEAD = _HEAD.size + _CHECK.size
"""Bytes before a frame's body."""

_OLD_MARK = b"SPLJ"  # of journals without the head's CRC


class Frame(NamedTuple):
    """A whole frame: where it is, and its body."""

    start: int
    body: int
    end: int


class Damage(NamedTuple):
    """Bytes that are no frame; cut: the last frame was not finished, and so not acknowledged."""

    start: int
    end: int
    cut: bool


def encoded(
    facts: dict[str, Any], text: bytes | bytearray = b""
) -> tuple[bytes, bytes | bytearray]:
    """A frame in two parts, so that its text is not copied."""
    line = json.dumps(facts, separators=(",", ":")).encode() + b"\n"
    head = _HEAD.pack(MARK, len(line) + len(text), zlib.crc32(text, zlib.crc32(line)))
    return head + _CHECK.pack(zlib.crc32(head)) + line, text


def frames(data: memoryview) -> Iterator[Frame | Damage]:
    """What a journal consists of, from its beginning to its end."""
    place = 0
    while place < len(data):
        frame = _frame(data, place)
        if frame is None:
            cut = _unfinished(data, place)
            following = len(data) if cut else _next(data, place + 1)
            yield Damage(place, following, cut)
            place = following
        else:
            yield frame
            place = frame.end


def facts_of(data: memoryview, frame: Frame) -> tuple[dict[str, Any], int]:
    """What a frame says, and where its text begins."""
    end = find(data, b"\n", frame.body, frame.end)
    found: dict[str, Any] = json.loads(bytes(data[frame.body : end]))
    return found, end + 1


def _frame(data: memoryview, place: int) -> Frame | None:
    """The whole frame at a place."""
    old = data[place : place + 4] == _OLD_MARK
    size = _HEAD.size if old else HEAD
    if len(data) - place < size or not (old or _head_is_right(data, place)):
        return None
    _, length, crc = _HEAD.unpack_from(data, place)
    body, end = place + size, place + size + length
    whole = end <= len(data) and zlib.crc32(data[body:end]) == crc
    return Frame(place, body, end) if whole else None


def _head_is_right(data: memoryview, place: int) -> bool:
    head = data[place : place + _HEAD.size]
    (check,) = _CHECK.unpack_from(data, place + _HEAD.size)
    return head[:4] == MARK and zlib.crc32(head) == check


def _unfinished(data: memoryview, place: int) -> bool:
    """Whether what stands at the end is the beginning of a frame."""
    left = len(data) - place
    if left < HEAD:
        return MARK.startswith(bytes(data[place : place + 4]))
    _, length, _ = _HEAD.unpack_from(data, place)
    return _head_is_right(data, place) and place + HEAD + length > len(data)


def _next(data: memoryview, place: int) -> int:
    """Where the next whole frame begins; the end where there is none."""
    end = len(data)
    for mark in (MARK, _OLD_MARK):
        at = find(data, mark, place, end)
        while at >= 0 and _frame(data, at) is None:
            at = find(data, mark, at + 1, end)
        end = at if at >= 0 else end
    return end
