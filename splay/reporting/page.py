"""A detection's outcome as one HTML page that needs nothing else: no network and no script.

Its Content-Security-Policy allows the page's own style, by hash, and nothing besides
(https://www.w3.org/TR/CSP3/).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from splay import __version__
from splay.counting import counted
from splay.detections.correlation import RiskObject
from splay.detections.evidence import Evidence, Group
from splay.detections.outcome import Outcome
from splay.eval.times.timefmt import iso
from splay.eval.value import as_list, to_text
from splay.reporting.judgement import priority_of, score_of, techniques, title_of
from splay.reporting.nextsteps import Step, next_steps
from splay.reporting.text import shown, split_columns
from splay.reporting.timeline import time_line
from splay.reporting.verdict import verdict
from splay.rows import Row
from splay.visible import visible_block

MOST_CARDS = 200
_TEMPLATES = Path(__file__).parent / "templates"
_REASONS = "adcs_reason"
_UNBROKEN = re.compile(
    r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?\b|(?<!\S)--?[A-Za-z][\w-]{1,30}(?![\w-])"
)

Fields = list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Card:
    """One result. facts, added: fields of the search and of its enrichment, with their values.

    triage: whether the score is the enrichment's own, and not the risk.
    """

    row: Row
    title: str
    score: float | None
    priority: str
    reasons: list[str]
    facts: Fields
    added: Fields
    risk: list[RiskObject]
    events: Group | None
    triage: bool
    steps: list[Step]


def page(outcome: Outcome, made: float) -> str:
    """The page. made: when, in epoch seconds."""
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    every = _cards(outcome)
    cards = every[:MOST_CARDS]
    evidence = outcome.evidence or Evidence()
    return (
        environment(outcome.tz)
        .get_template("report.html.j2")
        .render(
            outcome=outcome,
            about=outcome.detection.about,
            verdict=verdict(outcome, _clock(outcome.tz)),
            style=Markup(style),  # nosec B704 # our own file
            policy=policy(style),
            cards=cards,
            more=len(every) - len(cards),
            line=time_line([card.events for card in cards]),
            evidence=evidence,
            unused=evidence.without_result(outcome.results.rows),
            techniques=techniques(outcome),
            hosts=outcome.surroundings.audited if outcome.surroundings else {},
            made=made,
            version=__version__,
        )
    )


def policy(style: str) -> str:
    """The Content-Security-Policy that allows this style element's text and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def environment(tz: tzinfo) -> Environment:
    """Templates that escape what they are given. tz: the zone of the times that they show."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    made.filters["moment"] = lambda seconds: iso(seconds, tz)
    made.filters["clock"] = _clock(tz)
    made.filters["count"] = counted
    made.filters["whole"] = _whole
    return made


def _clock(tz: tzinfo) -> Callable[[float], str]:
    return lambda seconds: iso(seconds, tz)[:19].replace("T", " ")


def _seen(value: Any) -> Any:
    """What each expression of a template passes through: nothing in a text stays unseen."""
    plain = isinstance(value, str) and not isinstance(value, Markup)
    return visible_block(value) if plain else value


def _whole(text: str) -> Markup:
    """The text, in which no line ends within a time or the name of an option."""
    marked = _UNBROKEN.sub(r'<span class="whole">\g<0></span>', str(escape(visible_block(text))))
    return Markup(marked)  # nosec B704 # escaped above


def _cards(outcome: Outcome) -> list[Card]:
    """The results, those with the highest score first."""
    rows = enumerate(outcome.results.rows, start=1)
    cards = [_card(outcome, row, number) for number, row in rows]
    return sorted(cards, key=lambda card: -1.0 if card.score is None else card.score, reverse=True)


def _card(outcome: Outcome, row: Row, number: int) -> Card:
    facts, added = split_columns(outcome.results.columns)
    events = outcome.behind(row)
    return Card(
        row,
        title_of(outcome, row, number),
        score_of(outcome, row),
        priority_of(row),
        [to_text(item) for item in as_list(row.get(_REASONS))],
        _fields(row, facts, outcome.tz),
        _fields(row, [name for name in added if name != _REASONS], outcome.tz),
        outcome.detection.risk(row),
        events,
        "adcs_risk_score" in row,
        next_steps(row, events, outcome.surroundings, _clock(outcome.tz)),
    )


def _fields(row: Row, names: list[str], tz: tzinfo) -> Fields:
    found: Fields = []
    for name in names:
        text = shown(name, row.get(name), tz)
        if text:
            found.append((name, [text] if isinstance(text, str) else text))
    return found
