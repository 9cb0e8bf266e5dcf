"""The risk that detections raise, summed by object as Enterprise Security's risk index does it.

Source: Splunk Enterprise Security, "Risk-based alerting", its two correlation searches: "24 hour
risk threshold exceeded for object" (the scores of 24 hours are over 100) and "7 day ATT&CK tactic
threshold exceeded for object" (at least three tactics from at least four sources in seven days).
Objects are compared without regard to case, as normalized_risk_object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

DAY = 86_400.0
THRESHOLD = 100.0
TACTICS, SOURCES = 3, 4


@dataclass(frozen=True)
class RiskEvent:
    """One entry of the risk index. source: the search; time: epoch seconds."""

    time: float
    object: str
    type: str
    score: float
    source: str
    message: str
    techniques: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notable:
    """A notable event that Enterprise Security would raise for an object."""

    rule: str
    first: float
    last: float
    reason: str


@dataclass
class ObjectRisk:
    """All the risk of one object."""

    object: str
    type: str
    score: float
    events: list[RiskEvent]
    notables: list[Notable] = field(default_factory=list)

    @property
    def sources(self) -> list[str]:
        """The searches that raised it."""
        return sorted({event.source for event in self.events})


def risk_by_object(events: Iterable[RiskEvent]) -> list[ObjectRisk]:
    """The risk of each object, the highest sum first, with the notables that it would raise."""
    found: dict[tuple[str, str], list[RiskEvent]] = {}
    for event in events:
        found.setdefault((event.object.lower(), event.type), []).append(event)
    objects = []
    for (_, kind), some in found.items():
        some.sort(key=lambda event: event.time)
        score = sum(event.score for event in some)
        risk = ObjectRisk(some[0].object, kind, score, some)
        risk.notables = [*_over_threshold(some), *_many_tactics(some)]
        objects.append(risk)
    return sorted(objects, key=lambda risk: (-risk.score, risk.object.lower()))


def _over_threshold(events: Sequence[RiskEvent]) -> list[Notable]:
    """The window of 24 hours with the highest sum, if that is over the threshold."""
    best, start, total = (0.0, 0, 0), 0, 0.0
    for end, event in enumerate(events):
        total += event.score
        while event.time - events[start].time >= DAY:
            total -= events[start].score
            start += 1
        if total > best[0]:
            best = (total, start, end)
    if best[0] <= THRESHOLD:
        return []
    reason = f"a risk of {best[0]:g} within 24 hours"
    first, last = events[best[1]].time, events[best[2]].time
    return [Notable("24 hour risk threshold exceeded", first, last, reason)]


def _many_tactics(events: Sequence[RiskEvent]) -> list[Notable]:
    """The first window of seven days in which there are as many tactics and sources as it takes."""
    start = 0
    for end, event in enumerate(events):
        while event.time - events[start].time >= 7 * DAY:
            start += 1
        window = events[start : end + 1]
        tactics = {tactic for each in window for tactic in each.tactics}
        sources = {each.source for each in window}
        if len(tactics) >= TACTICS and len(sources) >= SOURCES:
            reason = f"{len(tactics)} tactics from {len(sources)} searches within 7 days"
            rule = "7 day ATT&CK tactic threshold exceeded"
            return [Notable(rule, window[0].time, event.time, reason)]
    return []
