"""Reading a command's arguments. Expected values are read off the text by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from splay.errors import SplError
from splay.spl.args import Args, Word, as_bool, as_int
from splay.spl.tree import Binary


def args(text: str) -> Args:
    return Args(text, 10, "demo")


def test_words_bare_and_quoted_with_positions() -> None:
    read = args('a  "b \\"c"')
    assert [read.word(), read.word(), read.peek()] == [
        Word("a", False, 10),
        Word('b "c', True, 13),
        None,
    ]


def test_what_clients_are_told_of_a_word_that_is_missing() -> None:
    """Splunk's own words are known of a field alone (Splunk 10.4.2)."""
    with pytest.raises(SplError) as field:
        args("").word("a field")
    assert field.value.splunk == "Error in 'demo' command: A field name is expected."
    with pytest.raises(SplError) as number:
        args("").word("a number")
    assert not number.value.splunk


def test_option_is_taken_only_by_its_name() -> None:
    read = args("limit=5 field")
    assert read.option("count") is None
    assert read.option("limit") == ("limit", Word("5", False, 16))
    assert read.option("field") is None
    assert read.word().text == "field"


def test_fields_stop_at_the_keyword() -> None:
    read = args('a, b "c d" BY e')
    assert [word.text for word in read.fields(stop=("by",))] == ["a", "b", "c d"]
    assert read.take("by") == "by"
    assert [word.text for word in read.fields()] == ["e"]


def test_expression_stops_where_it_cannot_go_on() -> None:
    read = args("a+1 as total")
    assert isinstance(read.expr(), Binary)
    assert read.take("as") == "as"


def test_expression_stops_at_a_comma() -> None:
    read = args("a=1, b=2")
    read.expr()
    assert read.punct(",")
    assert read.rest().strip() == "b=2"


def test_subsearch() -> None:
    read = args("x [search a | head 1] y")
    assert read.subsearch() is None
    read.word()
    pipeline = read.subsearch()
    assert pipeline is not None
    assert [(command.name, command.at) for command in pipeline.commands] == [
        ("search", 13),
        ("head", 24),
    ]
    assert read.word().text == "y"


def _misspelt(read: Args) -> None:
    read.option("limit")
    read.end()


@pytest.mark.parametrize(
    ("text", "read", "at", "words", "hint"),
    [
        ("", lambda a: a.word("a name"), 10, "demo: a name is missing", "Write a name"),
        (" )", lambda a: a.word("a name"), 11, "demo: a name is expected here, not ')'", "Write a"),
        ("a b", lambda a: (a.word(), a.end()), 12, "demo: unexpected 'b'", "Remove it, or check"),
        ("a )", lambda a: (a.word(), a.end()), 12, "demo: unexpected ')'", "Remove it, or check"),
        ("n=", lambda a: a.option("n"), 10, "demo: the option n has no value", "Write n=value"),
        ("a N =", lambda a: (a.word(), a.option("n")), 12, "demo: the option N has no", "Write N="),
        ("a m=", lambda a: (a.word(), a.any_option()), 12, "demo: the option m has no", "Write m="),
        ("a,", lambda a: a.fields(), 12, "demo: a field is missing beside a comma", "Remove the"),
        (",a", lambda a: a.fields(), 10, "demo: a field is missing beside a comma", "Remove the"),
        ("x ", lambda a: (a.word(), a.expr()), 12, "demo: an expression is missing", "Write one,"),
        ("lmit=5", _misspelt, 10, "demo: the option lmit is not known here", "Did you mean limit"),
        (" zzz=5", _misspelt, 11, "demo: the option zzz is not known here", "Known names: limit"),
        (
            "a x",
            lambda a: (a.word(), as_int(a.word())),
            12,
            "'x' is not a whole number",
            "Write one",
        ),
        ("1.5", lambda a: as_int(a.word()), 10, "'1.5' is not a whole number", "Write one such"),
        (
            "a 2",
            lambda a: (a.word(), as_bool(a.word())),
            12,
            "'2' is neither true nor",
            "Write true",
        ),
    ],
)
def test_mistakes_are_placed(
    text: str, read: Callable[[Args], object], at: int, words: str, hint: str
) -> None:
    with pytest.raises(SplError) as caught:
        read(args(text))
    assert caught.value.message.startswith(words)
    assert caught.value.at == at
    assert (caught.value.hint or "").startswith(hint)
