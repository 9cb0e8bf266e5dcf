"""An index on disk: segments appended to one file, each whole or not there.

A frame is a magic word, the length and CRC-32 of what follows, and what follows: a line of JSON
and, for events, their text. `append` returns once the frame would survive a crash. A crash while
one is written leaves a frame that is cut or does not fit its CRC at the end of the file: it was
never acknowledged, and is cut off when the file is read again.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from splay.errors import DataError
from splay.store.index.segments import Origin, Segment
from splay.wholefiles import sync_folder, write_file

_HEAD = struct.Struct("<4sQI")
_MAGIC = b"SPLJ"


class Journal:
    """The file of one index. Not safe for threads: its index holds the lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def read(self) -> tuple[list[Segment], set[int], int]:
        """All segments, the serial numbers of deleted events, and the next serial number.

        Raises DataError for a file that is damaged anywhere but at its end.
        """
        segments: list[Segment] = []
        deleted: set[int] = set()
        following = 0
        if not self._path.exists():
            return segments, deleted, following
        data = self._path.read_bytes()
        place = 0
        while (body := self._frame(data, place)) is not None:
            place += _HEAD.size + len(body)
            line, _, text = body.partition(b"\n")
            facts = json.loads(line)
            following = max(following, facts.get("next", 0))
            deleted.update(facts.get("deleted", ()))
            if "first" in facts:
                segment = _segment(facts, text)
                segments.append(segment)
                following = max(following, segment.first + len(segment))
        if place < len(data):
            self._cut(place)
        return segments, deleted, following

    def _frame(self, data: bytes, place: int) -> bytes | None:
        """The frame at a place; None at the end, or where the last frame was not finished."""
        if len(data) - place < _HEAD.size:
            return None
        magic, length, crc = _HEAD.unpack_from(data, place)
        start = place + _HEAD.size
        body = data[start : start + length]
        if magic == _MAGIC and len(body) == length and zlib.crc32(body) == crc:
            return body
        if magic == _MAGIC and start + length < len(data):
            raise DataError(f"the index is damaged at byte {place:,}", where=str(self._path))
        return None

    def _cut(self, size: int) -> None:
        with self._path.open("r+b") as file:
            file.truncate(size)
            os.fsync(file.fileno())

    def append(self, *segments: Segment) -> None:
        """Adds segments. When this returns they are on disk."""
        self._write(part for one in segments for part in _frame_of(_facts(one), one.text))

    def append_deleted(self, serials: Iterable[int]) -> None:
        """Adds the serial numbers of events that are no longer to be found."""
        self._write(_frame_of({"deleted": sorted(serials)}))

    def rewrite(self, segments: Iterable[Segment], deleted: Iterable[int], following: int) -> None:
        """Replaces the file by one that holds just this."""
        self.close()
        frames = [part for one in segments for part in _frame_of(_facts(one), one.text)]
        frames += _frame_of({"deleted": sorted(deleted), "next": following})
        write_file(self._path, b"".join(frames), private=True)

    def remove(self) -> None:
        """Deletes the file."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Closes the file until something is written again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, parts: Iterable[bytes]) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._file = os.open(self._path, flags, 0o600)
            sync_folder(self._path.parent)
        before = os.fstat(self._file).st_size
        try:
            for part in parts:
                view = memoryview(part)
                while view:
                    view = view[os.write(self._file, view) :]
            os.fsync(self._file)
        except OSError:
            # What was not acknowledged must not stand between what will be.
            os.ftruncate(self._file, before)
            raise


def _frame_of(facts: dict[str, Any], text: bytes = b"") -> tuple[bytes, bytes]:
    """A frame in two parts, so that its text is not copied."""
    line = json.dumps(facts, separators=(",", ":")).encode() + b"\n"
    crc = zlib.crc32(text, zlib.crc32(line))
    return _HEAD.pack(_MAGIC, len(line) + len(text), crc) + line, text


def _facts(segment: Segment) -> dict[str, Any]:
    return {
        "first": segment.first,
        "starts": segment.starts.tolist(),
        "lengths": segment.lengths.tolist(),
        "times": segment.times.tolist(),
        "indextime": segment.indextime.tolist(),
        "origin_of": segment.origin_of.tolist(),
        "origins": segment.origins,
    }


def _segment(facts: dict[str, Any], text: bytes) -> Segment:
    origins = tuple(
        Origin(host, source, sourcetype, tuple((name, tuple(vs)) for name, vs in fields))
        for host, source, sourcetype, fields in facts["origins"]
    )
    return Segment(
        facts["first"],
        text,
        array("Q", facts["starts"]),
        array("L", facts["lengths"]),
        array("d", facts["times"]),
        array("d", facts["indextime"]),
        array("L", facts["origin_of"]),
        origins,
    )
