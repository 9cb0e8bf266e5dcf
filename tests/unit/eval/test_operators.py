"""Operators. Expected values: the Search Reference, "eval" (Operators; Numeric calculations) and
Search Manual, "Boolean expressions"; otherwise worked out by hand from the rules stated there.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from splay.eval.registry import Result
from splay.eval.value import Fixed
from splay.rows import Row

Evaluate = Callable[[str, Row], Result]


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        # arithmetic: numbers, and text in a field that spells one
        ("1+2", {}, 3),
        ("a+b", {"a": "5", "b": "2"}, 7),
        ("a+b", {"a": 5, "b": "2.5"}, Fixed(7.5, 1)),
        ("a-b", {"a": "5", "b": "2"}, 3),
        ("a*b", {"a": "5", "b": "2.5"}, 13),
        ("a*b", {"a": 5, "b": 2.5}, 12.5),
        ("a/b", {"a": "5", "b": "2"}, 2.5),
        ("6/2", {}, 3),
        ("7%3", {}, 1),
        ("-7%3", {}, -1),
        ("1-2-3", {}, -4),
        ("2+3*4", {}, 14),
        ("(2+3)*4", {}, 20),
        ("-a", {"a": "5"}, -5),
        ("+a", {"a": "5"}, 5),
        # what cannot be computed is null: division by zero, text, lists, null
        ("a/0", {"a": "5"}, None),
        ("a%0", {"a": "5"}, None),
        ("a-b", {"a": "x", "b": "2"}, None),
        ("a*2", {"a": ["1", "2"]}, None),
        ("a+2", {"a": ["1", "2"]}, None),
        ("a+1", {}, None),
        ("-a", {"a": "x"}, None),
        ("a-1", {"a": " 5"}, None),
        # + joins two texts; text written out is text even where it spells a number
        ("a+b", {"a": "x", "b": "y"}, "xy"),
        ("a+b", {"a": "5", "b": "y"}, "5y"),
        ('"1"+"2"', {}, "12"),
        ('a+" items"', {"a": "5"}, "5 items"),
        ('tostring(1)+"2"', {}, "12"),
        ("a+b", {"a": 5, "b": "y"}, None),
        # . reads both sides as text
        ("a.b", {"a.b": "one field"}, "one field"),
        ("a . b", {"a": 5, "b": "y"}, "5y"),
        ("1 . 2", {}, "12"),
        ('a . "-" . b', {"a": 0.5, "b": 2}, "0.5-2"),
        ("a . b", {"a": "x"}, None),
        ("a . b", {"a": ["x", "y"], "b": "z"}, None),
        ("1 + 2 . 3", {}, "33"),
    ],
)
def test_arithmetic_and_text(evaluate: Evaluate, text: str, row: Row, expected: Result) -> None:
    assert evaluate(text, row) == expected
    assert type(evaluate(text, row)) is type(expected)


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("a=5", {"a": "5"}, True),
        ("a==5", {"a": "5.0"}, True),
        ("a!=5", {"a": "6"}, True),
        ('a="x"', {"a": "X"}, False),
        ('a="x*"', {"a": "xy"}, False),
        ("a<b", {"a": "9", "b": "10"}, True),
        ("a<b", {"a": "9x", "b": "10x"}, False),
        ("a<b", {"a": "B", "b": "a"}, True),
        ("a>5", {"a": "x"}, True),
        ("a<=5", {"a": 5}, True),
        ("a>=5", {"a": 4.9}, False),
        ("a=1", {}, None),
        ("a!=1", {}, None),
        ("a=1", {"a": ["1", "2"]}, True),
        ("a!=1", {"a": ["1", "2"]}, True),
        ("a!=1", {"a": ["1", "1"]}, False),
        ("a=true()", {"a": "true"}, True),
        ("isnull(a)=isnull(b)", {}, True),
        ("isnull(a)=isnull(b)", {"b": "x"}, False),
        ("isnull(a)!=isnull(b)", {}, False),
        ("isnull(a)!=isnull(b)", {"b": "x"}, True),
        ('a LIKE "a%b_"', {"a": "axxbx"}, True),
        ('a LIKE "a%b_"', {"a": "axxb"}, False),
        ('a LIKE "A%"', {"a": "ab"}, False),
        ('a LIKE "a.c"', {"a": "abc"}, False),
        ('a LIKE "b%"', {"a": ["x", "by"]}, True),
        ('a LIKE "b%"', {}, None),
        ('a IN ("5", "6")', {"a": "5"}, True),
        ("a IN (5, 6)", {"a": "6.0"}, True),
        ('a IN ("x*")', {"a": "xy"}, False),
        ("a NOT IN (5, 6)", {"a": "7"}, True),
        ("a IN (5)", {}, None),
        ('"203.0.113.255" IN (ip, client)', {"ip": "1.1.1.1", "client": "203.0.113.255"}, True),
    ],
)
def test_comparisons(evaluate: Evaluate, text: str, row: Row, expected: Result) -> None:
    assert evaluate(text, row) is expected


@pytest.mark.parametrize(
    ("left", "right", "both", "either", "differ"),
    [
        ("true()", "true()", True, True, False),
        ("true()", "false()", False, True, True),
        ("false()", "false()", False, False, False),
        ("true()", "n=1", None, True, None),
        ("false()", "n=1", False, None, None),
        ("n=1", "n=1", None, None, None),
    ],
)
def test_three_values(
    evaluate: Evaluate, left: str, right: str, both: Result, either: Result, differ: Result
) -> None:
    for first, second in ((left, right), (right, left)):
        assert evaluate(f"{first} AND {second}", {}) is both
        assert evaluate(f"{first} OR {second}", {}) is either
        assert evaluate(f"{first} XOR {second}", {}) is differ


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NOT true()", False),
        ("NOT false()", True),
        ("NOT n=1", None),
        ("NOT NOT true()", True),
        ("false() AND true() OR true()", True),
        ("true() OR true() AND false()", True),
    ],
)
def test_not_and_order(evaluate: Evaluate, text: str, expected: Result) -> None:
    assert evaluate(text, {}) is expected


def test_thousands_of_operators(evaluate: Evaluate) -> None:
    row: Row = {"a": "1"}
    assert evaluate(" . ".join(["a"] * 5000), row) == "1" * 5000
    assert evaluate(" + ".join(["a"] * 5000), row) == 5000
    assert evaluate(" OR ".join(f"a={number}" for number in range(5000, 0, -1)), row) is True
    assert evaluate(" AND ".join(["a=1"] * 5000), row) is True
    assert evaluate(" XOR ".join(["a=1"] * 5001), row) is True
