"""What `re` finds by a plain expression is what `regex` finds by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.pcre.patterns import compile_pattern
from splay.pcre.plain import plain

_LITERALS = st.sampled_from(["a", "b", "<", "=", r"\.", r"\s", "é", r"\d", ".", "[^<]"])
_RUNS = st.sampled_from([r"([^<]+)", r"(\w+)", r"([^=]*)", r"\s*", r"(?<x>[^b]+)", "a+", r"(\d+?)"])
_PATTERNS = st.lists(_LITERALS | _RUNS, min_size=1, max_size=5).map("".join)
_FLAGS = st.sampled_from(["", "(?s)", "(?ms)"])
_TEXTS = st.text("ab<=. \n1éK\u212a", max_size=30)


@given(_FLAGS, _PATTERNS, _TEXTS)
def test_finds_the_same(flags: str, text: str, searched: str) -> None:
    if text.count("(?<x>") > 1:
        return
    pattern = compile_pattern(flags + text)
    same = plain(pattern)
    if same is None:
        return
    assert same.groupindex == pattern.groupindex
    for theirs, ours in zip(pattern.finditer(searched), same.finditer(searched), strict=True):
        groups = range(pattern.groups + 1)
        assert [theirs.span(number) for number in groups] == [ours.span(n) for n in groups]


@pytest.mark.parametrize(
    ("pattern", "is_plain"),
    [
        ("<Data Name='([^']+)'>([^<]+)<", True),
        (r"<(\w+)>([^<]+)<", True),
        (r"(?ms)user=(?<user>\S+)\s", True),
        (r"user=(?<user>\S+)", True),
        (r"(\w+)=(\w+)", False),  # a run at the beginning: each place is begun at
        (r"a(\w+)(\w+)", False),  # two ways to divide what both take
        (r"a([^<]+)\s*<", False),
        (r"(?i)user=(\S+)", False),
        (r"a(b|c)d", False),
        (r"a(?=b)", False),
        (r"a(\w+)\1", False),
        (r"a\X", False),
    ],
)
def test_which_are_plain(pattern: str, *, is_plain: bool) -> None:
    assert (plain(compile_pattern(pattern)) is not None) is is_plain
