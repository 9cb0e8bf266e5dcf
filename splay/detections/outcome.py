"""What came of one run of a detection."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo

from splay.detections.correlation import Detection, RiskObject
from splay.detections.coverage import Coverage
from splay.detections.evidence import Evidence, Group
from splay.detections.surroundings import Surroundings
from splay.eval.times.timefmt import iso
from splay.rows import Results, Row
from splay.store.event import ReadReport

_MOST_HOSTS = 5


@dataclass
class Outcome:
    """One run of a detection. seconds: how long it took, start-up of Python left out.

    evidence: the events behind the results; None where nobody asked for them.
    outside: how many events that the search asks for lie outside the time range.
    coverage: where there is no result, what the logs hold of what the detection's source records;
    None: not known.
    files: the paths of what was read, each once. surroundings: what the data tell besides.
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
    coverage: Coverage | None = None
    files: list[str] = field(default_factory=list)
    surroundings: Surroundings | None = None

    @property
    def fired(self) -> bool:
        """Whether there is a result."""
        return bool(self.results.rows)

    def behind(self, row: Row) -> Group | None:
        """The events behind a result; None where they are not known."""
        return self.evidence.of(row) if self.evidence else None

    def rests_on(self) -> str:
        """What its silence rests on, in a sentence; "" where that is not known."""
        if self.coverage is None:
            return ""
        subcategory, found = self.coverage.subcategory, self.coverage.found
        kind = f"event {subcategory.codes.first} to {subcategory.codes.last}"
        audited = f"({subcategory.name} auditing)"
        if not found.events or found.first is None or found.last is None:
            where = " of this time range" if self.coverage.bounded else ""
            if self.report.incomplete:
                return (
                    "Whether these logs could have shown it is not known: not all of them could be "
                    f"read, and what could holds no {kind}{where} {audited}"
                )
            return f"These logs could not have shown it: they hold no {kind}{where} {audited}"
        hosts = ", ".join(list(found.hosts)[:_MOST_HOSTS])
        more = len(found.hosts) - _MOST_HOSTS
        hosts += f" and {more:,} more" if more > 0 else ""
        times = f"from {iso(found.first, self.tz)} to {iso(found.last, self.tz)}"
        unread = "; some of the data could not be read" if self.report.incomplete else ""
        return f"It rests on {found.events:,} of {kind} {audited}, of {hosts}, {times}{unread}"

    def risk(self) -> list[RiskObject]:
        """The risk of all results."""
        return [entry for row in self.results.rows for entry in self.detection.risk(row)]
