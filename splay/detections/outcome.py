"""What came of one run of a detection."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo

from splay.detections.correlation import Detection, RiskObject
from splay.detections.evidence import Evidence, Group
from splay.rows import Results, Row
from splay.store.event import ReadReport


@dataclass
class Outcome:
    """One run of a detection. seconds: how long it took, start-up of Python left out.

    evidence: the events behind the results; None where nobody asked for them.
    outside: how many events that the search asks for lie outside the time range.
    """

    detection: Detection
    results: Results
    report: ReadReport
    data: list[str]
    seconds: float
    tz: tzinfo
    messages: list[tuple[str, str]] = field(default_factory=list)
    evidence: Evidence | None = None
    outside: int = 0

    @property
    def fired(self) -> bool:
        """Whether there is a result."""
        return bool(self.results.rows)

    def behind(self, row: Row) -> Group | None:
        """The events behind a result; None where they are not known."""
        return self.evidence.of(row) if self.evidence else None

    def risk(self) -> list[RiskObject]:
        """The risk of all results."""
        return [entry for row in self.results.rows for entry in self.detection.risk(row)]
