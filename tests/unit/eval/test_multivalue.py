"""Expected values: the examples of the Search Reference, "Multivalue eval functions" and
"Statistical eval functions"; the rest is worked out by hand from the rules stated there.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from splay.errors import UnsupportedError
from splay.eval.registry import Result
from splay.rows import Row

Evaluate = Callable[[str, Row], Result]
PONIES: Row = {
    "ponies": ["buttercup", "dash", "flutter", "honey", "ivory", "minty", "pinky", "rarity"]
}
WEEK = 7 * 86400


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ('commands("search foo | stats count | sort count")', {}, ["search", "stats", "sort"]),
        ('mvappend("localhost", ip)', {"ip": ["1", "2"]}, ["localhost", "1", "2"]),
        ('mvappend(mvappend("a", b), c, "d")', {"b": "b", "c": "c"}, ["a", "b", "c", "d"]),
        ("mvappend(a, b)", {"b": "x"}, "x"),
        ("mvappend(a, b)", {}, None),
        ("mvcount(a)", {"a": ["x", "y"]}, 2),
        ("mvcount(a)", {"a": "x"}, 1),
        ("mvcount(a)", {}, None),
        ('mvcount(split(To, "@"))-1', {"To": "a@b c@d"}, 2),
        ("mvdedup(a)", {"a": ["x", "y", "x"]}, ["x", "y"]),
        ("mvdedup(a)", {"a": ["x", "x"]}, "x"),
        (
            'mvfilter(match(email, "\\.net$") OR match(email, "\\.org$"))',
            {"email": ["a@b.net", "a@b.com", "a@b.org"]},
            ["a@b.net", "a@b.org"],
        ),
        ("mvfilter(a>5)", {"a": ["1", "2"]}, None),
        ("mvfilter(isnotnull(a))", {}, None),
        ('mvfind(a, "err\\d+")', {"a": ["ok", "err7"]}, 1),
        ('mvfind(a, "err\\d+")', {"a": ["ok"]}, None),
        ("mvindex(ponies, 2)", PONIES, "flutter"),
        ("mvindex(ponies, 0, 3)", PONIES, ["buttercup", "dash", "flutter", "honey"]),
        ("mvindex(ponies, -1)", PONIES, "rarity"),
        ("mvindex(ponies, -3)", PONIES, "minty"),
        ("mvindex(ponies, -3, -1)", PONIES, ["minty", "pinky", "rarity"]),
        ("mvindex(ponies, 8)", PONIES, None),
        ("mvindex(ponies, -9)", PONIES, None),
        ("mvindex(ponies, 6, 8)", PONIES, None),
        ("mvindex(ponies, 3, 2)", PONIES, None),
        ("mvindex(a, 0)", {"a": "x"}, "x"),
        ("mvindex(a, 0)", {}, None),
        ('mvjoin(mvrange(1, 6), " OR ")', {}, "1 OR 2 OR 3 OR 4 OR 5"),
        ('mvjoin(a, ";")', {"a": "x"}, "x"),
        ("mvmap(results, results*10)", {"results": ["1", "2"]}, [10, 20]),
        ("mvmap(results, results*threshold)", {"results": ["1", "2"], "threshold": "3"}, [3, 6]),
        (
            "mvmap(mvindex(results, 1, 2), results*threshold)",
            {"results": ["1", "2", "3"], "threshold": "10"},
            [20, 30],
        ),
        ("mvmap(a, if(a=1, null(), a))", {"a": ["1", "2"]}, "2"),
        ("mvmap(a, a*2)", {}, None),
        ("mvrange(1, 11, 2)", {}, [1, 3, 5, 7, 9]),
        ("mvrange(1, 3)", {}, [1, 2]),
        ("mvcount(mvrange(0, 1000000))", {}, 1_000_000),
        ("mvrange(3, 1)", {}, None),
        ("mvrange(1, 3, 0)", {}, None),
        # the first of the documented steps of a week, before the clocks change there
        (
            'mvrange(1514834731, 1516649131, "7d")',
            {},
            [1514834731, 1514834731 + WEEK, 1514834731 + 2 * WEEK],
        ),
        ('mvreverse(split("1,2,3", ","))', {}, ["3", "2", "1"]),
        ("mvsort(a)", {"a": ["10", "9", "70", "100"]}, ["10", "100", "70", "9"]),
        ("mvsort(a)", {"a": ["b", "B", "a"]}, ["B", "a", "b"]),
        ("mvzip(a, b)", {"a": ["1", "2"], "b": ["x", "y"]}, ["1,x", "2,y"]),
        (
            'mvzip(mvzip(a, b, "|"), c, "|")',
            {"a": ["1", "2"], "b": ["x", "y"], "c": ["p", "q"]},
            ["1|x|p", "2|y|q"],
        ),
        ("mvzip(a, b)", {"a": ["1", "2"], "b": "x"}, "1,x"),
        ('split(a, ";")', {"a": "dash;mcintosh"}, ["dash", "mcintosh"]),
        ('split(a, "")', {"a": "abcd"}, ["a", "b", "c", "d"]),
        ('split(a, "def")', {"a": "1a2b3c4def567890"}, ["1a2b3c4", "567890"]),
        ('split(a, "::")', {"a": "name::value"}, ["name", "value"]),
        ('split(a, ",")', {"a": "x"}, "x"),
        ('split(a, ",")', {}, None),
        (
            "mv_to_json_array(a)",
            {"a": ['"Buttercup"', "true", "null"]},
            '["\\"Buttercup\\"","true","null"]',
        ),
        (
            "mv_to_json_array(a, true())",
            {"a": ['"Buttercup"', '"Fluttershy"', "true", "null", "x y"]},
            '["Buttercup","Fluttershy",true,null,null]',
        ),
        # statistical
        ('max(1, 3, 6, 7, "foo", name)', {"name": "baz"}, "foo"),
        ('max(1, 3, 6, 7, "foo", name)', {"name": "zaz"}, "zaz"),
        ("max(n)", {"n": ["1", "3", "5", "6", "4", "2"]}, "6"),
        ("max(n)", {"n": ["9", "10"]}, "10"),
        ("max(n)", {}, None),
        ('min(3, 6, 7, "maria", size)', {"size": "9"}, 3),
        ('min(3, 6, 7, "maria", size)', {"size": "1"}, "1"),
        ("min(n)", {"n": ["3", "5", "6", "4", "7", "2"]}, "2"),
        ("avg(a, b, c)", {"a": 5.0, "b": "9"}, 7),
        ("avg(1, 2, 3)", {}, 2),
        ("avg(a, 2, 3)", {"a": "somedata"}, 2.5),
        ("avg(a)", {}, None),
        ("sum(a, b, c)", {"a": 5.0, "b": "9"}, 14),
        ("sum(1, 2, 3)", {}, 6),
        ('sum(1, 2, tonumber("3"))', {}, 6),
        ("sum(a, 2, 3)", {"a": "somedata"}, 5),
        ("sum(a)", {"a": ["1", "2", "x"]}, 3),
        ("sum(a)", {}, None),
    ],
)
def test_values(evaluate: Evaluate, text: str, row: Row, expected: Result) -> None:
    assert evaluate(text, row) == expected


def test_a_range_without_end_is_refused(evaluate: Evaluate) -> None:
    with pytest.raises(UnsupportedError, match="more than 1000000 values"):
        evaluate("mvrange(0, 1000001)", {})


def test_random_is_in_its_range(evaluate: Evaluate) -> None:
    for _ in range(100):
        number = evaluate("random()", {})
        assert isinstance(number, int)
        assert 0 <= number <= 2**31 - 1
