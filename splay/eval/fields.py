"""Which fields an eval expression reads."""

from __future__ import annotations

from collections.abc import Iterator

from splay.eval.conditions.predicate import predicate_fields
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import Among, Binary, Call, Expr, Field, String, Unary

VOLATILE = frozenset({"random", "time"})
"""Functions that may give another value each time they are called."""


def is_volatile(expr: Expr) -> bool:
    """Whether the expression may have another value for a row that is the same."""
    return any(isinstance(node, Call) and node.name.lower() in VOLATILE for node in _nodes(expr))


def fields_of(expr: Expr) -> set[str]:
    """The names of the fields that the expression reads."""
    found: set[str] = set()
    for node in _nodes(expr):
        match node:
            case Field(name):
                found.add(name)
            case Call("searchmatch", (String(text, at),)):
                found |= predicate_fields(parse_search_expr(text, at + 1))
    return found


def _nodes(expr: Expr) -> Iterator[Expr]:
    """The expression and all within it."""
    waiting: list[Expr] = [expr]
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case Unary(_, operand):
                waiting.append(operand)
            case Binary(_, left, right):
                waiting += (left, right)
            case Among(operand, choices):
                waiting += (operand, *choices)
            case Call(_, args):
                waiting += args
