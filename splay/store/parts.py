"""Dividing a large file of XML events, so that several processes can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

from splay.store.blocks import BLOCK
from splay.store.event import Need, ReadReport
from splay.store.maker import FileFacts, InputSettings
from splay.store.notes import FileNotes
from splay.store.xmlevents import XmlMaker, xml_start

_JOINT = re.compile(rb"</Event>\s*(?=<Event[ \t\r\n>])")
_LOOK_AHEAD = 17 * BLOCK  # more than the longest event that is read


@dataclass(frozen=True)
class Part:
    """The bytes of a file from start up to end; both lie between two events.

    before: the time of the event before, for an event that has none of its own.
    """

    start: int
    end: int
    before: float | None


def divide(path: Path, size: int) -> Iterator[Part | None]:
    """Parts of about `size` bytes; a single None for a file that is read in one go.

    Only uncompressed UTF-8 text that begins with XML events is divided. Raises OSError.
    """
    whole = path.stat().st_size
    if whole < 2 * size:
        yield None
        return
    with path.open("rb") as file:
        if xml_start(file.read(BLOCK)) < 0:
            yield None
            return
        cuts = [0]
        while cuts[-1] + size < whole and (cut := _cut(file, cuts[-1] + size)):
            cuts.append(cut)
        for start, end in pairwise([*cuts, whole]):
            yield Part(start, end, _time_before(file, start, path))


def _cut(file: IO[bytes], place: int) -> int:
    """The offset of the first event that begins after `place`, right behind another; 0: none."""
    file.seek(place)
    text = b""
    while len(text) < _LOOK_AHEAD and (block := file.read(BLOCK)):
        text += block
        joint = _JOINT.search(text)
        if joint:
            return place + joint.end()
    return 0


def _time_before(file: IO[bytes], start: int, path: Path) -> float | None:
    if start == 0:
        return None
    begin = max(0, start - BLOCK)
    file.seek(begin)
    text = file.read(start - begin)
    facts = FileFacts(str(path), path.stem, 0, 0)
    maker = XmlMaker(facts, InputSettings(), Need(), FileNotes(str(path), ReadReport()))
    return maker.latest_time(text, 0, len(text))
