"""Wildcards, host names and which pattern is the more specific. Expected values by the rules in
README/lookups.md, worked out by hand."""

from __future__ import annotations

import pytest
from adcs.patterns import folded, host_key, matches, matches_host, short_name, specificity


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("corp", "corp", True),
        ("corp", "corporate", False),
        ("*", "", True),
        ("*", "anything", True),
        ("svc-*", "svc-", True),
        ("svc-*", "asvc-", False),
        ("*-adm", "bob-adm", True),
        ("*-adm", "bob-admin", False),
        ("a*b*c", "abc", True),
        ("a*b*c", "a--b--b--c", True),
        ("a*b*c", "a--c--b", False),
        ("ab*ba", "aba", False),  # the two parts may not share the b
        ("*a*a*", "a", False),
        ("*a*a*", "aa", True),
        ("*ab*b", "ab", False),  # the part in the middle may not take the end's b
        ("*ab*ab*ab*", "zzabab", False),  # each part begins where the last one ended
        ("*ab*ab*ab*", "zzabzabab", True),
        ("a.c", "abc", False),  # no other character is special
        ("[a]?", "[a]?", True),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_a_star_stands_for_any_characters(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("ca01", "ca01.corp.example", True),
        ("ca01.corp.example", "ca01", True),
        ("ca01.corp.example", "ca01.lab.example", False),  # two full names
        ("ca01", "ca010.corp.example", False),
        ("ca*", "ca01.corp.example", True),  # by the wildcard
        ("*01", "ca01.corp.example", False),  # wildcards see the name as it is
        ("*.corp.example", "ca01", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("10", "10.0.0.1", False),  # an address has no short name
        ("fe80::1", "fe80::1", True),
    ],
)
def test_a_short_name_equals_the_full_one(pattern: str, host: str, expected: bool) -> None:
    assert matches_host(pattern, host) is expected


def test_names_are_compared_without_case_and_final_dot() -> None:
    assert folded("CORP") == "corp"
    assert folded("ÖD*") == "öd*"
    assert folded("ADMINISTRATÖR") == folded("administratör")
    assert folded("АДМИН") == folded("админ")
    assert host_key("CA01.Corp.Example.") == "ca01.corp.example"
    assert short_name("10.0.0.1") == "10.0.0.1"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("svc-bac\u212aup", "svc-backup"),  # U+212A KELVIN SIGN, whose lower case is k
        ("\u017fvc-backup", "svc-backup"),  # U+017F LATIN SMALL LETTER LONG S
        ("of\ufb01ce", "office"),  # U+FB01 LATIN SMALL LIGATURE FI
        ("stra\u00dfe", "strasse"),  # U+00DF LATIN SMALL LETTER SHARP S
        ("stra\u1e9ee", "strasse"),  # U+1E9E, its capital
        ("adm\u0130n", "admi\u0307n"),  # U+0130, whose lower case is i and a dot above
        ("svc-backup ", "svc-backup"),
        ("svc-backup\u00a0", "svc-backup"),
        (" svc-backup", "svc-backup"),
    ],
)
def test_a_name_that_differs_in_one_letter_is_another_name(name: str, other: str) -> None:
    assert folded(name) != folded(other)
    assert folded(name) == folded(name)


def test_letters_beyond_ascii_equal_their_own_other_case() -> None:
    """CaseFolding.txt: ẞ and ß, Σ and σ, Ǆ and ǆ are the same letters."""
    for upper, lower in ("\u1e9e\u00df", "Σσ", "\u01c4\u01c6", "Éé"):
        assert folded(upper) == folded(lower)


def test_the_more_specific_pattern_sorts_first() -> None:
    # No wildcard; then 5, 4, 4 and 0 literals; of the two with 4 the one with fewer wildcards.
    ordered = ["ca", "ca01*", "ca0*", "c*a*0", "*"]
    assert sorted(["*", "c*a*0", "ca0*", "ca01*", "ca"], key=specificity) == ordered


def test_a_wildcard_in_one_cell_ranks_below_none_and_above_two() -> None:
    rows = [("*", "bob", "*"), ("corp", "bob", "*"), ("corp", "bob", "ca01")]
    assert sorted(rows, key=lambda row: specificity(*row)) == rows[::-1]
