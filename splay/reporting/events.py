"""Events on a terminal as Splunk's list shows them: time, text, and the fields of interest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from splay.reporting.text import cell_text
from splay.rows import Results, Row
from splay.visible import visible, visible_block

DEFAULTS = ("host", "source", "sourcetype")
_MOST_LINES = 12  # of one event
_NARROW = 80  # columns below which the time stands above the text


def print_events(
    console: Console,
    results: Results,
    tz: tzinfo,
    fields: Sequence[str] = (),
    lit: Iterable[str] = (),
) -> None:
    """Events, one below the other.

    Args:
        console: where they go.
        results: rows with `_time` and `_raw`.
        tz: the zone in which times are shown.
        fields: the fields shown below the text, after host, source and sourcetype.
        lit: texts that are highlighted where they stand in an event, in any case.
    """
    marks = sorted({re.escape(text) for text in lit if text.strip()}, key=len, reverse=True)
    pattern = re.compile("|".join(marks), re.IGNORECASE) if marks else None
    names = [name for name in dict.fromkeys([*DEFAULTS, *fields]) if not name.startswith("_")]
    for row in results.rows:
        time = Text(visible(cell_text("_time", row, tz)), "cyan")
        body = Group(_raw(row, pattern), _fields(row, names, tz))
        console.print(_laid_out(console, time, body))
        console.print()


def _laid_out(console: Console, time: Text, body: RenderableType) -> RenderableType:
    if console.width < _NARROW:
        return Group(time, Padding(body, (0, 0, 0, 2)))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(time, body)
    return grid


def _raw(row: Row, pattern: re.Pattern[str] | None) -> Text:
    lines = visible_block(cell_text("_raw", row, UTC)).split("\n")
    more = len(lines) - _MOST_LINES
    shown = lines[:_MOST_LINES] + ([f"... {more} more lines"] if more > 0 else [])
    text = Text("\n".join(shown), overflow="fold")
    if pattern is not None:
        text.highlight_regex(pattern, "bold yellow")
    return text


def _fields(row: Row, names: Sequence[str], tz: tzinfo) -> Text:
    parts = [f"{name} = {visible(cell_text(name, row, tz))}" for name in names if name in row]
    return Text("  ".join(parts), "dim", overflow="fold")
