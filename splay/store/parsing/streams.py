"""From the bytes that a client sends to events: where one ends, and its own time.

Windows events, as XML, as classic text or as JSON, are taken apart as `splay.store` does it; of
other text every line is an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo

from splay.store.blocks import utf8_blocks
from splay.store.event import Event, Found, Need, ReadReport
from splay.store.parsing.eventmaker import FileFacts, InputSettings
from splay.store.parsing.forms import FormReader
from splay.store.problems import FileProblems

_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Origin:
    """What a client says of its data; what it leaves out is splunkd's default."""

    host: str
    source: str
    sourcetype: str
    index: str
    tz: tzinfo = UTC


def broken(blocks: Iterable[bytes], origin: Origin, now: float) -> Iterator[Event]:
    """The events of a stream of bytes. now: the time of those that say none."""
    return (found for found in _found(blocks, origin, now) if isinstance(found, Event))


def _found(blocks: Iterable[bytes], origin: Origin, now: float) -> Iterator[Found]:
    text = utf8_blocks(_pieces(blocks))
    reader = _reader(origin, now)
    for block in text:
        yield from reader.feed(block)
    yield from reader.finish()


def drained(blocks: list[bytes]) -> Iterator[bytes]:
    """The blocks, each let go once it is read: of much data there is no second copy."""
    blocks.reverse()
    while blocks:
        yield blocks.pop()


def own_time(text: str, origin: Origin, now: float) -> float:
    """The time that an event of its own says; `now` when it says none."""
    found = next(broken([text.encode()], origin, now), None)
    return found.time if found else now


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for start in range(0, len(block), _BLOCK):
            yield block[start : start + _BLOCK]


def _reader(origin: Origin, now: float) -> FormReader:
    settings = InputSettings(origin.host, origin.source, origin.sourcetype, origin.index, origin.tz)
    problems = FileProblems(origin.source, ReadReport())
    facts = FileFacts(origin.source, origin.source, now, now)
    return FormReader(facts, settings, Need(), problems)
