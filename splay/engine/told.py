"""Which texts tell that an event may match a search: some that it holds, or that its values hold.

They may tell too little, never what an event that matches could lack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from splay.engine.literals import Clause, is_subnet
from splay.eval.conditions.letters import fold
from splay.eval.value import as_list, to_text
from splay.rows import Row
from splay.spl.tree import And, Compare, Or, SearchExpr


@dataclass(frozen=True, slots=True)
class Every:
    """All of these are held; where there are none, nothing tells."""

    parts: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these is held."""

    parts: tuple[Told, ...]


Told: TypeAlias = str | Every | Either


def told_by_text(clauses: Sequence[Clause]) -> Told:
    """What the text of each event holds that matches, folded."""
    return Every(tuple(Either(clause) for clause in clauses))


def told_by_values(expr: SearchExpr) -> Told:
    """What `values_of` each event hold that matches, folded."""
    if isinstance(expr, And):
        return Every(tuple(map(told_by_values, expr.parts)))
    if isinstance(expr, Or):
        return Either(tuple(map(told_by_values, expr.parts)))
    if isinstance(expr, Compare) and expr.op == "=" and expr.field != "_raw":
        parts = f"\n{fold(expr.value)}\n".split("*")
        if any(part.strip("\n") for part in parts) and not is_subnet(expr.value):
            return max(parts, key=len)
    return Every(())


def values_of(row: Row) -> str:
    """The values of a row, each on a line of its own; the event's text is none of them."""
    values = [
        value if isinstance(value, str) else "\n".join(map(to_text, as_list(value)))
        for name, value in row.items()
        if name != "_raw"
    ]
    return "\n".join(["", *values, ""])
