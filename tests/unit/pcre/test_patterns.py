"""Regular expressions as PCRE has them. Expected matches follow pcrepattern(3)."""

from __future__ import annotations

import pytest

from splay.pcre.patterns import compile_pattern, matches, timed


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"(?<user>\w+)@", "bob@x", "bob@"),
        (r"(?P<user>\w+)@", "bob@x", "bob@"),
        (r"(?'user'\w+)@", "bob@x", "bob@"),
        (r"a(?i)b", "aB", "aB"),
        (r"a(?i)b", "AB", None),
        (r"(?i:a)b", "Ab", "Ab"),
        (r"(?s)a.b", "a\nb", "a\nb"),
        (r"a.b", "a\nb", None),
        (r"(?m)^b$", "a\nb\nc", "b"),
        (r"(?x) a b # comment", "ab", "ab"),
        (r"a\h+b", "a \tb", "a \tb"),
        (r"a\vb", "a\nb", "a\nb"),
        (r"\N+", "ab\nc", "ab"),
        (r"a\Rb", "a\r\nb", "a\r\nb"),
        (r"a*+a", "aaa", None),
        (r"(?>a+)b", "aab", "aab"),
        (r"(?>a+)ab", "aab", None),
        (r"(?<=x)a(?!b)", "xac", "a"),
        (r"foo\Kbar", "foobar", "bar"),
        (r"\Aab\z", "ab", "ab"),
        (r"\Aab\z", "ab\n", None),
        (r"\Aab\Z", "ab\n", "ab"),
        (r"ab$", "ab\n", "ab"),
        (r"\Qa.b\E+", "a.bb", "a.bb"),
        (r"\x41\x{42}\e", "AB\x1b", "AB\x1b"),
        (r"(a)(b)\2\1", "abba", "abba"),
        (r"(a)\g{1}\g1", "aaa", "aaa"),
        (r"(?<n>a)\k<n>\k{n}\k'n'", "aaaa", "aaaa"),
        (r"\((?:[^()]|(?R))*\)", "x(a(b)c)", "(a(b)c)"),
        # sets: no operations, and brackets are letters
        (r"[[:alpha:]]+", "ab1", "ab"),
        (r"[[:^digit:]]+", "1ab1", "ab"),
        (r"[^[:space:]]+", " ab ", "ab"),
        (r"[[a]+", "x[a[", "[a["),
        (r"[a&&b]+", "a&b", "a&b"),
        (r"[a||b]+", "a|b", "a|b"),
        (r"[+--]+", "a+,-", "+,-"),
        (r"[]a]+", "x]a", "]a"),
        (r"[^]a]+", "]x", "x"),
        (r"[\w.-]+", "x.y-z", "x.y-z"),
        (r"[\]\[]+", "[]", "[]"),
        (r"[\x{41}\e]+", "A\x1b", "A\x1b"),
        # braces are letters unless they count
        (r"a{2}", "aaa", "aa"),
        (r"a{2,}", "aaa", "aaa"),
        (r"a{,2}", "a{,2}", "a{,2}"),
        (r"a{e<=1}", "a{e<=1}", "a{e<=1}"),
        (r"{x}", "{x}", "{x}"),
        (r"\p{Lu}+", "abCD", "CD"),
        # without (*UCP) only ASCII is a letter, a digit or of two cases
        (r"\w+", "é", None),
        (r"\d+", "٣", None),
        (r"(?i)é", "É", None),
    ],
)
def test_spellings(pattern: str, text: str, found: str | None) -> None:
    match = compile_pattern(pattern).search(text)
    assert (match[0] if match else None) == found


def test_names_and_case() -> None:
    match = compile_pattern(r"(?<user>B\w+)", ignore_case=True).search("bob")
    assert match is not None
    assert match.groupdict() == {"user": "bob"}
    assert compile_pattern(r"(?<user>B\w+)").search("bob") is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "a)",
        "[a--c]",
        "[a",
        "*a",
        "(?<n>a",
        r"\k<n>",
        r"\x{110000}",
        "a{2,1}",
        "(?<=a+b",
        r"[\d-",
        "\\",
    ],
)
def test_wrong_patterns(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"the regular expression .* cannot be read: ") as caught:
        compile_pattern(pattern)
    assert "\n" not in str(caught.value)


def test_only_a_match_that_takes_long_lets_other_threads_run() -> None:
    tried: list[tuple[float, bool]] = []

    def method(text: str, *, timeout: float, concurrent: bool) -> str:
        tried.append((timeout, concurrent))
        if text == "slow" and not concurrent:
            raise TimeoutError
        return text

    assert timed(method, "quick", limit=5.0) == "quick"
    assert [concurrent for _, concurrent in tried] == [False]
    assert timed(method, "slow", limit=5.0) == "slow"
    assert [concurrent for _, concurrent in tried] == [False, False, True]
    assert tried[1][0] < 1.0
    assert tried[2][0] == 5.0


def test_a_match_that_never_ends() -> None:
    with pytest.raises(TimeoutError):
        timed(compile_pattern("(a|aa)+$").search, "a" * 60 + "b", limit=0.06)
    with pytest.raises(TimeoutError):
        matches(compile_pattern("(a|aa)+$"), "a" * 60 + "b", 0, limit=0.01)


def test_so_many_matches() -> None:
    found = [len(matches(compile_pattern("a"), "aaa", most, limit=5.0)) for most in (0, 1, 2, 9)]
    assert found == [3, 1, 2, 3]
