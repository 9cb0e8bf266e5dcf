"""Whatever the expression and the row, evaluation gives a value or an SplError, nothing else."""

from __future__ import annotations

import json
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splay.errors import SplError
from splay.eval.conditions.predicate import compile_predicate, predicate_fields
from splay.eval.expression import EvalContext, compile_expr, fields_of
from splay.eval.registry import FUNCTIONS, Result
from splay.rows import Row
from splay.spl.tree import (
    Among,
    And,
    Binary,
    Call,
    Compare,
    Expr,
    Field,
    Not,
    Number,
    Or,
    SearchExpr,
    String,
    Term,
    Unary,
)
from tests.holding import every, none_of

CONTEXT = EvalContext(now=1534143600.0, tz=ZoneInfo("America/Los_Angeles"))
NAMES = ("a", "b", "m")
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            *("5", "-1.5", "1e308", "%d %s", "%Y-%m-%d", "-1d@d", "(a|b)", "(", "10.0.0.0/8"),
            *("{}", '{"a":[1,{"b":2}]}', "a{}.b", "true", "1.1.1.1", "hex", "duration", "7d"),
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(-5, 40), st.integers(-(10**40), 10**40), st.floats(), st.floats(-10, 10)
)
SCALARS = st.one_of(TEXTS, st.integers(-(10**40), 10**40), st.floats())
VALUES = st.one_of(SCALARS, st.lists(SCALARS, min_size=2, max_size=3))
ROWS = st.dictionaries(st.sampled_from(NAMES), VALUES)
OPS = ["OR", "XOR", "AND", "=", "!=", "<", "<=", ">", ">=", "LIKE", ".", "+", "-", "*", "/", "%"]
# mvrange() of arbitrary numbers fills the memory up to its limit, which takes its time
CALLED = sorted(set(FUNCTIONS) - {"mvrange"})


def grow(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    args = st.lists(inner, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Unary, st.sampled_from(["-", "+", "NOT"]), inner, st.just(0)),
        st.builds(Binary, st.sampled_from(OPS), inner, inner, st.just(0)),
        st.builds(Among, inner, args.filter(bool), st.just(0)),
        st.builds(Call, st.sampled_from(CALLED), args, st.just(0)),
        st.sampled_from(CALLED).flatmap(lambda name: fitting(name, inner)),
    )


def fitting(name: str, inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """A call with a right number of arguments, so that most of them are evaluated."""
    function = FUNCTIONS[name]
    least, most = function.least, function.most or function.least + 2
    args = st.lists(inner, min_size=least, max_size=most).map(tuple)
    return st.builds(Call, st.just(name), args, st.just(0))


LEAVES: st.SearchStrategy[Expr] = st.one_of(
    st.builds(Field, st.sampled_from(NAMES), st.just(0)),
    st.builds(String, TEXTS, st.just(0)),
    st.builds(Number, NUMBERS, st.just(0)),
)
EXPRESSIONS = st.recursive(LEAVES, grow, max_leaves=8)


def value_of(expr: Expr, row: Row) -> Result:
    return compile_expr(expr, CONTEXT)(row)


@settings(max_examples=400)
@given(EXPRESSIONS, ROWS)
def test_expressions_raise_nothing_else(expr: Expr, row: Row) -> None:
    before = json.dumps(row)
    try:
        value = value_of(expr, row)
    except SplError:
        return
    assert value is None or isinstance(value, (str, int, float, list))
    if isinstance(value, list):
        assert len(value) >= 2
        assert every(isinstance(item, (str, int, float)) for item in value)
        assert none_of(isinstance(item, bool) for item in value)
    assert json.dumps(row) == before


@pytest.mark.parametrize("name", CALLED)
@settings(max_examples=20)
@given(st.data(), ROWS)
def test_each_function_raises_nothing_else(name: str, data: st.DataObject, row: Row) -> None:
    expr = data.draw(fitting(name, LEAVES))
    with suppress(SplError):
        value_of(expr, row)


@given(EXPRESSIONS, ROWS)
def test_only_the_named_fields_are_read(expr: Expr, row: Row) -> None:
    names = fields_of(expr)
    less: Row = {name: value for name, value in row.items() if name in names}
    try:
        value = value_of(expr, row)
    except SplError:
        return
    if not any(name in repr(expr) for name in ("'random'", "'time'")):
        assert repr(value_of(expr, less)) == repr(value)


CONDITIONS: st.SearchStrategy[SearchExpr] = st.recursive(
    st.one_of(
        st.builds(
            Compare,
            st.sampled_from(NAMES),
            st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
            TEXTS,
            st.booleans(),
            st.just(0),
        ),
        st.builds(Term, TEXTS, st.sampled_from(["word", "phrase", "term", "case"]), st.just(0)),
    ),
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
)


@settings(max_examples=200)
@given(CONDITIONS, ROWS, st.text())
def test_conditions_hold_or_not(expr: SearchExpr, row: Row, raw: str) -> None:
    row = row | {"_raw": raw}
    holds = compile_predicate(expr)(row)
    assert compile_predicate(Not(expr))(row) is not holds
    names = predicate_fields(expr)
    assert compile_predicate(expr)({key: row[key] for key in row if key in names}) is holds
