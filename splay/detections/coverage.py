"""What a detection's silence rests on: whether the logs held what its source records at all.

Which events Windows audits together, so that one shows that the others would have been written:
https://learn.microsoft.com/windows/security/threat-protection/auditing/advanced-security-audit-policy-settings
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from splay.engine.codes import EventCodes
from splay.store.event import Need, ReadReport, Store
from splay.store.files.filestore import FileStore
from splay.store.related import CODE, Codes, Related


@dataclass(frozen=True)
class Subcategory:
    """Events that one audit subcategory writes."""

    name: str
    codes: Codes


SUBCATEGORIES = (Subcategory("Certification Services", Codes(4868, 4900)),)
"""Audit Certification Services: events 4868 to 4900."""
_NOWHERE = "sought only so that no event is made"


@dataclass(frozen=True)
class Coverage:
    """The events of a subcategory that there are. bounded: in a time range alone."""

    subcategory: Subcategory
    found: Related
    bounded: bool


def subcategory_of(codes: EventCodes | None) -> Subcategory | None:
    """The subcategory that all these codes belong to; None where none is known."""
    numbers = [int(number) for number in codes.numbers] if codes else []
    for some in SUBCATEGORIES:
        if numbers and all(some.codes.first <= each <= some.codes.last for each in numbers):
            return some
    return None


def coverage_of(subcategory: Subcategory, store: Store, need: Need, report: ReadReport) -> Coverage:
    """What the store holds of a subcategory.

    need: the search's, of which the time range counts. report: of the search, which was told of
    them while files were read: of all, unless there are many. Then the files are read once more.
    """
    bounded = (need.earliest, need.latest) != (None, None)
    found = Related(most=None)
    if isinstance(store, FileStore):
        if not report.related.cut:
            return Coverage(subcategory, report.related, bounded)
        again = replace(need, literals=((_NOWHERE,),), related=subcategory.codes)
        deque(store.scan(again, ReadReport(related=found)), 0)
        return Coverage(subcategory, found, bounded)
    for event in store.scan(Need((), need.earliest, need.latest, need.indexes), ReadReport()):
        raw = event.raw.encode("utf-8", "replace")
        said = CODE.search(raw)
        if said and subcategory.codes.at(raw, said.start(1)):
            found.add(event.host, event.time)
    return Coverage(subcategory, found, bounded)
