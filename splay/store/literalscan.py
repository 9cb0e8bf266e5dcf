"""Finding the events that hold what a search needs, in bytes, before anything is decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

from splay.store.bytesearch import Data, View, count, find

Text = TypeVar("Text", Data, memoryview)
Bounded = TypeVar("Bounded", contravariant=True)


class Bounds(Protocol[Bounded]):
    """Says which event lies around a place in a region of whole events."""

    def around(self, data: Bounded, place: int, after: int) -> tuple[int, int] | None:
        """(start, end) of the event around `place` (not before `after`); None between events."""


class _Clause(NamedTuple):
    texts: tuple[bytes, ...]
    folded: bool  # has letters: compared with the region in lower case

    def among(self, data: View, folded: View, start: int, end: int) -> bool:
        """Whether one of its texts is somewhere in data[start:end]."""
        hay = folded if self.folded else data
        return any(find(hay, text, start, end) >= 0 for text in self.texts)


class LiteralScan:
    """The literals of a `Need`, ready to be looked for.

    A clause with a text that is not ASCII, or that is empty, rules nothing out and is
    left aside: the scan may let too much through, never too little.
    """

    def __init__(self, literals: Sequence[Sequence[str]]) -> None:
        usable = [c for c in literals if all(text and text.isascii() for text in c)]
        clauses = [_clause(texts) for texts in usable]
        # Those without letters first: they need no lower-case copy of the region.
        self._clauses = sorted(clauses, key=lambda clause: clause.folded)
        self._anchor: _Clause | None = None

    @property
    def empty(self) -> bool:
        """Whether every event passes."""
        return not self._clauses

    def folded(self, data: View, end: int) -> Data | None:
        """None when no event of the region data[:end] can pass; else it as letters are compared."""
        lower: Data = b""
        for clause in self._clauses:
            if clause.folded and not lower:
                part = data[:end]
                lower = (bytes(part) if isinstance(part, memoryview) else part).lower()
            if not clause.among(data, lower, 0, end):
                return None
        return lower

    def holds(self, event: Data) -> bool:
        """Whether an event holds a text of every clause."""
        return self.folded(event, len(event)) is not None

    def passes(self, data: View, folded: Data, start: int, end: int) -> bool:
        """Whether the event data[start:end] holds a text of every clause."""
        return all(clause.among(data, folded, start, end) for clause in self._clauses)

    def candidates(
        self, data: Text, folded: Data, end: int, bounds: Bounds[Text]
    ) -> Iterator[tuple[int, int]]:
        """The events of data[:end] that pass, in order: only places that hold the rarest clause
        are visited."""
        anchor = self._rarest(data, folded, end)
        hay = folded if anchor.folded else data
        following = nearest(hay, anchor.texts, end)
        at = after = 0
        while (place := following(at)) >= 0:
            at = place + 1
            event = bounds.around(data, place, after)
            if event is not None:
                if self.passes(data, folded, *event):
                    yield event
                after = event[1]
                at = max(at, after)

    def _rarest(self, data: View, folded: Data, end: int) -> _Clause:
        if self._anchor is None:
            self._anchor = min(
                self._clauses,
                key=lambda c: sum(count(folded if c.folded else data, t, 0, end) for t in c.texts),
            )
        return self._anchor


def _clause(texts: Sequence[str]) -> _Clause:
    lower = tuple(text.lower().encode("ascii") for text in texts)
    return _Clause(lower, any(text != text.upper() for text in lower))


def nearest(hay: View, texts: Sequence[bytes], end: int) -> Callable[[int], int]:
    """What gives the first place of one of the texts from some place on, ascending; -1: no more."""
    if len(texts) == 1:
        (text,) = texts
        return lambda at: find(hay, text, at, end)
    places = {text: find(hay, text, 0, end) for text in texts}

    def following(at: int) -> int:
        first = -1
        for text, place in places.items():
            if -1 < place < at:
                place = places[text] = find(hay, text, at, end)
            if place >= 0 and (first < 0 or place < first):
                first = place
        return first

    return following
