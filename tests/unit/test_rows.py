"""The demand that a stage makes of the rows before it.

Expected values follow from the rule that `*` is the only wildcard in SPL field names.
"""

from __future__ import annotations

import pytest

from splay.rows import EVERYTHING, NOTHING, Demand


@pytest.mark.parametrize(
    ("asked", "field", "wanted"),
    [
        (["dest"], "dest", True),
        (["dest"], "Dest", False),  # field names are case-sensitive
        (["Caller_*"], "Caller_Domain", True),
        (["Caller_*"], "caller_domain", False),
        (["tag::*"], "tag::action", True),
        (["a*c"], "abcd", False),  # the whole name must match
        (["a?"], "ab", False),  # only * is a wildcard
        (["a?*"], "a?b", True),
        (["a[b]*"], "a[b]c", True),
        (["*"], "anything", True),
        ([], "anything", False),
    ],
)
def test_wants(asked: list[str], field: str, wanted: bool) -> None:
    assert Demand.of(asked).wants(field) is wanted


def test_plus_adds_names_and_patterns() -> None:
    both = Demand.of(["a"]).plus(["b", "c*"])
    assert [both.wants(name) for name in ("a", "b", "cd", "d")] == [True, True, True, False]


def test_minus_takes_names_and_leaves_patterns() -> None:
    rest = Demand.of(["a", "b", "c*"]).minus(["a", "cd"])
    assert [rest.wants(name) for name in ("a", "b", "cd")] == [False, True, True]


def test_everything_and_nothing() -> None:
    assert EVERYTHING.minus(["a"]).wants("b")
    assert not NOTHING.wants("a")
