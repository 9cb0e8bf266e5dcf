"""Finding the events that hold what a search needs, in bytes, before anything is decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol


class Bounds(Protocol):
    """Says which event lies around a place in a region of whole events."""

    def around(self, data: bytes, place: int, after: int) -> tuple[int, int] | None:
        """(start, end) of the event around `place` (not before `after`); None between events."""


class _Clause(NamedTuple):
    texts: tuple[bytes, ...]
    folded: bool  # has letters: compared with the region in lower case

    def among(self, data: bytes, folded: bytes, start: int, end: int) -> bool:
        hay = folded if self.folded else data
        return any(hay.find(text, start, end) >= 0 for text in self.texts)


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

    def folded(self, data: bytes) -> bytes | None:
        """None when no event of the region can pass; else the region as letters are compared."""
        lower = b""
        for clause in self._clauses:
            if clause.folded and not lower:
                lower = data.lower()
            if not clause.among(data, lower, 0, len(data)):
                return None
        return lower

    def passes(self, data: bytes, folded: bytes, start: int, end: int) -> bool:
        """Whether the event data[start:end] holds a text of every clause."""
        return all(clause.among(data, folded, start, end) for clause in self._clauses)

    def candidates(self, data: bytes, folded: bytes, bounds: Bounds) -> Iterator[tuple[int, int]]:
        """The events that pass, in order: only places that hold the rarest clause are visited."""
        anchor = self._rarest(data, folded)
        hay = folded if anchor.folded else data
        after = 0
        for place in _places(hay, anchor.texts):
            if place < after:
                continue
            event = bounds.around(data, place, after)
            if event is None:
                continue
            start, end = event
            if self.passes(data, folded, start, end):
                yield event
            after = end

    def _rarest(self, data: bytes, folded: bytes) -> _Clause:
        if self._anchor is None:
            self._anchor = min(
                self._clauses,
                key=lambda c: sum((folded if c.folded else data).count(t) for t in c.texts),
            )
        return self._anchor


def _clause(texts: Sequence[str]) -> _Clause:
    lower = tuple(text.lower().encode("ascii") for text in texts)
    return _Clause(lower, any(text != text.upper() for text in lower))


def _places(hay: bytes, texts: Sequence[bytes]) -> Iterator[int]:
    """Every place where one of the texts begins, ascending."""
    following = [(hay.find(text), text) for text in texts]
    following = [(place, text) for place, text in following if place >= 0]
    while following:
        place, text = min(following)
        yield place
        following.remove((place, text))
        further = hay.find(text, place + 1)
        if further >= 0:
            following.append((further, text))
