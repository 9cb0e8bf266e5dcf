"""From the bytes that a client sends to events: where one ends, and its own time.

What holds for files holds here: the form of the text, and what props.conf says of its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo

from splay.store.blocks import utf8_blocks
from splay.store.event import Event, Need, ReadReport, events_of
from splay.store.parsing.eventmaker import FileFacts, InputSettings, Reading
from splay.store.parsing.forms import FormReader
from splay.store.parsing.indextime import IndexTime
from splay.store.parsing.textreaders import decoded
from splay.store.problems import FileProblems

_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Origin:
    """What a client says of its data; what it leaves out is splunkd's default.

    index_time: what props.conf and transforms.conf say of it; None: nothing.
    """

    host: str
    source: str
    sourcetype: str
    index: str
    tz: tzinfo = UTC
    index_time: IndexTime | None = None


def broken(
    blocks: Iterable[bytes], origin: Origin, now: float, report: ReadReport | None = None
) -> Iterator[Event]:
    """The events of a stream of bytes. now: the time of those that say none.

    report: is told what could not be read, or was not followed.
    """
    problems = FileProblems(origin.source, ReadReport() if report is None else report)
    facts = FileFacts(origin.source, origin.source, now, now)
    settings = InputSettings(
        origin.host, origin.source, origin.sourcetype, origin.index, origin.tz, origin.index_time
    )
    reader = FormReader(Reading(facts, settings, Need(), problems), exports=False)
    for block in utf8_blocks(decoded(_pieces(blocks), reader.rules.charset)):
        yield from events_of(reader.feed(block))
    yield from events_of(reader.finish())
    problems.tell()


def drained(blocks: list[bytes]) -> Iterator[bytes]:
    """The blocks, each let go once it is read: of much data there is no second copy."""
    blocks.reverse()
    while blocks:
        yield blocks.pop()


def own_time(text: str, origin: Origin, now: float) -> float:
    """The time that an event of its own says; `now` when it says none."""
    found = next(broken([text.encode()], origin, now), None)
    return found.time if found else now


def rewritten(event: Event, origin: Origin) -> Iterator[Event]:
    """What settings make of an event that came as one, with its own time."""
    if origin.index_time is None:
        return iter((event,))
    return origin.index_time.rewriter.events(event)


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for start in range(0, len(block), _BLOCK):
            yield block[start : start + _BLOCK]
