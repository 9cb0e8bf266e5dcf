"""Macro expansion. Expected texts follow the Knowledge Manager Manual, "Use search macros in
searches", substituted by hand.
"""

from __future__ import annotations

import pytest

from splay.errors import SplError, UnsupportedError
from splay.spl.macros import Macro, expand

MACROS = {
    ("plain", 0): Macro("a=1"),
    ("outer", 0): Macro("(`plain` OR b=2)"),
    ("ctime", 1): Macro("convert ctime($field$)", ("field",)),
    ("two", 2): Macro("$y$ then $x$", ("x", "y")),
    ("loop", 0): Macro("`back`"),
    ("back", 0): Macro("`loop`"),
    ("computed", 0): Macro('"x"', iseval=True),
}


def run(text: str) -> str:
    return expand(text, lambda name, count: MACROS.get((name, count))).text


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("`plain` b", "a=1 b"),
        ("`outer`", "(a=1 OR b=2)"),
        ("| `ctime(firstTime)`", "| convert ctime(firstTime)"),
        ('`two("a, b", c)`', "c then a, b"),
        ('"`plain`"', '"`plain`"'),
        ("x", "x"),
    ],
)
def test_expansion(text: str, expanded: str) -> None:
    assert run(text) == expanded


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("a `nope`", 2, "nope"),
        ("`ctime`", 0, "ctime"),
        ("a `loop`", 2, "loop"),
        ("a `plain", 2, "never closed"),
    ],
)
def test_mistakes_are_placed(text: str, at: int, words: str) -> None:
    with pytest.raises(SplError, match=words) as caught:
        run(text)
    assert caught.value.at == at


def test_an_eval_based_definition_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="computed"):
        run("`computed`")
