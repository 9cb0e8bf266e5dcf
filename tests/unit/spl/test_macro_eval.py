"""Eval-based macros, validation and quoting. Expected texts follow the Admin Manual,
"macros.conf" (iseval, validation, errormsg), substituted by hand; run_eval is a stand-in.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from splay.errors import SplError, UnsupportedError
from splay.spl.macros import Macro, expand

MACROS = {
    ("made", 1): Macro('"index=".$x$', ("x",), iseval=True),
    ("checked", 1): Macro("head $n$", ("n",), validation="isnum($n$)", errormsg="n is a number"),
    ("told", 1): Macro("head $n$", ("n",), validation='validate($n$>0, "too few")'),
    ("range", 2): Macro("head $low$", ("low", "high"), validation="low < high"),
    ("swap", 2): Macro("$a$ $b$", ("a", "b")),
}
ANSWERS = {
    '"index=".main': "index=main",
    "isnum(5)": "true",
    "isnum(x)": "false",
    'validate(5>0, "too few")': "",
    'validate(0>0, "too few")': "too few",
}


def answer(expression: str, fields: Mapping[str, str]) -> str:
    if expression == "low < high":  # the arguments are fields of a validation
        return "true" if int(fields["low"]) < int(fields["high"]) else "false"
    return ANSWERS[expression]


def run(text: str) -> str:
    return expand(text, lambda name, count: MACROS.get((name, count)), answer).text


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("`made(main)` x", "index=main x"),
        ("`checked(5)`", "head 5"),
        ("`told(5)`", "head 5"),
        ("`range(5, 12)`", "head 5"),
        ("`swap($b$, x)`", "$b$ x"),
        (r'`swap("say \"a, b\"", f(1, 2))`', 'say "a, b" f(1, 2)'),
        ("a ```not `this``` b", "a ```not `this``` b"),
    ],
)
def test_expansion(text: str, expanded: str) -> None:
    assert run(text) == expanded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a `checked(x)`", "n is a number"),
        ("a `told(0)`", "too few"),
        ("a `swap(1)`", "1 argument"),
        ("a `range(12, 5)`", "do not satisfy low < high"),
    ],
)
def test_mistakes_are_placed(text: str, words: str) -> None:
    with pytest.raises(SplError, match=words) as caught:
        run(text)
    assert caught.value.at == 2


def test_validation_without_eval_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="validation"):
        expand("`checked(5)`", lambda name, count: MACROS.get((name, count)))
