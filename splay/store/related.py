"""Events of one audit subcategory, counted while the logs are read for one of them.

They are found by their number, which stands behind a few characters that depend on the form of the
log, and are never made: what is wanted is how many there are, of which hosts, and when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from splay.store.bytesearch import Data, find

MOST_HOSTS = 100
MOST_AT_ONCE = 1_000
"""So many are counted while a log is read for something else, before it is left for later."""
_BEFORE = 160  # as far before its number the name of an event's code stands
CODE = re.compile(
    rb"(?i)(?:\bevent[ _]?(?:id|code)\b|\bevent\.code\b|\"code\")"
    rb"(?:\s[^<>\n]{0,80}>|[^0-9\n]{0,24}?)(\d{1,5})(?!\d)"
)
"""An event's code beside a name for it, as XML, as text or as JSON; the group is the code."""


@dataclass(frozen=True)
class Codes:
    """The event codes from first to last, of which there are as many digits."""

    first: int
    last: int

    def places(self, data: Data, end: int, leads: Sequence[bytes]) -> Iterator[int]:
        """Where in data[:end] one of them stands behind one of the leads, and is a code."""
        heads = dict.fromkeys(
            f"{number}"[:2].encode() for number in range(self.first, self.last + 1)
        )
        for lead in leads:
            for head in heads:
                yield from self._places(data, end, lead, head)

    def _places(self, data: Data, end: int, lead: bytes, head: bytes) -> Iterator[int]:
        place = find(data, lead + head, 0, end)
        while place >= 0:
            number = place + len(lead)
            if self.at(data, number):
                yield number
            place = find(data, lead + head, number, end)

    def at(self, data: Data, number: int) -> bool:
        """Whether one of them stands there, as an event's code."""
        start = max(0, number - _BEFORE)
        for found in CODE.finditer(data, start, number + 6):
            if found.start(1) == number:
                return self.first <= int(found[1]) <= self.last
        return False


@dataclass
class Related:
    """What was found. hosts: how many events each has, of at most 100; times in epoch seconds.

    most: so many are counted, None: all. cut: whether there are more that were not looked at.
    """

    most: int | None = MOST_AT_ONCE
    cut: bool = False
    events: int = 0
    hosts: dict[str, int] = field(default_factory=dict)
    first: float | None = None
    last: float | None = None

    @property
    def full(self) -> bool:
        """Whether as many are counted as are to be."""
        return self.most is not None and self.events >= self.most

    def add(self, host: str, time: float | None, count: int = 1) -> None:
        """Counts events of a host."""
        self.events += count
        if host in self.hosts or len(self.hosts) < MOST_HOSTS:
            self.hosts[host] = self.hosts.get(host, 0) + count
        self._span(time, time)

    def absorb(self, other: Related) -> None:
        """Adds what was found elsewhere."""
        hosts = dict(other.hosts)
        for host, count in hosts.items():
            self.add(host, None, count)
        self.events += other.events - sum(hosts.values())
        self.cut = self.cut or other.cut
        self._span(other.first, other.last)

    def _span(self, first: float | None, last: float | None) -> None:
        if first is not None:
            self.first = first if self.first is None else min(self.first, first)
        if last is not None:
            self.last = last if self.last is None else max(self.last, last)
