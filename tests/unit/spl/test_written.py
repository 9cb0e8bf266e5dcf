"""Where errors of a search with macros point to; positions are counted by hand."""

from __future__ import annotations

import pytest

from splay.errors import SplError
from splay.spl.macros import Macro, expand
from splay.spl.written import Written

MACROS = {("m", 0): Macro("b c"), ("n", 1): Macro("d `m` $x$", ("x",))}


def written(text: str, lead: str = "") -> Written:
    return Written(text, expand(text, lambda name, count: MACROS.get((name, count))), lead)


@pytest.mark.parametrize(
    ("text", "lead", "at", "place"),
    [
        ("a `m` z", "", 6, 6),
        ("a `m` z", "| ", 8, 6),
        ("a | z", "| ", 0, 0),
        ("`m``n(5)` z", "", 11, 10),
        ("a `m`| z", "", 8, 8),
    ],
    ids=["after", "with a lead", "in the lead", "after two", "at the end"],
)
def test_a_place_outside_macros_is_that_in_the_text(
    text: str, lead: str, at: int, place: int
) -> None:
    search, error = written(text, lead), SplError("wrong", at=at)
    search.place(error)
    assert (error.at, error.search, error.expanded) == (place, text, False)
    assert str(error).startswith(f"wrong (position {place + 1})\n  {text}\n")


def test_a_place_in_a_macro_names_it_and_shows_what_it_stands_for() -> None:
    search = written('a | `n("5, 6")` z', "| ")
    assert search.search == "| a | d b c 5, 6 z"
    error = SplError("wrong", at=search.search.index("c"), hint="Write it right")
    search.place(error)
    assert str(error).splitlines() == [
        'wrong, in the macro `n("5, 6")`. Write it right (position 9, with its macros expanded)',
        "  a | d b c 5, 6 z",
        "          ^",
    ]
