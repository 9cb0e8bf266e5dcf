"""Events on a terminal as Splunk's list shows them: time, text, and the fields of interest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from splay.counting import counted
from splay.reporting.text import cell_text
from splay.rows import Results, Row
from splay.visible import visible, visible_block

DEFAULTS = ("host", "source", "sourcetype")
_MOST_LINES = 12  # of one event
_NARROW = 100  # columns below which the time stands above the text
_INDENT = 2


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
        above = console.width < _NARROW
        room = console.width - (_INDENT if above else time.cell_len + _INDENT)
        body = Group(_raw(row, pattern), _fields(row, names, tz, room))
        console.print(_below(time, body) if above else _beside(time, body))
        console.print()


def _below(time: Text, body: RenderableType) -> RenderableType:
    return Group(time, Padding(body, (0, 0, 0, _INDENT)))


def _beside(time: Text, body: RenderableType) -> RenderableType:
    grid = Table.grid(padding=(0, _INDENT))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(time, body)
    return grid


def _raw(row: Row, pattern: re.Pattern[str] | None) -> Text:
    lines = visible_block(cell_text("_raw", row, UTC)).split("\n")
    more = len(lines) - _MOST_LINES
    shown = lines[:_MOST_LINES] + ([f"... {counted(more, 'more line')}"] if more > 0 else [])
    text = Text("\n".join(shown), overflow="fold")
    if pattern is not None:
        text.highlight_regex(pattern, "bold yellow")
    return text


def _fields(row: Row, names: Sequence[str], tz: tzinfo, room: int) -> Text:
    """Each with its value on one line, where it fits into the room."""
    lines: list[str] = []
    for name in names:
        if name not in row:
            continue
        part = f"{name} = {visible(cell_text(name, row, tz))}"
        if lines and cell_len(lines[-1]) + 2 + cell_len(part) <= room:
            lines[-1] += f"  {part}"
        else:
            lines.append(part)
    return Text("\n".join(lines), "dim", overflow="fold")
