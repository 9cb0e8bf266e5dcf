"""Dividing a large file of Windows events, so that several processes can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

from splay.store.blocks import BLOCK
from splay.store.event import Need, ReadReport
from splay.store.evtx.chunks import CHUNK as EVTX_CHUNK
from splay.store.evtx.chunks import HEAD as EVTX_HEAD
from splay.store.evtx.chunks import MAGIC as EVTX_MAGIC
from splay.store.evtx.chunks import chunk_of
from splay.store.evtx.reader import text_of
from splay.store.parsing.eventmaker import FileFacts, InputSettings, Reading
from splay.store.parsing.windows_xml import xml_start
from splay.store.parsing.xml_events import XmlEventMaker
from splay.store.problems import FileProblems

EVTX_COST = 4
GZIP_COST = 8
"""So many times as long takes a byte of such a file as one of text."""

_JOINT = re.compile(rb"</Event>\s*(?=<Event[ \t\r\n>])")
_LOOK_AHEAD = 17 * BLOCK  # more than the longest event that is read


@dataclass(frozen=True)
class Part:
    """The bytes of a file from start up to end; both lie between two events.

    before: the time of the event before, for an event that has none of its own. evtx: whether these
    are chunks of an .evtx file.
    """

    start: int
    end: int
    before: float | None
    evtx: bool = False


def divide(path: Path, size: int) -> Iterator[Part | None]:
    """Parts of about `size` bytes; a single None for a file that is read in one go.

    Only .evtx, and uncompressed UTF-8 text that begins with XML events, is divided. Raises OSError.
    """
    whole = path.stat().st_size
    if whole < 2 * size // EVTX_COST:
        yield None
        return
    with path.open("rb") as file:
        first = file.read(BLOCK)
        if first.startswith(EVTX_MAGIC):
            yield from _evtx_parts(file, whole, size // EVTX_COST)
            return
        if whole < 2 * size or xml_start(first) < 0:
            yield None
            return
        cuts = [0]
        while cuts[-1] + size < whole and (cut := _cut(file, cuts[-1] + size)):
            cuts.append(cut)
        for start, end in pairwise([*cuts, whole]):
            yield Part(start, end, _time_before(file, start))


def cost_of(path: Path, part: Part | None) -> int:
    """What reading takes, in bytes of text that are read in the same time. Raises OSError."""
    if part is not None:
        return (part.end - part.start) * (EVTX_COST if part.evtx else 1)
    by_suffix = {".evtx": EVTX_COST, ".gz": GZIP_COST}
    return path.stat().st_size * by_suffix.get(path.suffix.lower(), 1)


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


def _evtx_parts(file: IO[bytes], whole: int, size: int) -> Iterator[Part]:
    step = max(1, size // EVTX_CHUNK) * EVTX_CHUNK
    cuts = [*range(EVTX_HEAD + step, whole - EVTX_CHUNK, step), whole]
    start, before = 0, None
    for end in cuts:
        yield Part(start, end, before, evtx=True)
        start = end
        if start < whole:
            file.seek(start - EVTX_CHUNK)
            before = _latest(text_of(chunk_of(file.read(EVTX_CHUNK), start - EVTX_CHUNK)))


def _time_before(file: IO[bytes], start: int) -> float | None:
    if start == 0:
        return None
    begin = max(0, start - BLOCK)
    file.seek(begin)
    return _latest(file.read(start - begin))


def _latest(text: bytes) -> float | None:
    """The last usable time of an event in the text."""
    facts, problems = FileFacts("", "", 0, 0), FileProblems("", ReadReport())
    maker = XmlEventMaker(Reading(facts, InputSettings(), Need(), problems))
    return maker.latest_time(text, 0, len(text))
