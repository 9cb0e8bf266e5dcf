"""Each mistake in the use of a macro: its words, its hint, and the place that the caret shows.

In the search itself the place is the mistake's; in another macro's definition, which the user does
not see, it is that of the call in the search. Source: Admin Manual, "macros.conf"; the words are
ours.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from splay.errors import SplError, UnsupportedError
from splay.spl.macros import Macro, expand

MACROS = {
    ("two", 2): Macro("$x$ $y$", ("x", "y")),
    ("named", 1): Macro("a", ("x", "y")),
    ("loop", 0): Macro("`back`"),
    ("back", 0): Macro("`loop`"),
    ("checked", 1): Macro("head $n$", ("n",), validation="isnum($n$)", errormsg="a number"),
    ("plain_check", 1): Macro("head $n$", ("n",), validation="isnum($n$)"),
    ("computed", 0): Macro("broken", iseval=True),
    ("refused", 0): Macro("refused", iseval=True),
    ("large", 0): Macro("x" * 1_000_001),
    ("largest", 0): Macro("x" * 1_000_000),
    ("comment", 0): Macro("a ```b"),
    ("open", 0): Macro('a "b'),
}
MISTAKES = [
    (
        "`nope`",
        0,
        "there is no macro nope with no arguments",
        "Did you mean open? Otherwise define [nope] in",
    ),
    (
        "`nope(1)`",
        0,
        "there is no macro nope with 1 argument",
        "Did you mean named(1)? Otherwise define",
    ),
    (
        "`two(1)`",
        0,
        "there is no macro two with 1 argument",
        "Did you mean two(2)? Otherwise define",
    ),
    ("`named(1)`", 0, "the macro named names 2 arguments, but is called with 1", "Correct args"),
    ("`loop`", 0, "the macro loop uses itself: loop -> back -> loop", "Break the cycle"),
    ("`checked(x)`", 0, "the macro checked: a number", "Correct the arguments"),
    (
        "`plain_check(x)`",
        0,
        "the macro plain_check: its arguments do not satisfy isnum($n$)",
        "Correct the arguments",
    ),
    ("`computed`", 0, "the definition of the macro computed: it is broken", "Mend it"),
    ("`large`", 0, "the macro large expands to more than 1000000 characters", ""),
    ("`plain", 0, "the backquote ` that opens here is never closed", "Close it with `"),
    ("`a\\`", 0, "the backquote ` that opens here is never closed", "Close it with `"),
    ('`two("a, b)`', 5, 'the quote " that opens here is never closed', 'Close it with "'),
    ("`(a)`", 0, "a macro's name is missing here", "Write `name` or `name(a)`"),
    ("`two a`", 0, "the arguments of the macro two are not in parentheses", "Write `two(a, b)`"),
    ("`two(a, b`", 0, "the arguments of the macro two are not in parentheses", "Write `two(a, b)`"),
    ("`two((a, b)`", 0, "the parentheses of the macro two do not match", ""),
    ("`two(a), (b)`", 0, "the parentheses of the macro two do not match", ""),
    ("`comment`", 0, "in a macro's definition the comment ``` that opens here is never closed", ""),
]


def answer(expression: str, fields: Mapping[str, str]) -> str:
    if expression == "broken":
        raise SplError("it is broken", at=7, hint="Mend it")
    if expression == "refused":
        raise UnsupportedError("it is refused", at=7)
    return "false"


def mistake(search: str, definition: str = "") -> SplError:
    """What is said of a search; `outer` in it has that definition."""
    macros = {**MACROS, ("outer", 0): Macro(definition)}
    known = [f"{name}({count})" if count else name for name, count in MACROS]
    with pytest.raises(SplError) as caught:
        expand(search, lambda name, count: macros.get((name, count)), answer, lambda: known)
    return caught.value


@pytest.mark.parametrize(
    ("call", "inside", "words", "hint"), MISTAKES, ids=[call for call, *_ in MISTAKES]
)
def test_a_mistake(call: str, inside: int, words: str, hint: str) -> None:
    """inside: where it is in the call."""
    error = mistake(f"ab | {call}")
    assert (error.at, error.message) == (5 + inside, words)
    assert (error.hint or "").startswith(hint)
    assert bool(error.hint) is bool(hint)
    nested = mistake("a | `outer`", f"some text | and {call}")
    assert (nested.at, nested.message, nested.hint) == (4, words, error.hint)


def test_what_an_expression_refuses_is_unsupported() -> None:
    error = mistake("a `refused`")
    assert isinstance(error, UnsupportedError)
    assert (error.at, error.message) == (2, "the definition of the macro refused: it is refused")


def test_what_is_no_mistake() -> None:
    """A definition at the limit, and one that opens a quote."""

    def run(text: str) -> str:
        return expand(text, lambda name, count: MACROS.get((name, count)), answer).text

    assert len(run("`largest`")) == 1_000_000
    assert run('`open` "c"') == 'a "b "c"'
