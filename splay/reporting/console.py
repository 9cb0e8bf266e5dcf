"""Results and outcomes on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from splay.counting import counted
from splay.detections.outcome import Outcome
from splay.eval.value import as_list, to_text
from splay.reporting.text import cell_text, places_in_short, split_columns
from splay.rows import Results, Row
from splay.visible import visible, visible_block

_MOST_PANELS = 20
_LONGEST = 60  # of a word; a longer one is broken in any form
_LEVELS = {"INFO": "cyan", "WARN": "yellow", "ERROR": "red"}


def _safe(text: str) -> Text:
    """Text that cannot drive the terminal, nor be taken for markup."""
    return Text(visible_block(text))


def print_table(console: Console, results: Results, tz: tzinfo) -> None:
    """The rows as a table; one below the other where the terminal is too narrow for it."""
    if _too_wide(console, results, tz):
        _print_blocks(console, results, tz)
        return
    table = Table(show_lines=any(isinstance(v, list) for r in results.rows for v in r.values()))
    for name in results.columns:
        table.add_column(_safe(name), overflow="fold")
    for row in results.rows:
        table.add_row(*(_safe(cell_text(name, row, tz)) for name in results.columns))
    console.print(table)


def _too_wide(console: Console, results: Results, tz: tzinfo) -> bool:
    """Whether the table would have to break words: each column takes its longest word at least."""
    widest = 1
    for name in results.columns:
        cells = (cell_text(name, row, tz) for row in results.rows)
        words = (word for text in (name, *cells) for word in visible_block(text).split())
        widest += min(max(map(len, words), default=0), _LONGEST) + 3
    return widest > console.width


def _print_blocks(console: Console, results: Results, tz: tzinfo) -> None:
    """A block for each row: a line for each field that has a value."""
    for number, row in enumerate(results.rows, start=1):
        console.print(Text(f"result {number} of {len(results.rows)}", "bold"))
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="cyan", no_wrap=True, max_width=console.width // 2)
        grid.add_column(overflow="fold")
        for name in results.columns:
            if name in row:
                grid.add_row(_safe(name), _safe(cell_text(name, row, tz)))
        console.print(Padding(grid, (0, 0, 1, 2)))


def print_outcome(console: Console, outcome: Outcome) -> None:
    """A detection's outcome for a person: fired or not, the results, their risk, what was read."""
    silent = ("did not fire", "bold yellow" if outcome.report.incomplete else "bold green")
    title = Text.assemble(
        ("FIRED", "bold white on red") if outcome.fired else silent,
        "  ",
        (visible(outcome.detection.name), "bold"),
    )
    console.print(title)
    if line := outcome.rests_on():
        told = outcome.coverage is not None and outcome.coverage.found.events
        console.print(Text(visible(line), "" if told else "yellow"))
    rows = outcome.results.rows
    for number, row in enumerate(rows[:_MOST_PANELS], start=1):
        console.print(_result(outcome, row, number))
    if len(rows) > _MOST_PANELS:
        console.print(Text(f"and {len(rows) - _MOST_PANELS:,} more: --format csv has them all"))
    read = outcome.report
    count = counted(read.events, "event")
    files = [visible(name) for name in outcome.data]
    console.print(Text(f"{count} read from {', '.join(files)} in {outcome.seconds:.2f} s", "dim"))
    if outcome.outside:
        some = counted(outcome.outside, "matching event lies", "matching events lie")
        console.print(Text(f"{some} outside the time range", "yellow"))
    for level, text in outcome.messages:
        if level == "DEBUG":
            continue
        console.print(Text.assemble((f"{level}: ", _LEVELS.get(level, "")), visible(text)))


def _result(outcome: Outcome, row: Row, number: int) -> RenderableType:
    from rich.text import Text

    facts, added = split_columns(outcome.results.columns)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name in facts:
        table.add_row(_safe(name), _safe(cell_text(name, row, outcome.tz)))
    parts: list[RenderableType] = [table]
    if added:
        parts += [Text("\nenrichment", "bold"), _enrichment(row, added, outcome.tz)]
    for entry in outcome.detection.risk(row):
        score = f"{entry.score:g}"
        parts.append(Text("\nrisk", "bold"))
        parts.append(_safe(f"{score} on the {entry.type} {entry.object}: {entry.message}"))
    if lines := places_in_short(outcome, row):
        parts += [Text("\nevidence", "bold"), _safe("\n".join(lines))]
    of = len(outcome.results.rows)
    return Panel(Group(*parts), title=f"result {number} of {of}", title_align="left")


def _enrichment(row: Row, names: Iterable[str], tz: tzinfo) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name in names:
        values = [to_text(item) for item in as_list(row.get(name))]
        mark = "• " if len(values) > 1 else ""
        if values:
            table.add_row(_safe(name), _safe("\n".join(mark + value for value in values)))
    return table
