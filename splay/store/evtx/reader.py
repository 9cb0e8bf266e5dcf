"""Events out of .evtx files, as Windows' own XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from splay.store.event import Found
from splay.store.evtx.chunks import (
    CHUNK,
    HEAD,
    MAGIC,
    Chunk,
    Record,
    Survey,
    chunk_of,
    records_of,
)
from splay.store.evtx.losses import Losses
from splay.store.evtx.prefilter import Prefilter
from splay.store.evtx.render import Renderer, Templates
from splay.store.evtx.tokens import Damaged
from splay.store.parsing.eventmaker import EventMaker
from splay.store.parsing.windows_xml import XmlReader

__all__ = ["CHUNK", "HEAD", "MAGIC", "chunks", "read_evtx", "text_of"]

_UNSIFTED = 15
"""Chunks that are rendered whole after one of which most records may match: there a first look
costs more than it saves."""


def chunks(blocks: Iterator[bytes], place: int) -> Iterator[Chunk]:
    """The chunks of a file's bytes from this offset on, which is behind the head."""
    held = b""
    for block in blocks:
        start = 0
        if held:
            start = CHUNK - len(held)
            held += block[:start]
            if len(held) < CHUNK:
                continue
            yield chunk_of(held, place)
            place += CHUNK
        stop = len(block) - (len(block) - start) % CHUNK
        for at in range(start, stop, CHUNK):
            yield chunk_of(block[at : at + CHUNK], place)
            place += CHUNK
        held = block[stop:]
    if held:
        yield chunk_of(held, place)


def read_evtx(
    found: Iterator[Chunk],
    maker: EventMaker,
    survey: Survey | None = None,
    known: Templates | None = None,
) -> Iterator[Found]:
    """The events of these chunks that can match, each as Windows would render it in XML.

    survey: has the file's head, where these are all chunks from it on: it sees them, and what is
    missing is noted. known: the templates of other files. Raises DataError when the package `evtx`
    is not there.
    """
    rendering = _Rendering(maker, Renderer(known))
    for chunk in found:
        if chunk.empty:
            continue
        if survey:
            survey.see(chunk)
        yield from rendering.chunk(chunk)
    yield from rendering.finish()
    rendering.losses.tell(maker.reading.problems, survey)


def text_of(chunk: Chunk) -> bytes:
    """All events of a chunk that can be read, one after the other."""
    texts, _ = _rendered(Renderer(), chunk, records_of(chunk))
    return b"\n".join(texts)


class _Rendering:
    """The chunks of one file, or of a part of it, on their way to its reader."""

    def __init__(self, maker: EventMaker, renderer: Renderer) -> None:
        need, problems = maker.reading.need, maker.reading.problems
        self._reader = XmlReader(maker)
        self._maker = maker
        self._problems = problems
        self._renderer = renderer
        self._counting = need.related is not None
        self._prefilter = Prefilter(need.literals, problems.name, self._look)
        self._unsifted = 0  # so many chunks more are rendered whole
        self.losses = Losses()

    def chunk(self, chunk: Chunk) -> Iterator[Found]:
        """The events of a chunk. One at a time: what is made of it stays in the processor's cache
        and in memory that is used again."""
        chosen = self._chosen(chunk)
        records = records_of(chunk) if chosen is None else chosen
        texts, damaged = _rendered(self._renderer, chunk, records)
        if chosen is None:
            self.losses.add(chunk, len(texts), len(records))
        else:
            self.losses.add(chunk, chunk.declared - damaged, chunk.declared)
        self._maker.counting = chosen is None  # else they were counted before
        if texts:
            yield from self._reader.feed(b"\n".join(texts))

    def finish(self) -> Iterator[Found]:
        """What was taken and not yet given."""
        yield from self._reader.finish()

    def _look(self, block: bytes) -> None:
        if self._counting:
            self._maker.count_related(block, len(block))

    def _chosen(self, chunk: Chunk) -> list[Record] | None:
        """The records of a chunk that can match, where that can be told; None: all.

        The others are counted.
        """
        if self._prefilter.empty or not chunk.whole:
            return None
        if self._unsifted:
            self._unsifted -= 1
            return None
        places = self._prefilter.places(chunk)
        if places is None:
            return None
        if 2 * len(places) > chunk.declared:
            self._unsifted = _UNSIFTED
        found = records_of(chunk) if places else []
        if places and len(found) != chunk.declared:
            return None
        self._problems.events(chunk.declared - len(places))
        return [found[place] for place in places]


def _rendered(
    renderer: Renderer, chunk: Chunk, records: Sequence[Record]
) -> tuple[list[bytes], int]:
    """The records as text, and how many of them cannot be read."""
    renderer.chunk(chunk.data)
    texts: list[bytes] = []
    for record in records:
        try:
            texts.append(renderer.record(record.place, record.end))
        except Damaged:
            continue
    return texts, len(records) - len(texts)
