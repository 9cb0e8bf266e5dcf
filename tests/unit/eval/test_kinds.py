"""The kind of an expression before it meets a row, and what is refused because of it, where.

Source: Search Reference, "eval" (operators that give numbers, text, booleans); that types are
checked first, and null() has one of its own, was measured on Splunk 10.4.2. The words are ours.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

import splay
from splay.errors import SplError
from splay.eval import kinds
from splay.eval.kinds import kind_of
from splay.eval.registry import FUNCTIONS
from splay.spl.evalexpr import parse_eval
from splay.spl.tree import Expr


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "number"),
        ('"a"', "string"),
        ("a", "any"),
        ("true()", "boolean"),
        ("null()", "null"),
        ("len(a)", "number"),
        ("if(a=1, 1, 2)", "any"),
        ('a IN ("x", "y")', "boolean"),
        ('in(a, "x")', "boolean"),
        ("NOT a=1", "boolean"),
        ("-a", "number"),
        ("a - b", "number"),
        ("a % 2", "number"),
        ("a . b", "string"),
        ("a < b", "boolean"),
        ('a LIKE "x%"', "boolean"),
        ("a=1 AND b=2", "boolean"),
        ("a=1 XOR b=2", "boolean"),
        ("a + b", "any"),
        ("a + 1", "number"),
        ("1 + a", "number"),
        ('a + "x"', "string"),
        ('"x" + a', "string"),
        ('1 + a + "x"', "string"),
        ('"x" + 1 + a', "string"),
        ("a + b + 1", "number"),
        ("a + 1" + " + a" * 48, "number"),
        ("a + 1" + " + a" * 49, "any"),  # of a long sum only the rows tell
    ],
)
def test_the_kind(text: str, kind: str) -> None:
    assert kind_of(parse_eval(text)) == kind


TRUE_OR_FALSE = (
    *("a=1", "a==1", "a!=1", "a<1", "a<=1", "a>1", "a>=1", 'a LIKE "x%"', 'a IN ("x")'),
    *("NOT a=1", "a=1 AND b=1", "a=1 OR b=1", "a=1 XOR b=1", "(a=1)", 'a NOT IN ("x")'),
    *('cidrmatch("10.0.0.0/8", a)', "false()", "true()", 'in(a, "x")', 'like(a, "x%")'),
    *('match(a, "x")', 'searchmatch("x=1")', "isarray(a)", "isbool(a)", "isdouble(a)"),
    *("isint(a)", "ismv(a)", "isnotnull(a)", "isnull(a)", "isnum(a)", "isobject(a)", "isstr(a)"),
    *('json_has_key_exact(a, "x")', "json_valid(a)", 'tobool("true")'),
)


@pytest.mark.parametrize("text", TRUE_OR_FALSE)
def test_no_field_can_be_true_or_false(text: str) -> None:
    """Informational functions: "the eval command can't directly accept a Boolean value"; measured
    for comparisons on Splunk 10.4.2. In if() each is a condition."""
    with pytest.raises(SplError, match="a field cannot be true or false") as caught:
        splay.search(f"| makeresults | eval x={text}")
    assert caught.value.at == len("| makeresults | eval ")
    assert caught.value.hint == "Write if(CONDITION, VALUE, OTHER)"
    [row] = splay.search(f'| makeresults | eval x=if({text}, "yes", "no")')
    assert row["x"] in ("yes", "no")


def test_every_function_that_gives_true_or_false_is_among_these() -> None:
    named = {text.partition("(")[0] for text in TRUE_OR_FALSE}
    assert {name for name, one in FUNCTIONS.items() if one.gives == "boolean"} - named == set()


CONDITION = "Write a comparison, or a function that gives true or false"
VALUE = "Turn it into a value with if(..., 1, 0) or tostring(...)"
NULL = "Leave it out, or name a field, which may be null"
TEXT = "Turn it into text with tostring(...), or write it in double quotes"


@pytest.mark.parametrize(
    ("need", "text", "words", "hint"),
    [
        (
            "boolean",
            "a",
            "f() takes a condition, not the field a",
            'Compare it, for example a="true"',
        ),
        ("boolean", "1", "f() takes a condition, not a number", CONDITION),
        ("boolean", 'a + "x"', "f() takes a condition, not a string", CONDITION),
        ("number", '"7"', "f() takes numbers, not text", 'tonumber("7")'),
        ("number", "null()", "f() does not take null()", NULL),
        ("number", "true()", "f() does not take true or false", VALUE),
        ("operand", '"7"', "f() takes numbers, not text", 'tonumber("7")'),
        (
            "operand",
            "a . b",
            "f() takes numbers, not text",
            "Turn it into a number with tonumber",
        ),
        ("operand", "null()", "f() does not take null()", NULL),
        ("text", "7", "f() takes text, not a number", TEXT),
        ("text", "len(a)", "f() takes text, not a number", TEXT),
        ("text", "a=1", "f() does not take true or false", VALUE),
        ("value", "null()", "f() does not take null()", NULL),
        ("value", "a=1", "f() does not take true or false", VALUE),
        ("no_boolean", "a=1", "f() does not take true or false", VALUE),
    ],
)
def test_what_is_refused_and_where(need: str, text: str, words: str, hint: str) -> None:
    with pytest.raises(SplError) as caught:
        needs(need)(parse_eval(text, 5), "f()")
    assert caught.value.message == words
    assert caught.value.at == 5 + {"a=1": 1, 'a + "x"': 2, "a . b": 2}.get(text, 0)
    assert caught.value.hint is not None
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("need", "texts"),
    [
        ("boolean", ["a=1", "true()", "null()", "if(a=1, true(), false())"]),
        ("number", ["1", "a", "upper(a)"]),
        ("operand", ["1", "a", "len(a)"]),
        ("text", ['"7"', "a", "upper(a)"]),
        ("value", ["1", '"7"', "a"]),
        ("no_boolean", ["1", "null()", "a"]),
    ],
)
def test_what_is_taken(need: str, texts: list[str]) -> None:
    for text in texts:
        needs(need)(parse_eval(text), "f()")


def needs(name: str) -> Callable[[Expr, str], None]:
    found: Callable[[Expr, str], None] = getattr(kinds, f"need_{name}")
    return found
