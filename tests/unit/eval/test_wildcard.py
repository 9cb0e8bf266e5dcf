"""Patterns with asterisks: plain tests of text find what the regular expression finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from splay.eval.conditions.wildcard import fits_one, wildcard_pattern

letters = st.text("ab*.\n", max_size=6)


@given(st.lists(letters, max_size=4), st.text("ab.\n", max_size=8))
def test_one_of_several_patterns(patterns: list[str], text: str) -> None:
    expected = any(wildcard_pattern(pattern).fullmatch(text) for pattern in patterns)
    assert fits_one(patterns)(text) is expected
