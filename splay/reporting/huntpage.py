"""What came of a hunt as one HTML page that needs nothing else: no network and no script."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from splay import __version__
from splay.detections.hunting import HuntOutcome
from splay.reporting.hunt import summary
from splay.reporting.page import environment, policy
from splay.reporting.timeline import time_line

MOST_SEARCHES = 200
MOST_OBJECTS = 50
_TEMPLATES = Path(__file__).parent / "templates"


def hunt_page(outcome: HuntOutcome, made: float) -> str:
    """The page. made: when, in epoch seconds."""
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    fired = outcome.fired[:MOST_SEARCHES]
    return (
        environment(outcome.tz)
        .get_template("hunt.html.j2")
        .render(
            outcome=outcome,
            summary=summary(outcome),
            style=Markup(style),  # nosec B704 # our own file
            policy=policy(style),
            fired=fired,
            more=len(outcome.fired) - len(fired),
            risk=outcome.risk[:MOST_OBJECTS],
            notables=sum(bool(risk.notables) for risk in outcome.risk),
            line=time_line([each.group for each in fired]),
            made=made,
            version=__version__,
        )
    )
