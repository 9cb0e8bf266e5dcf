"""What people look at: results as a table, as JSON, as CSV, and a detection's outcome."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING

from splay.detections.correlation import Detection, RiskObject
from splay.engine.run import Results
from splay.eval.times.timefmt import iso
from splay.eval.value import as_list, to_text
from splay.rows import Row, Value
from splay.store.event import ReadReport
from splay.visible import visible, visible_block, visible_json

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from splay.detections.evidence import Evidence

FORMATS = ("table", "json", "csv")
_MOST_PANELS = 20
_LEVELS = {"INFO": "cyan", "WARN": "yellow", "ERROR": "red"}


@dataclass
class Outcome:
    """One run of a detection. seconds: how long it took, start-up of Python left out.

    evidence: the events behind the results; None where nobody asked for them.
    """

    detection: Detection
    results: Results
    report: ReadReport
    data: list[str]
    seconds: float
    tz: tzinfo
    messages: list[tuple[str, str]] = field(default_factory=list)
    evidence: Evidence | None = None

    @property
    def fired(self) -> bool:
        """Whether there is a result."""
        return bool(self.results.rows)

    def risk(self) -> list[RiskObject]:
        """The risk of all results."""
        return [entry for row in self.results.rows for entry in self.detection.risk(row)]


def shown(name: str, value: Value | None, tz: tzinfo) -> str | list[str]:
    """A value as Splunk shows it: _time as a date in the zone, several values as a list."""
    if value is None:
        return ""
    if name == "_time" and isinstance(value, int | float):
        return iso(value, tz)
    texts = [to_text(item) for item in as_list(value)]
    return texts[0] if len(texts) == 1 else texts


def json_rows(results: Results, tz: tzinfo) -> list[dict[str, str | list[str]]]:
    """One mapping a row, without the fields that have no value."""
    return [
        {name: shown(name, row[name], tz) for name in results.columns if name in row}
        for row in results.rows
    ]


def as_json(results: Results, tz: tzinfo) -> str:
    """The rows as a JSON list."""
    return visible_json(json_rows(results, tz))


def as_csv(results: Results, tz: tzinfo, change: Callable[[str], str] = str) -> str:
    """The rows as CSV with a header; several values of a field stand on lines of one cell.

    change: what is done to each cell.
    """
    lines = [_line([change(name) for name in results.columns])] if results.columns else []
    for row in results.rows:
        lines.append(_line([change(_cell(name, row, tz)) for name in results.columns]))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    """One record, as RFC 4180 quotes it; with this terminator a bare CR or LF is quoted too."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()[:-2]


def _cell(name: str, row: Row, tz: tzinfo) -> str:
    text = shown(name, row.get(name), tz)
    return text if isinstance(text, str) else "\n".join(text)


def _safe(text: str) -> Text:
    """Text that cannot drive the terminal, nor be taken for markup."""
    from rich.text import Text

    return Text(visible_block(text))


def print_table(console: Console, results: Results, tz: tzinfo) -> None:
    """The rows as a table."""
    from rich.table import Table

    table = Table(show_lines=any(isinstance(v, list) for r in results.rows for v in r.values()))
    for name in results.columns:
        table.add_column(_safe(name), overflow="fold")
    for row in results.rows:
        table.add_row(*(_safe(_cell(name, row, tz)) for name in results.columns))
    console.print(table)


def outcome_json(outcome: Outcome) -> str:
    """A detection's outcome as one JSON object."""
    return visible_json(
        {
            "fired": outcome.fired,
            "search": outcome.detection.name,
            "results": json_rows(outcome.results, outcome.tz),
            "risk": [asdict(entry) for entry in outcome.risk()],
            "data": outcome.data,
            "events": outcome.report.events,
            "bad_events": outcome.report.bad_events,
            "seconds": round(outcome.seconds, 3),
            "messages": [{"level": level, "text": text} for level, text in outcome.messages],
            "problems": outcome.report.problems,
        }
    )


def print_outcome(console: Console, outcome: Outcome) -> None:
    """A detection's outcome for a person: fired or not, the results, their risk, what was read."""
    from rich.text import Text

    title = Text.assemble(
        ("FIRED", "bold white on red") if outcome.fired else ("did not fire", "bold green"),
        "  ",
        (visible(outcome.detection.name), "bold"),
    )
    console.print(title)
    rows = outcome.results.rows
    for number, row in enumerate(rows[:_MOST_PANELS], start=1):
        console.print(_result(outcome, row, number))
    if len(rows) > _MOST_PANELS:
        console.print(Text(f"and {len(rows) - _MOST_PANELS:,} more: --format csv has them all"))
    read = outcome.report
    count = f"{read.events:,} event{'' if read.events == 1 else 's'}"
    files = [visible(name) for name in outcome.data]
    console.print(Text(f"{count} read from {', '.join(files)} in {outcome.seconds:.2f} s", "dim"))
    for level, text in outcome.messages:
        console.print(Text.assemble((f"{level}: ", _LEVELS.get(level, "")), visible(text)))


def _result(outcome: Outcome, row: Row, number: int) -> RenderableType:
    from rich.console import Group
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    facts, added = split_columns(outcome.results.columns)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name in facts:
        table.add_row(_safe(name), _safe(_cell(name, row, outcome.tz)))
    parts: list[RenderableType] = [table]
    if added:
        parts += [Text("\nenrichment", "bold"), _enrichment(row, added, outcome.tz)]
    for entry in outcome.detection.risk(row):
        score = f"{entry.score:g}"
        parts.append(Text("\nrisk", "bold"))
        parts.append(_safe(f"{score} on the {entry.type} {entry.object}: {entry.message}"))
    of = len(outcome.results.rows)
    return Panel(Group(*parts), title=f"result {number} of {of}", title_align="left")


def split_columns(columns: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns up to the specified search's last one, and what the enrichment adds."""
    added = [name for name in columns if name.startswith("adcs_")]
    if not added:
        return list(columns), []
    start = columns.index("caller") if "caller" in columns else columns.index(added[0])
    return list(columns[:start]), list(columns[start:])


def _enrichment(row: Row, names: Iterable[str], tz: tzinfo) -> RenderableType:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name in names:
        values = [to_text(item) for item in as_list(row.get(name))]
        mark = "• " if len(values) > 1 else ""
        if values:
            table.add_row(_safe(name), _safe("\n".join(mark + value for value in values)))
    return table
