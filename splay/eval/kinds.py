"""What is known of an expression's type before it meets a row.

Splunk checks types first and refuses such as 1+"a" or NOT 5. A field may be anything; text and
numbers written out, operators and most functions are known.
Source: Splunk Search Reference, "eval" (Operators that produce numbers, strings, booleans).
"""

from __future__ import annotations

from splay.errors import SplError
from splay.eval.registry import FUNCTIONS, Kind
from splay.spl.tree import Among, Binary, Call, Expr, Field, Number, String, Unary

_BOOLEAN = frozenset({"AND", "OR", "XOR", "=", "!=", "<", "<=", ">", ">=", "LIKE"})


def kind_of(expr: Expr) -> Kind:
    """The kind of value that the expression gives, `any` if that depends on the row."""
    match expr:
        case Number():
            return "number"
        case String():
            return "string"
        case Call(name):
            return FUNCTIONS[name].gives if name in FUNCTIONS else "any"
        case Among():
            return "boolean"
        case Unary(op):
            return "boolean" if op == "NOT" else "number"
        case Binary(op):
            if op in _BOOLEAN:
                return "boolean"
            return {"+": "any", ".": "string"}.get(op, "number")  # type: ignore[return-value]
        case Field():
            return "any"


def need_boolean(expr: Expr, what: str) -> None:
    """SplError if the expression cannot be a boolean. A field never holds one."""
    if isinstance(expr, Field):
        hint = f'Compare it, for example {expr.name}="true"'
        raise SplError(
            f"{what} takes a condition, not the field {expr.name}", at=expr.at, hint=hint
        )
    if kind_of(expr) in ("number", "string"):
        hint = "Write a comparison, or a function that gives true or false"
        raise SplError(f"{what} takes a condition, not a {kind_of(expr)}", at=expr.at, hint=hint)


def need_number(expr: Expr, what: str) -> None:
    """SplError if the expression is text written out, or a boolean."""
    if isinstance(expr, String):
        hint = f"Write the number without quotes, or tonumber({expr.value!r})"
        raise SplError(f"{what} takes numbers, not text", at=expr.at, hint=hint.replace("'", '"'))
    need_no_boolean(expr, what)


def need_no_boolean(expr: Expr, what: str) -> None:
    """SplError if the expression is a boolean."""
    if kind_of(expr) == "boolean":
        hint = "Turn it into a value with if(..., 1, 0) or tostring(...)"
        raise SplError(f"{what} does not take true or false", at=expr.at, hint=hint)
