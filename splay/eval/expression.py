"""Eval expressions as closures: compiled once, called for every row.

Null is None and passes through; conditions have three values, and a null one counts as false.
Source: Splunk Search Reference, "eval" and "where"; Search Manual, "Types of expressions".
"""

from __future__ import annotations

from collections.abc import Callable

from splay.errors import SplError
from splay.eval import functions as functions  # fills the registry
from splay.eval.calls import compile_call
from splay.eval.fields import fields_of
from splay.eval.kinds import (
    kind_of,
    need_boolean,
    need_no_boolean,
    need_number,
    need_operand,
    need_value,
)
from splay.eval.operators import add, arithmetic, compare, concatenate, like, negative, positive
from splay.eval.precision import settled, written
from splay.eval.registry import Compiled, EvalContext, Kind, Result
from splay.rows import Row
from splay.spl.tree import Among, Binary, Call, Expr, Field, Number, String, Unary

__all__ = ["EvalContext", "compile_condition", "compile_expr", "fields_of"]

Operation = Callable[[Result, Result], Result]
_LOGICAL = frozenset({"AND", "OR", "XOR"})
_FOLDED = frozenset({".", "+", "-", "*", "/", "%"})


def compile_expr(expr: Expr, context: EvalContext) -> Compiled:
    """The closure that gives the expression's value for a row; None is null.

    SplError: types or arguments that Splunk refuses. UnsupportedError: what splay has not.
    The closure raises SplError only for a pattern or format that comes from a row.
    """
    compiled = _Compiler(context).compile(expr)
    simple = isinstance(expr, (Number, String, Field)) or kind_of(expr) in ("string", "boolean")
    return compiled if simple else settled(compiled)


def compile_condition(expr: Expr, context: EvalContext) -> Callable[[Row], bool]:
    """The closure that says whether the condition is true of a row; null is not."""
    compiled = _Compiler(context).condition(expr)
    return lambda row: compiled(row) is True


class _Arguments:
    """A call in its compiler: what a function is built from."""

    def __init__(self, compiler: _Compiler, call: Call) -> None:
        self.call = call
        self.context = compiler.context
        self.compile = compiler.compile
        self.condition = compiler.condition


class _Compiler:
    def __init__(self, context: EvalContext) -> None:
        self.context = context

    def compile(self, expr: Expr) -> Compiled:
        match expr:
            case Number() | String():
                constant: Result = written(expr) if isinstance(expr, Number) else expr.value
                return lambda row: constant
            case Field(name):
                return lambda row: row.get(name)
            case Unary(op, operand):
                return self._unary(op, operand)
            case Binary():
                return self._chain(expr)
            case Among():
                return self._among(expr)
            case Call():
                return compile_call(_Arguments(self, expr))

    def condition(self, expr: Expr) -> Compiled:
        need_boolean(expr, "a condition")
        return self.compile(expr)

    def _unary(self, op: str, operand: Expr) -> Compiled:
        if op == "NOT":
            need_boolean(operand, "NOT")
            condition = self.compile(operand)
            return lambda row: _not(condition(row))
        need_number(operand, f"the sign {op}")
        sign = negative if op == "-" else positive
        compiled = self.compile(operand)
        return lambda row: sign(compiled(row))

    def _chain(self, expr: Binary) -> Compiled:
        """Operators that lean to the left, however many, without recursion."""
        spine: list[Binary] = []
        base: Expr = expr
        while isinstance(base, Binary):
            spine.append(base)
            base = base.left
        spine.reverse()
        compiled = self.compile(base)
        start = 0
        while start < len(spine):
            end = start + 1
            while end < len(spine) and _same_family(spine[start].op, spine[end].op):
                end += 1
            compiled = self._run(compiled, spine[start:end])
            start = end
        return compiled

    def _run(self, first: Compiled, nodes: list[Binary]) -> Compiled:
        """Operators of one family in a row; `first` is what stands before them."""
        for node in nodes:
            _check(node)
        rest = [self.compile(node.right) for node in nodes]
        op = nodes[0].op
        if op in ("AND", "OR"):
            return _every([first, *rest]) if op == "AND" else _some([first, *rest])
        steps = [(_operation(node), right) for node, right in zip(nodes, rest, strict=True)]
        if len(steps) == 1:
            operation, right = steps[0]
            return lambda row: operation(first(row), right(row))

        def run(row: Row) -> Result:
            value = first(row)
            for operation, right in steps:
                value = operation(value, right(row))
            return value

        return run

    def _among(self, expr: Among) -> Compiled:
        equal = compare("=")
        operand = self.compile(expr.operand)
        choices = [self.compile(choice) for choice in expr.choices]
        return _some([_equality(equal, operand, choice) for choice in choices])


def _equality(equal: Operation, left: Compiled, right: Compiled) -> Compiled:
    return lambda row: equal(left(row), right(row))


def _same_family(first: str, other: str) -> bool:
    return first == other if first in _LOGICAL else first in _FOLDED and other in _FOLDED


def _check(node: Binary) -> None:
    """SplError where the operands' types cannot go together, whatever the row."""
    sides, what = (node.left, node.right), f"the operator {node.op}"
    kinds = {kind_of(side) for side in sides}
    if node.op in _LOGICAL:
        for side in sides:
            need_boolean(side, node.op)
    elif node.op in ("-", "*", "/", "%"):
        for side in sides:
            try:
                need_operand(side, what)
            except SplError as error:
                words = f"Type checking failed. '{node.op}' only takes numbers."
                raise error.worded(f"Error in 'EvalCommand': {words}") from error
    elif node.op in ("+", "."):
        for side in sides:
            need_value(side, what)
        if node.op == "+" and {"number", "string"} <= kinds:
            raise _mismatch(node)
    else:
        _check_comparison(node, kinds - {"any"})


def _check_comparison(node: Binary, kinds: set[Kind]) -> None:
    """SplError where both sides' types are known and differ; see _text_function."""
    sides = (node.left, node.right)
    if node.op not in ("=", "!="):
        for side in sides:
            need_no_boolean(side, f"the operator {node.op}")
    if len(kinds) > 1 and not _text_function(sides):
        raise _mismatch(node)


def _text_function(sides: tuple[Expr, Expr]) -> bool:
    """Whether only a function's text meets a number: strftime(_time, "%H") = 7 is compared."""
    literal = any(isinstance(side, String) for side in sides)
    return not literal and all(kind_of(side) not in ("boolean", "null") for side in sides)


def _mismatch(node: Binary) -> SplError:
    sides = (node.left, node.right)
    kinds = " and ".join(
        "null()" if kind_of(side) == "null" else f"a {kind_of(side)}" for side in sides
    )
    hint = "Both sides must be numbers, or both text in double quotes"
    return SplError(f"the operator {node.op} is given {kinds}", at=node.at, hint=hint).worded(
        f"Error in 'EvalCommand': Type checking failed. '{_written(node.op)}' only takes two "
        "strings or two numbers."
    )


def _written(op: str) -> str:
    """An operator as splunkd writes it."""
    return "==" if op == "=" else op


def _operation(node: Binary) -> Operation:
    if node.op == "+":
        return add(fixed_text="string" in (kind_of(node.left), kind_of(node.right)))
    if node.op == ".":
        return concatenate
    if node.op == "LIKE":
        return like
    if node.op == "XOR":
        return _xor
    return arithmetic(node.op) if node.op in _FOLDED else compare(node.op)


def _not(value: Result) -> Result:
    return not value if isinstance(value, bool) else None


def _xor(left: Result, right: Result) -> Result:
    if isinstance(left, bool) and isinstance(right, bool):
        return left is not right
    return None


def _every(parts: list[Compiled]) -> Compiled:
    """AND: false if one part is, else null if one is, else true."""

    def run(row: Row) -> Result:
        result: Result = True
        for part in parts:
            value = part(row)
            if value is False:
                return False
            if value is not True:
                result = None
        return result

    return run


def _some(parts: list[Compiled]) -> Compiled:
    """OR: true if one part is, else null if one is, else false."""

    def run(row: Row) -> Result:
        result: Result = False
        for part in parts:
            value = part(row)
            if value is True:
                return True
            if value is not False:
                result = None
        return result

    return run
