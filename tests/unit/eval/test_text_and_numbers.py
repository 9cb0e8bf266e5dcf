"""Expected values: the examples of the Search Reference, "Text functions", "Mathematical
functions", "Bitwise functions", "Trig and Hyperbolic functions", "Cryptographic functions" and
"Date and Time functions". The rest is worked out by hand from the rules stated there; substr()
by SQLite's, digests are those of RFC 1321 and FIPS 180 for "abc".
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from splay.eval.registry import Result
from splay.eval.value import to_text
from splay.rows import Row

Evaluate = Callable[[str, Row], Result]
SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
SHA512 = (
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
)
ALL = 2**53 - 1


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("len(names)", {"names": "buttercup"}, 9),
        ("length(names)", {"names": "dash"}, 4),
        ("len(a)", {"a": "Zoë"}, 3),
        ("len(a)", {"a": 1234}, 4),
        ("len(a)", {"a": ["x", "y"]}, None),
        ("len(a)", {}, None),
        ("lower(username)", {"username": "BOB"}, "bob"),
        ("lower(a)", {"a": ["X", "Y"]}, ["x", "y"]),
        ("upper(username)", {"username": "bob"}, "BOB"),
        ("upper(a)", {"a": ["x", "y"]}, ["X", "Y"]),
        ("upper(a)", {}, None),
        ('ltrim("   ZZZZabcZZ ", " Z")', {}, "abcZZ "),
        ('ltrim(NET_COST, "$")', {"NET_COST": "$15"}, "15"),
        ("ltrim(a)", {"a": " \t x "}, "x "),
        ('rtrim("   ZZZZabcZZ ", " Z")', {}, "   ZZZZabc"),
        ("rtrim(a)", {"a": " x \t"}, " x"),
        ('trim("   ZZZZabcZZ ", " Z")', {}, "abc"),
        ("trim(a)", {"a": "\t x \n"}, "x \n"),
        ("trim(a)", {"a": ["x", "y"]}, None),
        (
            'replace(date, "^(\\d{1,2})/(\\d{1,2})/", "\\2/\\1/")',
            {"date": "1/14/2023"},
            "14/1/2023",
        ),
        ('replace(dst, ":.*", "")', {"dst": "54.81.233.206:443:X1"}, "54.81.233.206"),
        ('replace(a, "x", "y")', {"a": "xaxa"}, "yaya"),
        ('replace(a, "(x)|(y)", "[\\1\\2]")', {"a": "xy"}, "[x][y]"),
        ('replace(a, "b", "\\1")', {"a": "abc"}, "ac"),
        ("replace(a, b, c)", {"a": "abc", "b": "b"}, None),
        ('substr("string", 1, 3) + substr("string", -3)', {}, "string"),
        ("substr(a, 2)", {"a": "string"}, "tring"),
        ("substr(a, 2, 2)", {"a": "string"}, "tr"),
        ("substr(a, 0, 3)", {"a": "string"}, "st"),
        ("substr(a, -3, 2)", {"a": "string"}, "in"),
        ("substr(a, -8, 4)", {"a": "string"}, "st"),
        ("substr(a, 4, -2)", {"a": "string"}, "tr"),
        ("substr(a, 9, 2)", {"a": "string"}, ""),
        ("substr(a, 1, 2)", {"a": 12345}, "12"),
        (
            'urldecode("http%3A%2F%2Fwww.splunk.com%2Fdownload%3Fr%3Dheader")',
            {},
            "http://www.splunk.com/download?r=header",
        ),
        ("urldecode(a)", {"a": "a+b%"}, "a+b%"),
        ("md5(a)", {"a": "abc"}, "900150983cd24fb0d6963f7d28e17f72"),
        ("sha1(a)", {"a": "abc"}, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha256(a)", {"a": "abc"}, SHA256),
        ("sha512(a)", {"a": "abc"}, SHA512),
        ("md5(a)", {}, None),
    ],
)
def test_text(evaluate: Evaluate, text: str, row: Row, expected: Result) -> None:
    assert evaluate(text, row) == expected


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("abs(number)", {"number": "-5.5"}, "5.5"),
        ("ceil(1.9)", {}, "2"),
        ("ceiling(-1.9)", {}, "-1"),
        ("exact(3.5 * num)", {"num": "2"}, "7"),
        ("floor(1.9)", {}, "1"),
        ("floor(-1.1)", {}, "-2"),
        ("round(exp(3), 3)", {}, "20.086"),
        ("ln(exp(1))", {}, "1"),
        ("log(number, 2)", {"number": "8"}, "3"),
        ("log(1000)", {}, "3"),
        ("log(9, 3)", {}, "2"),
        ("round(pi()*pow(radius, 2), 2)", {"radius": "2"}, "12.57"),
        ("pow(2, 53)-1", {}, "9007199254740991"),
        ("pow(2, -1)", {}, "1"),
        ("exact(pow(2, -1))", {}, "0.5"),
        ("round(3.5)", {}, "4"),
        ("round(2.5)", {}, "3"),
        ("round(-2.5)", {}, "-3"),
        ("round(2.555, 2)", {}, "2.56"),
        ("round(a, 2)", {"a": "1.005"}, "1.01"),
        ("sqrt(9)", {}, "3"),
        # floating point's own values, as "eval" (Numeric calculations) prints them
        ("pow(10, 400)", {}, "inf"),
        ("-pow(10, 400)", {}, "-inf"),
        ("exp(1000)", {}, "inf"),
        ("floor(pow(10, 400))", {}, "inf"),
        # bitwise
        ("bit_and(12, 9)", {}, "8"),
        ("bit_and(4, 6)", {}, "4"),
        ("bit_or(4, 2)", {}, "6"),
        ("bit_or(4, 6, 1)", {}, "7"),
        ("bit_xor(3, 2)", {}, "1"),
        ("bit_not(9)", {}, "9007199254740982"),
        ('bit_not(9, tonumber("1111", 2))', {}, "6"),
        ("bit_shift_left(2, 1)", {}, "4"),
        ("bit_shift_left(1, 53)", {}, "0"),
        ("bit_shift_left(3, 52)", {}, "4503599627370496"),
        ("bit_shift_left(3, 57)", {}, "0"),
        ("bit_shift_left(67, 1)", {}, "134"),
        ("bit_shift_right(4, 1)", {}, "2"),
        # trigonometric
        ("acos(1)", {}, "0"),
        ("acosh(1)", {}, "0"),
        ("asin(0)", {}, "0"),
        ("asinh(0)", {}, "0"),
        ("round(atan(1)*4, 4)", {}, "3.1416"),
        ("round(atan2(0.50, 0.75), 2)", {}, "0.59"),
        ("atanh(0)", {}, "0"),
        ("cos(0)", {}, "1"),
        ("cosh(0)", {}, "1"),
        ("hypot(3, 4)", {}, "5"),
        ("sin(0)", {}, "0"),
        ("sinh(0)", {}, "0"),
        ("tan(0)", {}, "0"),
        ("tanh(0)", {}, "0"),
    ],
)
def test_numbers(evaluate: Evaluate, text: str, row: Row, expected: str) -> None:
    value = evaluate(text, row)
    assert isinstance(value, (int, float))
    assert to_text(value) == expected


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("sqrt(-1)", {}),
        ("ln(0)", {}),
        ("round(sqrt(-1), 2)", {}),
        ("acos(2)", {}),
        ("abs(a)", {"a": "x"}),
        ("abs(a)", {}),
        ("abs(a)", {"a": ["1", "2"]}),
        ("round(a, b)", {"a": "1", "b": "-1"}),
        ("bit_and(a, 1)", {"a": 2**53}),
        ("bit_and(a, 1)", {"a": "-1"}),
        ("bit_and(a, 1)", {"a": "1.5"}),
        (f"bit_shift_left({ALL + 1}, 1)", {}),
        ("bit_shift_left(3, -2)", {}),
        ("pow(a, 2)", {}),
    ],
)
def test_null_numbers(evaluate: Evaluate, text: str, row: Row) -> None:
    assert evaluate(text, row) is None


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("now()", {}, 1534143600),
        ('relative_time(now(), "-1d@d")', {}, 1534032000),
        ('relative_time(_time, "-2h@h")', {"_time": "1534143660"}, 1534136400),
        ("relative_time(a, b)", {"a": 0, "b": "soon"}, None),
        ('strftime(_time, "%H:%M")', {"_time": 1660132103}, "11:48"),
        ('strftime(a, "%Y-%m-%dT%H:%M:%S.%Q")', {"a": "1521467703.049"}, "2018-03-19T13:55:03.049"),
        ('strftime(a/pow(10,9), "%F")', {"a": "1521467703049000000"}, "2018-03-19"),
        ('strftime(a, "%F")', {"a": "x"}, None),
        ('strftime(a, "%F")', {"a": "1e15"}, None),
        ('strptime(a, "%a %B %d %H:%M:%S.%N %Y")', {"a": "Mon Aug 13 07:00:00 2018"}, 1534143600),
        ('strptime(a, "%H:%M")', {"a": "11:59"}, 1534161540),
        ('strptime(a, "%F")', {"a": "x"}, None),
        ('tostring(strptime(a, "%s"))', {"a": "1534143600"}, "1534143600.000000"),
    ],
)
def test_times(evaluate: Evaluate, text: str, row: Row, expected: Result) -> None:
    assert evaluate(text, row) == expected


def test_time_is_the_clock(evaluate: Evaluate) -> None:
    first = evaluate("time()", {})
    second = evaluate("time()", {})
    assert isinstance(first, float)
    assert isinstance(second, float)
    assert math.floor(first) > 1_700_000_000
    assert second >= first
