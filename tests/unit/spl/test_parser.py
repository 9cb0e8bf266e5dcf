"""Splitting a search into commands.

Expected values come from the Search Manual's rules ("About the search language", "Add comments
to searches"); offsets are counted by hand.
"""

from __future__ import annotations

import pytest

from splay.errors import SplError
from splay.spl.parser import parse_search


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
        ("a | st\u0130ts", 4, "command name"),  # whose lower case is two characters
    ],
)
def test_mistakes_are_placed(text: str, at: int, words: str) -> None:
    with pytest.raises(SplError, match=words) as caught:
        parse_search(text)
    assert caught.value.at == at
