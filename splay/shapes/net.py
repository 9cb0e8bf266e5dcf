"""Many shapes as one expression, which is laid over a whole block of events at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import pcre2

from splay.shapes.shape import BETWEEN, Shape, given
from splay.store.bytesearch import find

UNKNOWN = "\x02"
"""Marks an event of no known shape."""
_SPLIT = BETWEEN.decode()


@dataclass
class Caught:
    """The events of a block. count: how many. shapes: by their shapes, the numbers of the events in
    the block. others: those of no known shape, each with its place."""

    block: bytes
    end: bytes
    count: int
    shapes: Sequence[tuple[Shape, list[int]]]
    others: dict[int, tuple[int, int]]
    fields: Sequence[str]
    width: int
    whole: bool

    def column(self, text: int, events: Iterable[int]) -> list[str]:
        """Of these events a text of their shape's groups."""
        column = self.fields[1 + self.whole + text :: self.width]
        return [column[number] for number in events]

    def raws(self, events: Iterable[int]) -> list[bytes]:
        """These events themselves; only where they are asked for."""
        column = self.fields[1 :: self.width]
        return [_bytes(column[number]) for number in events]

    def bounds(self, event: int) -> tuple[int, int]:
        """Where an event begins, with what stands before it, and ends."""
        return self._ends[event - 1] if event else 0, self._ends[event]

    @cached_property
    def _ends(self) -> list[int]:
        ends: list[int] = []
        while len(ends) < self.count:
            after = ends[-1] if ends else 0
            ends.append(find(self.block, self.end, after, len(self.block)) + len(self.end))
        return ends


class Net:
    """shapes: the likely ones first. gap: what stands between two events; end: how each ends, and
    what stands nowhere else in it. whole: whether the events themselves are asked for."""

    def __init__(self, shapes: Sequence[Shape], gap: bytes, end: bytes, *, whole: bool) -> None:
        self.gap, self._end = gap, end
        # What has its end within, or no hour, is looked at one by one.
        self._shapes = [
            shape
            for shape in shapes
            if shape.hourly and b"".join(shape.constants).find(end) == shape.length - len(end)
        ]
        self._whole = whole
        self._events = self._expression()
        while self._events is None and self._shapes:  # too long: the rarer ones come one by one
            del self._shapes[len(self._shapes) // 2 :]
            self._events = self._expression()
        texts = max((shape.groups for shape in self._shapes), default=0)
        groups = max(texts + whole, 1)
        self._width = 1 + groups
        self._given = b"$*MARK" + BETWEEN + given(groups) + BETWEEN

    def _expression(self) -> pcre2.Pattern[bytes] | None:
        """All shapes as one; None where that is longer than an expression can be."""
        known = b"|".join(b"(*:%d)%b" % pair for pair in self._numbered())
        known = (b"((?|%b))" if self._whole else b"(?|%b)") % known
        gap, end = re.escape(self.gap), re.escape(self._end)
        pattern = b"(?|(?:%b)?+%b|(*:%b)(.*?)%b)" % (gap, known, UNKNOWN.encode(), end)
        try:
            return pcre2.compile(pattern, pcre2.DOTALL, jit=True)
        except pcre2.PatternError:
            return None

    def _numbered(self) -> Iterator[tuple[int, bytes]]:
        return ((number, shape.pattern) for number, shape in enumerate(self._shapes))

    def catch(self, block: bytes) -> Caught | None:
        """The events of a block that is one event after the other; None for one that cannot be
        taken apart in this way."""
        if self._events is None or not self._shapes:
            return None
        if BETWEEN in block or UNKNOWN.encode() in block:
            return None
        found, count = self._events.subn(self._given, block)
        fields = found.decode("utf-8", "surrogateescape").split(_SPLIT)
        if fields.pop() or len(fields) != count * self._width:
            return None
        by: dict[str, list[int]] = {}
        for number, mark in enumerate(fields[:: self._width]):
            try:
                by[mark].append(number)
            except KeyError:
                by[mark] = [number]
        unknown, texts = by.pop(UNKNOWN, []), fields[1 :: self._width]
        raws = (_bytes(texts[number]) + self._end for number in unknown)
        others = dict(zip(unknown, self._places(block, raws), strict=True))
        shapes = [(self._shapes[int(mark)], events) for mark, events in by.items()]
        width, whole = self._width, self._whole
        return Caught(block, self._end, count, shapes, others, fields, width, whole)

    def _places(self, block: bytes, events: Iterable[bytes]) -> Iterator[tuple[int, int]]:
        """Where these events are, which come in this order: right behind the end of another."""
        at = 0
        for event in events:
            at = find(block, event, at, len(block))
            while at > 0 and not block.endswith(self._end, 0, at):
                at = find(block, event, at + 1, len(block))
            yield at, at + len(event)
            at += len(event)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
