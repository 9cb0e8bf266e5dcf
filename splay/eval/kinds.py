"""What is known of an expression's type before it meets a row.

Splunk checks types first and refuses such as 1+"a" or NOT 5. A field may be anything; text and
numbers written out, operators and most functions are known; null() has a type of its own, which is
not that of a field without a value.
Source: Splunk Search Reference, "eval" (Operators that produce numbers, strings, booleans); what is
refused was measured on Splunk 10.4.2.
"""

from __future__ import annotations

from splay.errors import SplError
from splay.eval.registry import FUNCTIONS, Kind
from splay.spl.tree import Among, Binary, Call, Expr, Field, Number, String, Unary

_MOST_TERMS = 50
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
        case Binary("+"):
            return _sum_kind(expr)
        case Binary(op):
            return "boolean" if op in _BOOLEAN else "string" if op == "." else "number"
        case Field():
            return "any"


def _sum_kind(expr: Expr) -> Kind:
    """Text if one of the terms is, else a number if one is. Of a long sum only the rows tell."""
    kinds: set[Kind] = set()
    for _ in range(_MOST_TERMS):
        if not isinstance(expr, Binary) or expr.op != "+":
            kinds.add(kind_of(expr))
            return "string" if "string" in kinds else "number" if "number" in kinds else "any"
        kinds.add(kind_of(expr.right))
        expr = expr.left
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
    """SplError if the expression is text written out, null() or a boolean."""
    if isinstance(expr, String):
        hint = f"Write the number without quotes, or tonumber({expr.value!r})"
        raise SplError(f"{what} takes numbers, not text", at=expr.at, hint=hint.replace("'", '"'))
    need_value(expr, what)


def need_operand(expr: Expr, what: str) -> None:
    """SplError if the expression can be no number: text of any kind, null() or a boolean."""
    need_number(expr, what)
    if kind_of(expr) == "string":
        hint = "Turn it into a number with tonumber(...)"
        raise SplError(f"{what} takes numbers, not text", at=expr.at, hint=hint)


def need_text(expr: Expr, what: str) -> None:
    """SplError if the expression is a number, null() or a boolean."""
    if kind_of(expr) == "number":
        hint = "Turn it into text with tostring(...), or write it in double quotes"
        raise SplError(f"{what} takes text, not a number", at=expr.at, hint=hint)
    need_value(expr, what)


def need_value(expr: Expr, what: str) -> None:
    """SplError if the expression is null() or a boolean."""
    if kind_of(expr) == "null":
        hint = "Leave it out, or name a field, which may be null"
        raise SplError(f"{what} does not take null()", at=expr.at, hint=hint)
    need_no_boolean(expr, what)


def need_no_boolean(expr: Expr, what: str) -> None:
    """SplError if the expression is a boolean."""
    if kind_of(expr) == "boolean":
        hint = "Turn it into a value with if(..., 1, 0) or tostring(...)"
        raise SplError(f"{what} does not take true or false", at=expr.at, hint=hint)
