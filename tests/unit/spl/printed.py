"""Eval expressions back to text, which reads as the same tree.

Fields stand in single quotes, texts in double ones, and parentheses only where they are needed.
Source: Search Reference, "eval" (Operators).
"""

from __future__ import annotations

from splay.spl.printer import quoted
from splay.spl.tree import Among, Binary, Call, Expr, Field, Number, String, Unary

_LEVEL = {"XOR": 1, "OR": 2, "AND": 3, "LIKE": 5}
_LEVEL |= dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), 5)
_LEVEL |= dict.fromkeys((".", "+", "-"), 6) | dict.fromkeys(("*", "/", "%"), 7)
_NOT, _COMPARISON, _SIGN, _PRIMARY = 4, 5, 8, 9


def expr_text(expr: Expr) -> str:
    """An eval expression. A chain of operators that leans to the left may be of any length."""
    spine: list[Binary] = []
    base = expr
    while isinstance(base, Binary) and not _encloses(base.left, base.op):
        spine.append(base)
        base = base.left
    if isinstance(base, Binary):
        spine.append(base)
        base = base.left
        parts = [f"({expr_text(base)})"]
    else:
        parts = [_single(base)]
    for node in reversed(spine):
        right = expr_text(node.right)
        enclosed = _level(node.right) <= _LEVEL[node.op]
        parts += [node.op, f"({right})" if enclosed else right]
    return " ".join(parts)


def _encloses(left: Expr, op: str) -> bool:
    """Whether the left side of the operator stands in parentheses."""
    least = _LEVEL[op] + (_LEVEL[op] == _COMPARISON)  # a comparison is not compared again
    return _level(left) < least


def _level(expr: Expr) -> int:
    match expr:
        case Binary(op):
            return _LEVEL[op]
        case Unary("NOT"):
            return _NOT
        case Among():
            return _COMPARISON
        case Unary():
            return _SIGN
    return _PRIMARY


def _single(expr: Expr) -> str:
    match expr:
        case Number(value, _, written):
            return written or repr(value)
        case String(value):
            return quoted(value)
        case Field(name):
            return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"
        case Call(name, args):
            return f"{name}({', '.join(map(expr_text, args))})"
        case Among(operand, choices):
            listed = ", ".join(map(expr_text, choices))
            return f"{_within(operand, _COMPARISON + 1)} IN ({listed})"
        case Unary("NOT", operand):
            return f"NOT {_within(operand, _NOT)}"
        case Unary(op, operand):
            return f"{op} {_within(operand, _SIGN)}"
    return expr_text(expr)


def _within(expr: Expr, least: int) -> str:
    text = expr_text(expr)
    return f"({text})" if _level(expr) < least else text
