"""What the raw text of every matching event must hold, read off a search expression.

The store skips events without these literals before anything is decoded. A rule may find too few
literals, never one that a matching event could lack.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from splay.eval.conditions.subnet import subnet
from splay.spl.tree import And, Compare, Or, SearchExpr, Term

Clause = tuple[str, ...]
_RUN = re.compile(r"[A-Za-z0-9_]+")
_MAX_CHOICE = 50


def literals(expr: SearchExpr, safe: Callable[[str], bool]) -> tuple[Clause, ...]:
    """The clauses, lower-case: of each at least one text is in the raw text of a matching event.

    safe: whether a field's value stands in the raw text letter for letter.
    """
    return tuple(dict.fromkeys(_clauses(expr, safe)))


def _clauses(expr: SearchExpr, safe: Callable[[str], bool]) -> list[Clause]:
    if isinstance(expr, And):
        return [clause for part in expr.parts for clause in _clauses(part, safe)]
    if isinstance(expr, Or):
        return _either([_clauses(part, safe) for part in expr.parts])
    if isinstance(expr, Term):
        return _of_text(expr.text)
    if isinstance(expr, Compare) and expr.op == "=" and safe(expr.field):
        return [] if is_subnet(expr.value) else _of_text(expr.value)
    return []


def _either(choices: list[list[Clause]]) -> list[Clause]:
    """One clause that holds whichever part matches: the most telling clause of each part. A part
    that nothing matches, as an index that one may not see, has an empty clause: it is left out."""
    choices = [clauses for clauses in choices if () not in clauses]
    if not all(choices):
        return []
    best = [max(clauses, key=lambda clause: min(map(len, clause))) for clauses in choices]
    joined = tuple(dict.fromkeys(text for clause in best for text in clause))
    return [joined] if len(joined) <= _MAX_CHOICE else []


def _of_text(text: str) -> list[Clause]:
    """The longest run of plain characters: others may be escaped or wildcards."""
    if not text.isascii():
        return []
    runs = _RUN.findall(text.replace("\\*", " "))
    return [(max(runs, key=len).lower(),)] if runs else []


def is_subnet(text: str) -> bool:
    """Whether the text stands for other addresses than the one that it spells."""
    _, slash, prefix = text.partition("/")
    if not slash or prefix.strip("0123456789."):  # as in most paths: told without reading it
        return False
    try:
        return subnet(text) is not None
    except ValueError:
        return False
