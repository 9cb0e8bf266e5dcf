"""Which fields an eval expression reads."""

from __future__ import annotations

from splay.eval.predicate import predicate_fields
from splay.spl.parser import parse_search_expr
from splay.spl.tree import Among, Binary, Call, Expr, Field, String, Unary

VOLATILE = frozenset({"random", "time"})
"""Functions that may give another value each time they are called."""


def is_volatile(expr: Expr) -> bool:
    """Whether the expression may have another value for a row that is the same."""
    waiting: list[Expr] = [expr]
    while waiting:
        match waiting.pop():
            case Unary(_, operand):
                waiting.append(operand)
            case Binary(_, left, right):
                waiting += (left, right)
            case Among(operand, choices):
                waiting += (operand, *choices)
            case Call(name, args):
                if name.lower() in VOLATILE:
                    return True
                waiting += args
    return False


def fields_of(expr: Expr) -> set[str]:
    """The names of the fields that the expression reads."""
    found: set[str] = set()
    waiting: list[Expr] = [expr]
    while waiting:
        match waiting.pop():
            case Field(name):
                found.add(name)
            case Unary(_, operand):
                waiting.append(operand)
            case Binary(_, left, right):
                waiting += (left, right)
            case Among(operand, choices):
                waiting += (operand, *choices)
            case Call("searchmatch", (String(text, at),)):
                found |= predicate_fields(parse_search_expr(text, at + 1))
            case Call(_, args):
                waiting += args
    return found
