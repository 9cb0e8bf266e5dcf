"""Chance that stays: which lines a seed draws, and what of each.

A line's rank is of its own text and file: code that changes elsewhere moves no line that stayed. A
greater count only adds to a smaller one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple


class Line(NamedTuple):
    """A line of a file, with its number from 1."""

    path: str
    number: int
    text: str


def drawn(lines: Iterable[Line], seed: int) -> Iterator[tuple[Line, random.Random]]:
    """The lines in the order in which this seed draws them, each with a chance of its own."""
    seen: Counter[tuple[str, str]] = Counter()
    ranked = []
    for line in lines:
        text = line.text.strip()
        seen[line.path, text] += 1
        key = f"{seed}\0{line.path}\0{text}\0{seen[line.path, text]}"
        ranked.append((sha256(key.encode()).hexdigest(), line))
    for rank, line in sorted(ranked):
        yield line, random.Random(rank)


def dealt(count: int, hands: int) -> list[int]:
    """So many, dealt out: each hand gets as many as any other, the first ones one more.

    >>> dealt(300, 7)
    [43, 43, 43, 43, 43, 43, 42]
    """
    return [count // hands + (hand < count % hands) for hand in range(hands)]
