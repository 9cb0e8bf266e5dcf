"""What comes newest first from several parts, of which each is opened when its time has come.

Oldest first is the same, with times and orders negated.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Order = tuple[int, ...]
_NEVER = float("-inf")


@dataclass(frozen=True)
class Part(Generic[Item]):
    """latest: the time of its newest item. order: of parts that have items of the same moment, the
    one with the greatest comes first. opened: gives its items, newest first."""

    latest: float
    order: Order
    opened: Callable[[], Iterator[Item]]


def newest_first(parts: Iterable[Part[Item]], time_of: Callable[[Item], float]) -> Iterator[Item]:
    """The items of all parts. Few parts are open at once where they follow each other in time."""
    closed = sorted(parts, key=lambda part: (part.latest, part.order))
    waiting: list[tuple[float, Order, Item, Iterator[Item]]] = []
    while closed or waiting:
        if closed and (not waiting or closed[-1].latest >= -waiting[0][0]):
            part = closed.pop()
            order, items = tuple(-place for place in part.order), part.opened()
        else:
            _, order, item, items = heapq.heappop(waiting)
            yield item
        following = max(
            closed[-1].latest if closed else _NEVER,
            -waiting[0][0] if waiting else _NEVER,
        )
        for item in items:
            time = time_of(item)
            if time <= following:
                heapq.heappush(waiting, (-time, order, item, items))
                break
            yield item
