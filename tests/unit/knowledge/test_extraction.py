"""EXTRACT and REPORT. Expected fields follow the Admin Manual, props.conf (EXTRACT-<class>,
REPORT-<class>) and transforms.conf (REGEX, FORMAT, SOURCE_KEY, MV_ADD, CLEAN_KEYS,
KEEP_EMPTY_VALS).
"""

from __future__ import annotations

from unittest.mock import patch

import pytest

from splay.errors import ConfError
from splay.knowledge import extraction
from splay.rows import Row
from tests.unit.knowledge.bench import Bench

NO_KV = "KV_MODE = none\n"


@pytest.mark.parametrize(
    ("settings", "raw", "expected"),
    [
        (r"EXTRACT-a = user (?<user>\w+)", "user bob", {"user": "bob"}),
        (r"EXTRACT-a = user (?P<user>\w+)", "user bob user eve", {"user": "bob"}),
        # "(?ms)" is put before the expression: ^ is any line's start, . also a line's end
        (r"EXTRACT-a = ^b(?<x>.*)", "a\nb1\n2", {"x": "1\n2"}),
        (r"EXTRACT-a = (?<x>\d+)", "none", {}),
        # the first match is the only one, whatever groups take part in it
        (r"EXTRACT-a = a(?<x>\d)|b(?<y>\d)", "a1 b2", {"x": "1"}),
        (r"EXTRACT-a = a(?<x>\d)|b(?<y>\d)", "b2 a1", {"y": "2"}),
        # an optional group that takes no part, or takes nothing, gives no field
        (r"EXTRACT-a = a(?<x>b)?(?<y>c*)", "a", {}),
        # what an extraction found before stays
        ("EXTRACT-a = a(?<x>.)\nEXTRACT-b = b(?<x>.)", "b2 a1", {"x": "1"}),
        (r"EXTRACT-a = k=(?<x>\w+) in src" + "\nEXTRACT-Z = <(?<src>.*)>", "k=1 <k=2>",
         {"src": "k=2", "x": "2"}),
        # the order is that of ASCII: `a` runs before `b`, and `b` cannot be used in it
        (r"EXTRACT-a = (?<x>\w) in src" + "\nEXTRACT-b = <(?<src>.*)>", "<k>", {"src": "k"}),
        ("EXTRACT-a = (?<x>.) [i]n here", "1 in here", {"x": "1"}),
        (r"EXTRACT-a = (?<x>\w+) in host", "-", {"x": "h"}),
        ("EXTRACT-a = (?<_x>.)", "1", {}),  # an internal field: seen by name only
        ("EXTRACT-a =", "1", {}),
        ("extract-a = (?<x>.)", "1", {}),  # only LOOKUP- may be written in any case
    ],
)  # fmt: skip
def test_extract(bench: Bench, settings: str, raw: str, expected: Row) -> None:
    assert bench.props(NO_KV + settings).fields(raw) == expected


def test_an_internal_field_is_there_by_name(bench: Bench) -> None:
    assert bench.props(NO_KV + "EXTRACT-a = (?<_x>.)").row("1", "_x")["_x"] == "1"


@pytest.mark.parametrize(
    ("transform", "raw", "expected"),
    [
        # the three examples of FORMAT and of _KEY_ and _VAL_ in transforms.conf.spec
        (
            "REGEX = (.)-(.)\nFORMAT = first::$1 second::$2 third::other-value",
            "a-b",
            {"first": "a", "second": "b", "third": "other-value"},
        ),
        ("REGEX = ([a-z]+)=([a-z]+)\nFORMAT = $1::$2", "a=b c=d", {"a": "b", "c": "d"}),
        ("REGEX = (?<_KEY_1>[a-z]+)=(?<_VAL_1>[a-z]+)", "a=b c=d", {"a": "b", "c": "d"}),
        ('REGEX = (.)-(.)\nFORMAT = "a b"::"$2" c::"x y"', "1-2", {"a_b": "2", "c": "x y"}),
        (r"REGEX = user (?<user>\w+)", "user bob", {"user": "bob"}),
        # neither (?s) nor (?m) is added to a transform's REGEX
        ("REGEX = ^b(?<x>.*)", "a\nb1", {}),
        ("REGEX = (?<x>a.*)", "a1\n2", {"x": "a1"}),
        # named groups are extracted directly, also beside FORMAT
        ("REGEX = (?<x>.)-(.)\nFORMAT = y::$2", "1-2", {"x": "1", "y": "2"}),
        ("REGEX = (?<x>.)-\nFORMAT = x::$1\nMV_ADD = 1", "1-", {"x": "1"}),
        # a field that exists is kept, and made multivalue with MV_ADD
        (r"REGEX = (\d)" + "\nFORMAT = n::$1", "1 2 3", {"n": "1"}),
        (r"REGEX = (\d)" + "\nFORMAT = n::$1\nMV_ADD = true", "1 2 3", {"n": ["1", "2", "3"]}),
        ("REGEX = (.)=(.)\nFORMAT = $1::$2\nMV_ADD = true", "a=1 a=2", {"a": ["1", "2"]}),
        ("REGEX = (.)=(.)\nFORMAT = $1::$2", "a=1 a=2", {"a": "1"}),
        # each of several alternatives may give its own field
        ("REGEX = a(.)|b(.)\nFORMAT = a::$1 b::$2", "a1 b2", {"a": "1", "b": "2"}),
        # key cleaning
        ("REGEX = (.*)=(.)\nFORMAT = $1::$2", "_1a-b.c=1", {"a_b_c": "1"}),
        ("REGEX = (.*)=(.)\nFORMAT = $1::$2\nCLEAN_KEYS = false", "1a-b.c=1", {"1a-b.c": "1"}),
        ("REGEX = (.*)=(.)\nFORMAT = $1::$2", "-9=1", {}),
        # empty values
        ("REGEX = a=(.?);\nFORMAT = a::$1", "a=;", {}),
        ("REGEX = a=(.?);\nFORMAT = a::$1\nKEEP_EMPTY_VALS = true", "a=;", {"a": ""}),
        ("REGEX = a(b)?\nFORMAT = b::$1\nKEEP_EMPTY_VALS = true", "a", {}),
        # other sources
        ("SOURCE_KEY = host\nREGEX = (.)\nFORMAT = x::$1", "-", {"x": "h"}),
        ("SOURCE_KEY = field:host\nREGEX = (.)\nFORMAT = x::$1", "-", {"x": "h"}),
        ("SOURCE_KEY = _raw\nREGEX = (.)\nFORMAT = x::$1", "-", {"x": "-"}),
        ("SOURCE_KEY = nothing\nREGEX = (.)\nFORMAT = x::$1", "-", {}),
    ],
)
def test_report(bench: Bench, transform: str, raw: str, expected: Row) -> None:
    bench.props(NO_KV + "REPORT-a = one", f"[one]\n{transform}\n")
    assert bench.fields(raw) == expected


def test_transforms_run_in_the_order_of_the_list_and_see_what_was_found(bench: Bench) -> None:
    bench.props(
        NO_KV + "EXTRACT-a = <(?<e>[^>]*)>\nREPORT-b = third\nREPORT-a = second, first",
        "[first]\nREGEX = (.)\nFORMAT = x::first\n"
        "[second]\nSOURCE_KEY = e\nREGEX = (.)(.)\nFORMAT = x::$2 y::$1\n"
        "[third]\nSOURCE_KEY = y\nREGEX = (.)\nFORMAT = z::$1\n",
    )
    assert bench.fields("<12>") == {"e": "12", "x": "2", "y": "1", "z": "1"}


def test_each_value_of_the_source_is_matched(bench: Bench) -> None:
    bench.props(
        NO_KV + "REPORT-a = many, each",
        "[many]\nREGEX = (\\w+)\nFORMAT = m::$1\nMV_ADD = 1\n"
        "[each]\nSOURCE_KEY = m\nREGEX = ^(.)\nFORMAT = e::$1\nMV_ADD = 1\n",
    )
    assert bench.fields("ab cd") == {"m": ["ab", "cd"], "e": ["a", "c"]}


@pytest.mark.parametrize(
    ("settings", "transform", "makes", "words"),
    [
        ("EXTRACT-a = (?<x>[a)", "", "x", "EXTRACT-a.*never closed"),
        ("REPORT-a = one", "[one]\nREGEX = (?<x>[a)", "x", r"\[one\].*never closed"),
        ("REPORT-a = one", "[one]\nREGEX = (.)\nFORMAT = x::$2", "x", r"group \$2.*has 1"),
        ("REPORT-a = one", "[one]\nREGEX = a\nFORMAT = x::b", "x", "no capturing group"),
        ("REPORT-a = one", "[one]\nREGEX = (.)\nFORMAT = x::a$1", "x", "cannot join"),
        ("REPORT-a = one", "[one]\nREGEX = (?<x>.)\nFORMAT = x=$1", "x", "not a list"),
        ("REPORT-a = one", "[one]\nREGEX = (?<x>.)\nMV_ADD = maybe", "x", "neither true"),
        ("REPORT-a = one", "[one]\nREGEX = [[d:x]]\nFORMAT = x::$1", "x", r"has no REGEX"),
        ("REPORT-a = one", "[one]\nFORMAT = x::$1", "x", "neither REGEX nor DELIMS"),
        (
            "REPORT-a = one",
            "[one]\nSOURCE_KEY = fields:a,b\nREGEX = (.)\nFORMAT = x::$1",
            "x",
            "SOURCE_KEY = fields:a,b is not supported",
        ),
    ],
)
def test_what_is_broken_is_an_error_where_its_field_is_wanted(
    bench: Bench, settings: str, transform: str, makes: str, words: str
) -> None:
    bench.props(settings, transform)
    assert bench.fields("other=1", "other") == {"other": "1"}
    with pytest.raises(ConfError, match=words) as caught:
        bench.row("other=1", makes)
    assert "line 2" in str(caught.value) or "line 3" in str(caught.value)


def test_a_broken_transform_that_names_no_field_can_make_any(bench: Bench) -> None:
    bench.props("REPORT-a = one", "[one]\nREGEX = (.)=([a\nFORMAT = $1::$2")
    with pytest.raises(ConfError, match="never closed"):
        bench.row("-", "anything")


@pytest.mark.parametrize(
    ("settings", "words"),
    [("REPORT-a = nope", r"no transform \[nope\]"), ("EXTRACT-a = abc", "no named group")],
)
def test_what_cannot_make_a_field_is_a_message(bench: Bench, settings: str, words: str) -> None:
    assert bench.props(settings).fields("a=1") == {"a": "1"}
    (level, text), *_ = bench.messages
    assert level == "WARN"
    assert words.replace("\\", "") in text
    assert "props.conf, line 2" in text


@pytest.mark.parametrize(
    ("settings", "transform"),
    [
        ("EXTRACT-a = ^(?<x>(a|aa)+)$", ""),
        ("REPORT-a = one", "[one]\nREGEX = ^((a|aa)+)$\nFORMAT = x::$1"),
    ],
)
def test_an_expression_that_backtracks_too_much_is_given_up(
    bench: Bench, settings: str, transform: str
) -> None:
    bench.props(settings, transform)
    with patch.object(extraction, "MATCH_SECONDS", 0.05):
        assert bench.fields("a" * 60 + " k=1") == {"k": "1"}
        assert bench.fields("aaa") == {"x": "aaa"}  # another event is none the worse
    ((level, text),) = bench.messages
    assert level == "WARN"
    assert "backtracks too much" in text
