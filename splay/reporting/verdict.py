"""What the report says first: how bad it is, in a word, and what happened, in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from splay.counting import counted
from splay.detections.outcome import Outcome
from splay.reporting.judgement import priority_of, score_of, text_of, title_of
from splay.rows import Row

PRIORITIES = ("critical", "high", "medium", "low", "informational")
"""The enrichment's words, the worst first (README/adcsenrich.md)."""


@dataclass(frozen=True)
class Verdict:
    """word: heads the page. tone: how it is coloured. sentence: what happened."""

    word: str
    tone: str
    sentence: str


def verdict(outcome: Outcome, clock: Callable[[float], str]) -> Verdict:
    """The verdict on an outcome. clock: shows epoch seconds as a time."""
    rows = sorted(outcome.results.rows, key=lambda row: _rank(outcome, row))
    if not rows:
        return Verdict("Did not fire", *_silence(outcome))
    worst = priority_of(rows[0])
    tone = worst if worst in PRIORITIES else "fired"
    if all(score_of(outcome, row) == 0 for row in rows):
        tone = "informational"
    return Verdict(worst.capitalize() or "Fired", tone, _happened(outcome, rows, clock))


def _rank(outcome: Outcome, row: Row) -> tuple[int, float]:
    """The worst first: by priority, then by score."""
    name = priority_of(row)
    place = PRIORITIES.index(name) if name in PRIORITIES else -1 if name else len(PRIORITIES)
    return place, -(score_of(outcome, row) or 0.0)


def _happened(outcome: Outcome, rows: Sequence[Row], clock: Callable[[float], str]) -> str:
    worst = rows[0]
    risk = outcome.detection.risk(worst)
    said = risk[0].message.rstrip(". ") if risk else title_of(outcome, worst, 1)
    caller = text_of(worst, "caller")
    if risk and caller:
        said += f", by {caller}"
    words = [f"{said}{_when(outcome, worst, clock)}."]
    if len(rows) > 1:
        words.append(f"{counted(len(rows) - 1, 'more result')}, none of them worse.")
    if all(text_of(row, "caller_authorization") == "approved" for row in rows):
        words.append("It is approved." if len(rows) == 1 else "All of them are approved.")
    return " ".join(words)


def _when(outcome: Outcome, row: Row, clock: Callable[[float], str]) -> str:
    group = outcome.behind(row)
    if group is None or group.first is None or group.last is None:
        return ""
    if group.count == 1:
        return f", at {clock(group.first)}"
    return f": {group.count:,} events from {clock(group.first)} to {clock(group.last)}"


def _silence(outcome: Outcome) -> tuple[str, str]:
    """Tone and sentence where there is no result: what that can mean."""
    if not outcome.report.events:
        return "unknown", "No event was read, so this says nothing."
    words = outcome.rests_on()
    if outcome.coverage is None or not words:
        return "unknown", "No event that was read gave a result."
    whole = outcome.coverage.found.events and not outcome.report.incomplete
    tone = "informational" if whole else "unknown"
    return tone, f"There is no result. {words}."
