"""What a user reads when something is wrong. Expected texts are composed by hand."""

from __future__ import annotations

from splay.errors import ConfError, SplError


def test_message_names_place_problem_and_remedy() -> None:
    error = ConfError(
        "a setting without a stanza", where="default/macros.conf, line 3", hint="Write [name] first"
    )
    assert str(error) == (
        "default/macros.conf, line 3: a setting without a stanza. Write [name] first"
    )


def test_position_counts_from_one() -> None:
    assert str(SplError("unknown command 'stat'", at=4)) == "unknown command 'stat' (position 5)"


def test_caret_stands_under_the_position_in_its_own_line() -> None:
    error = SplError("unknown command 'stat'", at=15)
    error.search = "index=main\n  | stat count"
    assert str(error).splitlines()[1:] == ["    | stat count", "      ^"]


def test_a_long_line_is_cut_around_the_position() -> None:
    error = SplError("wrong", at=500)
    error.search = "x" * 500 + "!" + "y" * 500
    shown, caret = str(error).splitlines()[1:]
    assert shown[caret.index("^")] == "!"
    assert len(shown) <= 102
