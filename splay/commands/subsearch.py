"""Subsearches: `[ ... ]` in a command's arguments runs first, and its result stands in its place.

Source: Search Manual, "About subsearches", "Change the format of subsearch results"; Search
Reference, "format"; limits.conf ([subsearch] maxout).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from splay.commands.operation import Context, Operation
from splay.eval.value import as_list, to_text
from splay.rows import Row, Value
from splay.spl.parser import parse_pipeline
from splay.spl.tokens import brackets
from splay.spl.tree import Command, Pipeline

MAX_OUT = 10_000
APPENDED = 50_000  # of append, join and others: [searchresults] maxresultrows, [join]
SEARCH = "search"
_DIRECT = (SEARCH, "query")
_FORMATTED = ("format", "return")


@dataclass(frozen=True)
class Format:
    """How rows become the text of a search. row_*: around all rows, column_*: around each row.

    The defaults give `( ( a="1" AND b="2" ) OR ( a="3" ) )`.
    """

    row_prefix: str = "("
    column_prefix: str = "("
    column_separator: str = "AND"
    column_end: str = ")"
    row_separator: str = "OR"
    row_end: str = ")"
    mvsep: str = "OR"
    empty: str = "NOT ( )"

    def text(self, rows: Iterable[Row]) -> str:
        """The text; fields in the order of their names, those that begin with _ left out."""
        found = [columns for row in rows if (columns := self._columns(row))]
        if not found:
            return self.empty
        each = [
            _join(self.column_prefix, f" {self.column_separator} ".join(columns), self.column_end)
            for columns in found
        ]
        return _join(self.row_prefix, f" {self.row_separator} ".join(each), self.row_end)

    def _columns(self, row: Row) -> list[str]:
        return [self._column(name, row[name]) for name in sorted(row) if not name.startswith("_")]

    def _column(self, name: str, value: Value) -> str:
        values = [to_text(item) for item in as_list(value)]
        if name == SEARCH:
            return values[0]
        each = values if name in _DIRECT else [comparison(name, item) for item in values]
        return each[0] if len(each) == 1 else f"( {f' {self.mvsep} '.join(each)} )"


def comparison(name: str, value: str) -> str:
    """`name="value"` that means just this value (and what its asterisks match)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    shown = name if name.replace("_", "").replace(".", "").isalnum() else f'"{name}"'
    return f'{shown}="{escaped}"'


def _join(*parts: str) -> str:
    return " ".join(filter(None, parts))


def text_of(pipeline: Pipeline, rows: list[Row]) -> str:
    """What a subsearch with these results is replaced by; `format` is applied if it was not."""
    if pipeline.commands[-1].name in _FORMATTED:
        return " ".join(to_text(item) for row in rows for item in as_list(row.get(SEARCH)))
    return Format().text(rows)


def limited(rows: list[Row], limit: int, context: Context) -> list[Row]:
    """The first rows of a subsearch; a message says that there were more."""
    if len(rows) > limit:
        text = f"[subsearch]: Subsearch produced {len(rows)} results, truncating to maxout {limit}."
        context.add_message("WARN", text)
    return rows[:limit]


def subsearches(command: Command) -> list[tuple[int, int, Pipeline]]:
    """The subsearches in a command's arguments: from where to where in its text, and what."""
    start = len(command.name) + 1
    found = []
    for begin, end in brackets(f"{command.name} {command.text}", command.text_at - start):
        inside = command.text[begin - start + 1 : end - start - 1]
        at = command.text_at + begin - start + 1
        found.append((begin - start, end - start, parse_pipeline(inside, at, implicit=False)))
    return found


def has_subsearch(command: Command, built_in: type[Operation] | None) -> bool:
    """Whether part of the command's arguments is the result of a search."""
    if "[" not in command.text or (built_in and built_in.takes_pipelines):
        return False
    return bool(subsearches(command))
