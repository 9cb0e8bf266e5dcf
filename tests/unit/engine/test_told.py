"""What tells that an event may match, by hand: what a condition says of the values as a whole, of
which = with wildcards says what stands at their beginning, in them, or at their end."""

from __future__ import annotations

import pytest

from splay.engine.told import Either, Every, Told, told_by_text, told_by_values, values_of
from splay.rows import Row
from splay.spl.searchexpr import parse_search_expr

NOTHING = Every(())


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("user=Alice", "\nalice\n"),
        ('image="*\\cmd.exe"', "\\cmd.exe\n"),
        ('image="C:\\Temp\\*"', "\nc:\\temp\\"),
        ('line="*-enc*"', "-enc"),
        ('line="a*longer*b"', "longer"),
        ("user=Alice code=1", Every(("\nalice\n", "\n1\n"))),
        ("code IN (1, 2)", Either(("\n1\n", "\n2\n"))),
        ("code=1 NOT user=alice", Every(("\n1\n", NOTHING))),
        ("code=1 OR word", Either(("\n1\n", NOTHING))),
        ("user=*", NOTHING),
        ("user!=alice", NOTHING),
        ("code<5", NOTHING),
        ("address=10.0.0.0/8", NOTHING),
        ("path=/etc/8", "\n/etc/8\n"),
        ("_raw=*x1*", NOTHING),
    ],
)
def test_what_values_tell(condition: str, told: Told) -> None:
    assert told_by_values(parse_search_expr(condition)) == told


def test_each_value_is_a_line_and_the_text_is_none() -> None:
    row: Row = {"_raw": "all of it", "user": ["Alice", "Bob"], "code": 7, "image": "cmd.exe"}
    assert values_of(row) == "\nAlice\nBob\n7\ncmd.exe\n"


def test_of_each_clause_one_text_is_held() -> None:
    assert told_by_text([("a1",), ("b1", "b2")]) == Every((Either(("a1",)), Either(("b1", "b2"))))
