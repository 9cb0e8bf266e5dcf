"""How much a result matters, and which ATT&CK techniques it stands for.

The columns adcs_* and mitre_* are those of the app's enrichment; without them the risk counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from splay.detections.outcome import Outcome
from splay.eval.value import as_list, text_number, to_text
from splay.rows import Row

MOST = 100.0


@dataclass(frozen=True)
class Technique:
    """An ATT&CK technique. name, tactic: empty where no result tells. score: 0 to 100."""

    id: str
    name: str
    tactic: str
    score: float

    @property
    def url(self) -> str:
        """Its page; a sub-technique's (T1003.001) stands below its technique's."""
        return f"https://attack.mitre.org/techniques/{self.id.replace('.', '/')}/"


def score_of(outcome: Outcome, row: Row) -> float | None:
    """The result's score, 0 to 100: that of the enrichment, else its risk; None without either."""
    score = text_number(text_of(row, "adcs_risk_score"))
    if score is None:
        risk = outcome.detection.risk(row)
        score = sum(entry.score for entry in risk) if risk else None
    return None if score is None else min(MOST, max(0.0, float(score)))


def priority_of(row: Row) -> str:
    """The enrichment's word for it, or nothing."""
    return text_of(row, "adcs_priority")


def techniques(outcome: Outcome) -> list[Technique]:
    """The techniques that the detection is annotated with, with the highest score of a result."""
    rows = outcome.results.rows
    best = max((score_of(outcome, row) or 0.0 for row in rows), default=0.0)
    names = {text_of(row, "mitre_technique_id"): row for row in rows}
    return [
        Technique(
            id,
            text_of(names.get(id, {}), "mitre_technique"),
            text_of(names.get(id, {}), "mitre_tactic"),
            best,
        )
        for id in outcome.detection.about.techniques
    ]


def title_of(outcome: Outcome, row: Row, number: int) -> str:
    """A result in a few words: what is at risk and, where it is known, who did it."""
    objects = ", ".join(dict.fromkeys(entry.object for entry in outcome.detection.risk(row)))
    caller = text_of(row, "caller")
    return (objects or f"Result {number}") + (f", by {caller}" if caller else "")


def text_of(row: Row, name: str) -> str:
    """A field's value as one text; empty where there is none."""
    return ", ".join(map(to_text, as_list(row.get(name))))
