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
_COLUMNS = (
    *("search", "outcome", "results", "events", "techniques", "tactics", "reason"),
    *("time", "host", "place"),
)
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
    """A line for each search: what came of it, how often, ATT&CK, why it failed, and the time, host
    and place of one of the events behind it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for fired in outcome.fired:
        row = {
            "search": fired.detection.name,
            "outcome": "fired",
            "results": len(fired.results.rows),
            "events": fired.matched,
            "techniques": " ".join(fired.detection.about.techniques),
            "tactics": ", ".join(fired.tactics),
        }
        for event in fired.events[:1]:
            row["time"] = "" if event.time is None else iso(event.time, outcome.tz)
            row["host"], row["place"] = event.host, event.place or event.source
        writer.writerow(row)
    for name in outcome.silent:
        writer.writerow({"search": name, "outcome": "silent", "results": 0})
    for name, reason in outcome.failed:
        writer.writerow({"search": name, "outcome": "failed", "reason": reason})
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
    from rich.text import Text

    if outcome.fired:
        _print_fired(console, outcome)
    if outcome.risk:
        _print_risk(console, outcome)
    for name, reason in outcome.failed[:_SHOWN]:
        console.print(Text(visible_block(f"left out: {name}: {reason}"), "yellow"), soft_wrap=True)
    if len(outcome.failed) > _SHOWN:
        more = len(outcome.failed) - _SHOWN
        console.print(Text(f"and {more:,} more were left out: --json has them all", "yellow"))
    console.print(Text(summary(outcome), "bold"))


def _print_fired(console: Console, outcome: HuntOutcome) -> None:
    """What fired, in the outcome's order; where there is no room for a third column, one of a
    search's events stands below it, in a line that is not broken: its path can be copied."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="What fired", title_justify="left", box=None, padding=(0, 1))
    table.add_column("results", justify="right", no_wrap=True)
    table.add_column("search", overflow="fold", ratio=3)
    table.add_column("ATT&CK", overflow="fold", ratio=1)
    narrow = console.width < NARROW
    if narrow:
        console.print(Text("What fired", "italic"))
        console.print(Text(" results  search and ATT&CK, and one of its events", "bold"))
    else:
        table.add_column("one of its events", overflow="fold", ratio=2)
    for fired in outcome.fired:
        count = f"{len(fired.results.rows):,}"
        name, where = visible(fired.detection.name), visible(_where(outcome, fired))
        techniques = visible(" ".join(fired.detection.about.techniques))
        if narrow:
            console.print(Text(f"{count:>8}  {name}  {techniques}".rstrip()), soft_wrap=True)
            if where:
                console.print(Text(f"{'':10}{where}", "dim"), soft_wrap=True)
        else:
            table.add_row(count, Text(name), Text(techniques), Text(where))
    if not narrow:
        console.print(table)


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
