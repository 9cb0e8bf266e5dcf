"""Splitting a search into commands.

Expected values come from the Search Manual's rules ("About the search language", "Add comments
to searches"); offsets are counted by hand.
"""

from __future__ import annotations

import pytest

from splay.errors import SplError
from splay.spl.parser import parse_search

HEAD = ("head", "")
COUNTED = [("stats", "count"), ("where", "b=1")]
SUBSEARCH = "a [|inputlookup b|fields c]"


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("EventCode=4876", [("search", "EventCode=4876")]),
        ("search EventCode=4876", [("search", "EventCode=4876")]),
        ("", [("search", "")]),
        ("search=1", [("search", "search=1")]),
        ("| makeresults count=2", [("makeresults", "count=2")]),
        ("a|stats count by b", [("search", "a"), ("stats", "count by b")]),
        ('"x | y" | head', [("search", '"x | y"'), ("head", "")]),
        (r'"x \" | y" | head', [("search", r'"x \" | y"'), ("head", "")]),
        (
            "a [search b | fields c] | table c",
            [("search", "a [search b | fields c]"), ("table", "c")],
        ),
        ("a ```why | not``` | head 1", [("search", "a"), ("head", "1")]),
        ('| eval x="```"', [("eval", 'x="```"')]),
        ("a\n| STATS\n  count", [("search", "a"), ("stats", "count")]),
        ("|makeresults|head 1", [("makeresults", ""), ("head", "1")]),
        ("a|head|stats count|where b=1", [("search", "a"), ("head", ""), *COUNTED]),
        ("a [|inputlookup b|fields c]|head", [("search", SUBSEARCH), ("head", "")]),
        ("| eval 'a|b'=1 | head", [("eval", "'a|b'=1"), ("head", "")]),
        ("a | stats sum('b | c') | head", [("search", "a"), ("stats", "sum('b | c')"), HEAD]),
        ("a it's | head", [("search", "a it's"), HEAD]),  # of a search ' is a letter
        ('a [search "b ] | c" | head] | head', [("search", 'a [search "b ] | c" | head]'), HEAD]),
        ('a `b("c | d")` | head', [("search", 'a `b("c | d")`'), HEAD]),
        (r"a \" | head", [("search", r"a \""), HEAD]),  # an escaped quote opens nothing
        (r"a \[ | head", [("search", r"a \["), HEAD]),
        (r"a \` | head", [("search", r"a \`"), HEAD]),
        (r"a \``` | head", [("search", r"a \```"), HEAD]),
        (r"a [search b=\] c] | head", [("search", r"a [search b=\] c]"), HEAD]),
        (r"a [search b=\[ c] | head", [("search", r"a [search b=\[ c]"), HEAD]),
        (r"a [search b=\" c] | head", [("search", r"a [search b=\" c]"), HEAD]),
        ("a | ```b``` head", [("search", "a"), HEAD]),
        ("a ```b``` | ```c``` head ```d | e``` | ```f```\nhead", [("search", "a"), HEAD, HEAD]),
        ("```a``` b ```c``````d```|head", [("search", "b"), HEAD]),
        ('a "```" | head ```"```', [("search", 'a "```"'), HEAD]),
    ],
)
def test_commands(text: str, commands: list[tuple[str, str]]) -> None:
    assert [(command.name, command.text) for command in parse_search(text).commands] == commands


def test_positions_point_into_the_search() -> None:
    text = "a ```note``` |  stats   count"
    command = parse_search(text).commands[1]
    assert text[command.at :] == "stats   count"
    assert text[command.text_at :] == "count"


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("a |", 2, "no command after"),
        ("a | | head", 2, "no command after"),
        ('a "b', 2, "never closed"),
        ("a [search b", 2, "never closed"),
        ("a ```b", 2, "comment"),
        ("a | 5", 4, "command name"),
        ("a `b", 2, "backquote ` that opens here is never closed"),
        ("a | stats `b` c` | head", 15, "backquote ` that opens here is never closed"),
        ("a ```b``` | | head", 10, "no command after this pipe"),
        ("a | st\u0130ts", 4, "command name"),  # whose lower case is two characters
    ],
)
def test_mistakes_are_placed(text: str, at: int, words: str) -> None:
    with pytest.raises(SplError, match=words) as caught:
        parse_search(text)
    assert caught.value.at == at


def test_at_most_300_commands() -> None:
    """docs/splay-differences.md: a limit of its own."""
    whole = "a" + " | head" * 299
    assert len(parse_search(whole).commands) == 300
    with pytest.raises(SplError, match="at most 300 commands") as caught:
        parse_search(whole + " | head" * 2)
    assert caught.value.at == len(whole + " |")


def test_at_most_50_brackets() -> None:
    """So that a search nested deeper is refused, and not met by a RecursionError."""
    assert len(parse_search("[" * 50 + "search a" + "]" * 50).commands) == 1
    with pytest.raises(SplError, match="more than 50 brackets") as caught:
        parse_search("a " + "[" * 51 + "search a" + "]" * 51)
    assert caught.value.at == 52
