"""From the bounds of events to what is found there, for every reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from splay.store.bytesearch import Data
from splay.store.event import Found, Recall
from splay.store.parsing.eventmaker import Maker


def made(
    maker: Maker, recall: Recall | None, data: Data, events: Iterable[tuple[int, int]]
) -> Iterator[Found]:
    """The events between these bounds, recalled or made, that are in the time range."""
    if recall is None:
        for start, end in events:
            event = maker.make(data, start, end)
            if event is not None:
                yield event
        return
    for start, end in events:
        known = recall.known(data, start, end)
        if known is not False:
            if known is not True:
                yield known
            continue
        event = maker.make(data, start, end)
        if event is not None:
            recall.learn(bytes(data[start:end]), event)
            yield event
