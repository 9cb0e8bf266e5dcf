"""Which jobs run at once and which wait: nobody takes all slots, and the schedule has its own.

Source: limits.conf.spec, [search] base_max_searches, max_searches_per_cpu, default_allow_queue,
[scheduler] max_searches_perc; authorize.conf.spec, srchJobsQuota (0: no limit).
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

MOST_AT_ONCE = 6 + (os.cpu_count() or 1)
"""How many jobs run at once, the others are queued: base_max_searches + max_searches_per_cpu."""

SCHEDULED_AT_ONCE = max(MOST_AT_ONCE // 2, 1)
"""How many scheduled jobs run beside these: max_searches_perc of limits.conf is 50 percent."""

_BESIDE_OTHERS, _BESIDE_YOUNG = 0.5, 0.2
"""The part of the time that is for one user's jobs beside those of others, and beside a search of
another user that has just begun."""
_LEFT = 2  # slots that one user leaves to others, whatever the role allows


class Holder(Protocol):
    """What wants a slot."""

    @property
    def user(self) -> str:
        """For whom."""

    @property
    def scheduled(self) -> bool:
        """Whether it is of the schedule's."""

    @property
    def young(self) -> bool:
        """Whether it has just begun."""

    @property
    def cancelled(self) -> bool:
        """Whether it is only to end, for which it needs no slot."""


@dataclass(frozen=True)
class _Waiting:
    holder: Holder
    go: Callable[[], None]


class Slots:
    """quota: how many slots a user may hold by role; 0: as many as there are."""

    def __init__(self, quota: Callable[[str], int]) -> None:
        self._quota = quota
        self._lock = threading.Lock()
        self._holding: list[Holder] = []
        self._planning: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []

    def take(self, holder: Holder, go: Callable[[], None]) -> None:
        """Calls `go` once there is a slot: at once, or in a thread that leaves one."""
        with self._lock:
            self._waiting.append(_Waiting(holder, go))
        self._hand_out()

    def leave(self, holder: Holder) -> None:
        """Gives a slot back, if it has one."""
        with self._lock:
            if holder in self._holding:
                self._holding.remove(holder)
        self._hand_out()

    def look_again(self) -> None:
        """To be called when something that waits was cancelled."""
        self._hand_out()

    @contextmanager
    def planning(self, user: str) -> Iterator[None]:
        """While a search of this user is planned, which takes time as well, and no slot."""
        with self._lock:
            self._planning[user] += 1
        try:
            yield
        finally:
            with self._lock:
                self._planning[user] -= 1

    def part_of(self, holder: Holder) -> tuple[int, float]:
        """How many slots its user has, and what part of the time is for these together."""
        holding = tuple(self._holding)
        others = [one for one in holding if one.user != holder.user]
        planned = tuple(self._planning.items())
        if any(one.young for one in others) or any(n for who, n in planned if who != holder.user):
            part = _BESIDE_YOUNG
        else:
            part = _BESIDE_OTHERS if others else 1.0
        return len(holding) - len(others), part

    def _hand_out(self) -> None:
        while (following := self._following()) is not None:
            following.go()

    def _following(self) -> _Waiting | None:
        """Who is to go on next: of those who may the first of the user with the fewest slots."""
        with self._lock:
            held = Counter((one.user, one.scheduled) for one in self._holding)
            best: tuple[int, _Waiting] | None = None
            for one in self._waiting:
                holder = one.holder
                mine = -1 if holder.cancelled else held[holder.user, holder.scheduled]
                if (best is None or mine < best[0]) and self._may(holder, held):
                    best = mine, one
            if best is None:
                return None
            self._waiting.remove(best[1])
            if not best[1].holder.cancelled:
                self._holding.append(best[1].holder)
            return best[1]

    def _may(self, holder: Holder, held: Counter[tuple[str, bool]]) -> bool:
        if holder.cancelled:
            return True
        size = SCHEDULED_AT_ONCE if holder.scheduled else MOST_AT_ONCE
        taken = sum(count for (_, kind), count in held.items() if kind is holder.scheduled)
        most = max(size - _LEFT, 1)
        if not holder.scheduled:
            most = min(most, self._quota(holder.user) or most)
        return taken < size and held[holder.user, holder.scheduled] < most
