"""How bad it is, and what happened: every word of it, over rows of each kind.

The worst comes first: by the priorities in the order of README/adcsenrich.md, then by the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

import splay
from splay.reporting.verdict import Verdict, verdict

RISK = """
action.risk = 1
action.risk.param._risk = [{"risk_object_field":"dest","risk_object_type":"system","risk_score":20}]
action.risk.param._risk_message = It was taken from $dest$.
"""
TABLE = "search = * | fields - host | table adcs_* caller* dest"
CRITICAL = "adcs_priority=critical adcs_risk_score=90 dest=a"
HIGH = "adcs_priority=high adcs_risk_score=70 dest=b"
LOW = "adcs_priority=low adcs_risk_score=30 dest=d"
CALM = "adcs_priority=informational adcs_risk_score=0 dest=e"
APPROVED = "caller_authorization=approved"
ONE_MORE = " 1 more result, none of them worse."
TWO_MORE = " 2 more results, none of them worse."


class Case(NamedTuple):
    rows: Sequence[str]
    word: str
    tone: str
    sentence: str
    settings: str = RISK


CASES = {
    "one": Case([HIGH], "High", "high", "It was taken from b."),
    "by whom": Case([f"{HIGH} caller=ann"], "High", "high", "It was taken from b, by ann."),
    "the worst of two": Case(
        [HIGH, CRITICAL],
        "Critical",
        "critical",
        f"It was taken from a.{ONE_MORE}",
    ),
    "of three": Case(
        [LOW, HIGH, LOW],
        "High",
        "high",
        f"It was taken from b.{TWO_MORE}",
    ),
    "by score where the priority is the same": Case(
        [HIGH, "adcs_priority=high adcs_risk_score=79 dest=c"],
        "High",
        "high",
        f"It was taken from c.{ONE_MORE}",
    ),
    "the priority counts more than the score": Case(
        ["adcs_priority=low adcs_risk_score=99 dest=c", HIGH],
        "High",
        "high",
        f"It was taken from b.{ONE_MORE}",
    ),
    "medium lies between high and low": Case(
        [LOW, "adcs_priority=medium adcs_risk_score=10 dest=c", CALM],
        "Medium",
        "medium",
        f"It was taken from c.{TWO_MORE}",
    ),
    "a word that is not known comes first": Case(
        ["adcs_priority=dire adcs_risk_score=1 dest=c", CRITICAL],
        "Dire",
        "fired",
        f"It was taken from c.{ONE_MORE}",
    ),
    "no word comes last": Case(
        ["adcs_risk_score=100 dest=c", CALM],
        "Informational",
        "informational",
        f"It was taken from e.{ONE_MORE}",
    ),
    "no word at all": Case(["dest=c"], "Fired", "fired", "It was taken from c."),
    "a score of nothing is calm": Case(
        ["adcs_priority=high adcs_risk_score=0 dest=c"],
        "High",
        "informational",
        "It was taken from c.",
    ),
    "one of two has a score": Case(
        [
            "adcs_priority=high adcs_risk_score=0 dest=c",
            "adcs_priority=high adcs_risk_score=1 dest=d",
        ],
        "High",
        "high",
        f"It was taken from d.{ONE_MORE}",
    ),
    "approved": Case(
        [f"{CALM} {APPROVED}"],
        "Informational",
        "informational",
        "It was taken from e. It is approved.",
    ),
    "all approved": Case(
        [f"{CALM} {APPROVED}", f"{LOW} {APPROVED}"],
        "Low",
        "low",
        f"It was taken from d.{ONE_MORE} All of them are approved.",
    ),
    "one of two approved": Case(
        [f"{CALM} {APPROVED}", LOW],
        "Low",
        "low",
        f"It was taken from d.{ONE_MORE}",
    ),
    "without risk": Case(
        ["adcs_priority=high dest=c caller=ann"], "High", "high", "Result 1, by ann.", ""
    ),
    "without risk and caller": Case(["dest=c"], "Fired", "fired", "Result 1.", ""),
}


def judged(folder: Path, rows: Sequence[str], settings: str) -> Verdict:
    """The verdict on these rows, which are events with a field each."""
    (folder / "default").mkdir()
    text = f"[One]\n{TABLE}\naction.correlationsearch.enabled = 1\n{settings}"
    (folder / "default" / "savedsearches.conf").write_text(text, encoding="utf-8")
    events = [splay.Event(row, float(n), "h", "s", "st") for n, row in enumerate(rows)]
    return verdict(splay.detect(events=events, apps=folder), str)


@pytest.mark.parametrize("name", CASES)
def test_word_tone_and_sentence(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    assert judged(tmp_path, case.rows, case.settings) == Verdict(
        case.word, case.tone, case.sentence
    )


def test_without_events_it_says_nothing(tmp_path: Path) -> None:
    assert judged(tmp_path, [], "") == Verdict(
        "Did not fire", "unknown", "No event was read, so this says nothing."
    )
