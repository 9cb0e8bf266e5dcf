"""What a detection's silence rests on: whether the logs held what its source records at all.

Which events Windows audits together, so that one shows that the others would have been written:
https://learn.microsoft.com/windows/security/threat-protection/auditing/advanced-security-audit-policy-settings
"""

from __future__ import annotations

from dataclasses import dataclass, field

from splay.engine.codes import ANY_CODE, EventCodes
from splay.store.event import Event, Need, ReadReport, Store

_MOST_HOSTS = 100


@dataclass(frozen=True)
class Subcategory:
    """Events that one audit subcategory writes."""

    name: str
    first: int
    last: int


SUBCATEGORIES = (Subcategory("Certification Services", 4868, 4900),)
"""Audit Certification Services: events 4868 to 4900."""


@dataclass
class Coverage:
    """The events of a subcategory that there are. first, last: epoch seconds.

    hosts: how many events each has; of at most 100.
    """

    subcategory: Subcategory
    events: int = 0
    hosts: dict[str, int] = field(default_factory=dict)
    first: float | None = None
    last: float | None = None

    def add(self, event: Event) -> None:
        """Counts an event."""
        self.events += 1
        if event.host in self.hosts or len(self.hosts) < _MOST_HOSTS:
            self.hosts[event.host] = self.hosts.get(event.host, 0) + 1
        self.first = event.time if self.first is None else min(self.first, event.time)
        self.last = event.time if self.last is None else max(self.last, event.time)


def coverage_of(codes: EventCodes | None, store: Store, need: Need) -> Coverage | None:
    """What the store holds of the subcategory that a search's events belong to.

    need: the search's, of which the time range counts. None: where none is known.
    """
    subcategory = next((some for some in SUBCATEGORIES if codes and _holds(some, codes)), None)
    if subcategory is None:
        return None
    found = Coverage(subcategory)
    numbers = range(subcategory.first, subcategory.last + 1)
    literals = tuple(dict.fromkeys(f"{number}"[:3] for number in numbers))
    for event in store.scan(Need((literals,), need.earliest, need.latest), ReadReport()):
        said = ANY_CODE.search(event.raw)
        if said and int(said[1]) in numbers:
            found.add(event)
    return found


def _holds(subcategory: Subcategory, codes: EventCodes) -> bool:
    return all(subcategory.first <= int(each) <= subcategory.last for each in codes.numbers)
