"""What came of a hunt: as JSON, as CSV, as an ATT&CK Navigator layer, and on a terminal."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from splay.counting import counted
from splay.detections.hunting import Fired, HuntOutcome
from splay.detections.riskindex import ObjectRisk
from splay.eval.times.timefmt import iso
from splay.reporting.sarif import sarif_log
from splay.reporting.text import NARROW, json_rows
from splay.visible import visible, visible_block, visible_json

if TYPE_CHECKING:
    from rich.console import Console

_MOST_RESULTS = 100  # of a search, in JSON; the count says how many there are
_SHOWN = 30


def hunt_json(outcome: HuntOutcome) -> str:
    """The whole outcome as one JSON object."""
    return visible_json(
        {
            "searches": outcome.searches,
            "fired": [_fired(outcome, fired) for fired in outcome.fired],
            "silent": outcome.silent,
            "failed": [{"search": name, "reason": reason} for name, reason in outcome.failed],
            "risk": [_risk(outcome, risk) for risk in outcome.risk],
            "data": outcome.data,
            "events": outcome.report.events,
            "bad_events": outcome.report.bad_events,
            "problems": outcome.report.problems,
            "messages": [asdict(message) for message in outcome.messages],
            "seconds": round(outcome.seconds, 3),
        }
    )


def _fired(outcome: HuntOutcome, fired: Fired) -> dict[str, Any]:
    about = fired.detection.about
    return {
        "search": fired.detection.name,
        "techniques": list(about.techniques),
        "tactics": list(fired.tactics),
        "count": len(fired.results.rows),
        "matched": fired.matched,
        "results": list(islice(json_rows(fired.results, outcome.tz), _MOST_RESULTS)),
        "events": [
            {**asdict(event), "time": None if event.time is None else iso(event.time, outcome.tz)}
            for event in fired.events
        ],
    }


def _risk(outcome: HuntOutcome, risk: ObjectRisk) -> dict[str, Any]:
    return {
        "object": risk.object,
        "type": risk.type,
        "score": risk.score,
        "searches": risk.sources,
        "notables": [
            {
                "rule": notable.rule,
                "from": iso(notable.first, outcome.tz),
                "to": iso(notable.last, outcome.tz),
                "reason": notable.reason,
            }
            for notable in risk.notables
        ],
    }


def hunt_csv(outcome: HuntOutcome) -> str:
    """A line for each search: what came of it, how often, ATT&CK, and why it failed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["search", "outcome", "results", "events", "techniques", "tactics", "reason"])
    for fired in outcome.fired:
        techniques, tactics = " ".join(fired.detection.about.techniques), ", ".join(fired.tactics)
        matched = "" if fired.matched is None else fired.matched
        count = len(fired.results.rows)
        writer.writerow([fired.detection.name, "fired", count, matched, techniques, tactics, ""])
    for name in outcome.silent:
        writer.writerow([name, "silent", 0, "", "", "", ""])
    for name, reason in outcome.failed:
        writer.writerow([name, "failed", "", "", "", "", reason])
    return out.getvalue().rstrip("\n")


def hunt_layer(outcome: HuntOutcome) -> str:
    """A layer for the ATT&CK Navigator (format 4.5): the score is the number of searches."""
    searches: dict[str, list[str]] = {}
    for fired in outcome.fired:
        for technique in fired.detection.about.techniques:
            searches.setdefault(technique, []).append(fired.detection.name)
    most = max(map(len, searches.values()), default=1)
    return visible_json(
        {
            "name": "splay hunt",
            "versions": {"navigator": "4.9.0", "layer": "4.5"},
            "domain": "enterprise-attack",
            "description": f"Searches that fired, of {outcome.searches}",
            "techniques": [
                {
                    "techniqueID": technique,
                    "score": len(names),
                    "enabled": True,
                    "comment": visible("; ".join(names)),
                }
                for technique, names in sorted(searches.items())
            ],
            "gradient": {"colors": ["#ffffff", "#d13f2e"], "minValue": 0, "maxValue": most},
        }
    )


def hunt_sarif(outcome: HuntOutcome) -> str:
    """The results of all searches that fired, as a SARIF log with a rule for each."""
    return sarif_log(*map(outcome.of, outcome.fired))


def print_hunt(console: Console, outcome: HuntOutcome) -> None:
    """The outcome for a person: what fired, the risk by object, what failed, what was read."""
    from rich.table import Table
    from rich.text import Text

    if outcome.fired:
        table = Table(title="What fired", title_justify="left", box=None, padding=(0, 1))
        table.add_column("results", justify="right", no_wrap=True)
        table.add_column("search", overflow="fold", ratio=3)
        table.add_column("ATT&CK", overflow="fold", ratio=1)
        narrow = console.width < NARROW
        if not narrow:
            table.add_column("one of its events", overflow="fold", ratio=2)
        for fired in outcome.fired:
            techniques = " ".join(fired.detection.about.techniques)
            name, where = visible(fired.detection.name), visible(_where(outcome, fired))
            below = narrow and where
            table.add_row(
                f"{len(fired.results.rows):,}",
                Text(f"{name}\n{where}" if below else name),
                Text(visible(techniques)),
                *([] if narrow else [Text(where)]),
            )
        console.print(table)
    if outcome.risk:
        _print_risk(console, outcome)
    for name, reason in outcome.failed[:_SHOWN]:
        console.print(Text(visible_block(f"left out: {name}: {reason}"), "yellow"), soft_wrap=True)
    if len(outcome.failed) > _SHOWN:
        more = len(outcome.failed) - _SHOWN
        console.print(Text(f"and {more:,} more were left out: --json has them all", "yellow"))
    console.print(Text(summary(outcome), "bold"))


def _where(outcome: HuntOutcome, fired: Fired) -> str:
    if not fired.events:
        return ""
    event = fired.events[0]
    moment = "" if event.time is None else iso(event.time, outcome.tz)[:19]
    return f"{moment} {event.host} {event.place or event.source}".strip()


def _print_risk(console: Console, outcome: HuntOutcome) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="\nRisk by object", title_justify="left", box=None, padding=(0, 1))
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("object", overflow="fold", ratio=2)
    table.add_column("searches", justify="right", no_wrap=True)
    table.add_column("notable in Enterprise Security", overflow="fold", ratio=3)
    for risk in outcome.risk[:_SHOWN]:
        said = "; ".join(f"{each.rule}: {each.reason}" for each in risk.notables)
        table.add_row(
            f"{risk.score:g}",
            Text(visible(f"{risk.object} ({risk.type})")),
            str(len(risk.sources)),
            Text(said, "bold red"),
        )
    console.print(table)


def summary(outcome: HuntOutcome) -> str:
    """One line: how many searches fired, were silent and were left out, over what."""
    events = counted(outcome.report.events, "event")
    return (
        f"{len(outcome.fired):,} fired, {len(outcome.silent):,} silent, "
        f"{len(outcome.failed):,} left out; {events} read in {outcome.seconds:.2f} s"
    )
