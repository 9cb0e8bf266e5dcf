"""Which eval expressions give a truth value: eval refuses to assign one, where wants one.

Source: Search Reference, "Evaluation functions" ("Comparison and Conditional functions",
"Informational functions").
"""

from __future__ import annotations

from splay.spl.tree import Among, Binary, Call, Expr, Unary

_OPS = frozenset({"OR", "XOR", "AND", "=", "!=", "<", "<=", ">", ">=", "LIKE"})
_CALLS = frozenset(
    (
        *("match", "like", "cidrmatch", "searchmatch", "in", "true", "false", "json_valid"),
        *("isbool", "isint", "isnotnull", "isnull", "isnum", "isstr", "isdouble", "ismv"),
    )
)


def is_boolean(expr: Expr) -> bool:
    """Whether the expression's value is true or false, as its form alone tells."""
    if isinstance(expr, Binary):
        return expr.op in _OPS
    if isinstance(expr, Unary):
        return expr.op == "NOT"
    if isinstance(expr, Call):
        return expr.name in _CALLS
    return isinstance(expr, Among)
