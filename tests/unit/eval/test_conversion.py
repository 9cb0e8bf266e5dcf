"""Expected values: the examples of the Search Reference, "Conversion functions" and "Bitwise
functions"; rows marked "rule" are worked out from their stated rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from splay.eval.registry import Result
from splay.rows import Row


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ipmask("255.255.255.0", "10.20.30.120")', "10.20.30.0"),
        ('printf("%.3A", pi())', "0X1.922P+1"),
        ('printf("%c,%c", 65, "Foo")', "A,F"),
        ('printf("%c", 55296)', None),  # half of a surrogate pair is no character
        ('printf("%d,%i,%d", -2, +4, 30)', "-2,4,30"),
        ('printf("%.2e", 5139)', "5.14e+03"),
        ('printf("%.2f", pi())', "3.14"),
        ('printf("%.2g,%.2g", pi(), 123)', "3.1,1.2e+02"),
        ('printf("%o", 255)', "377"),
        ('printf("%s%z", "foo", "bar")', "foobar"),
        ('printf("%u", 99)', "99"),
        ('printf("%x,%X,%p", 10, 10, 10)', "a,A,A"),
        ('printf("100%%")', "100%"),
        ('printf("%\'d", 12345)', "12,345"),
        ('printf("%-4d", 1)', "1   "),
        ('printf("%04d", 1)', "0001"),
        ('printf("%+4d", 1)', "  +1"),
        ('printf("% -4d", 1)', " 1  "),
        ('printf("%#x", 1)', "0x1"),
        ('printf("%*d", 5, 123)', "  123"),
        ('printf("%.*f", 1, 1.23)', "1.2"),
        ('printf("%*.*e", 9, 2, pi())', " 3.14e+00"),
        ('tonumber("0101", 2)', 5),
        ('tonumber("0A4", 16)', 164),
        ('tostring(9, "binary")', "1001"),
        ('tostring(15, "hex")', "0xF"),
        ('tostring(12345.6789, "commas")', "12,345.68"),
        ('tostring(615, "duration")', "00:10:15"),
    ],
)
def test_examples(evaluate: Callable[[str, Row], Result], text: str, expected: Result) -> None:
    assert evaluate(text, {}) == expected


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ('ipmask("0.255.0.224", ip)', {"ip": "10.20.30.120"}, "0.20.0.96"),
        ('ipmask("255.0.0.0", ip)', {"ip": "host"}, None),
        ("tonumber(a)", {"a": "7.5"}, 7.5),
        ("tonumber(a)", {"a": " 7"}, None),
        ("tonumber(trim(a))", {"a": " 7 "}, 7),
        ("tonumber(a)", {"a": "seven"}, None),
        ("tonumber(a, 16)", {"a": "xyz"}, None),
        ("tonumber(a, 36)", {"a": "-z"}, -35),
        ("tonumber(a)", {"a": ["1", "2"]}, None),
        ('todouble("16.00")', {}, 16.0),
        ("todouble(a)", {"a": "x"}, None),
        ('toint("24")', {}, 24),
        ("toint(3.14)", {}, 3),
        ("toint(a)", {"a": "-3.14"}, -4),
        ('if(tobool(units), "In", "Out")', {"units": "12"}, "In"),
        ('if(tobool(units), "In", "Out")', {"units": "0"}, "Out"),
        ('if(tobool(a), "In", "Out")', {"a": "True"}, "In"),
        ("isnull(tobool(a))", {"a": "yes"}, True),
        ("tostring(1==1)", {}, "True"),
        ("tostring(1==2)", {}, "False"),
        ("tostring(a)", {"a": 0.5}, "0.5"),
        ("tostring(a)", {}, "Null"),
        ('tostring(a, "commas")', {"a": "x"}, "x"),
        ('tostring(a, "commas")', {"a": "1234567"}, "1,234,567"),
        ('tostring(a, "commas")', {"a": "-1234.5"}, "-1,234.50"),
        ('tostring(a, "hex")', {"a": "255"}, "0xFF"),
        ('tostring(a, "hex")', {"a": "-1"}, None),
        ('tostring(a, "binary")', {"a": 2**53}, None),
        ('tostring(a, "duration")', {"a": "59"}, "00:00:59"),
        ('tostring(a, "duration")', {"a": 90061}, "1+01:01:01"),
        ('tostring(a, "duration")', {"a": 1.5}, "00:00:01.500000"),
        ('tostring(a, "duration")', {"a": -60}, "-00:01:00"),
        ('tostring(a, "duration")', {"a": ["1", "2"]}, None),
        ('printf("%04.4f %-6s|", a, b)', {"a": "1.5", "b": "x"}, "1.5000 x     |"),
        ('printf("%5s", a)', {"a": "x"}, "    x"),
        ('printf("%.2s", a)', {"a": "xyz"}, "xy"),
        ('printf("%.3d", 5)', {}, "005"),
        ('printf("%.0d", 0)', {}, ""),
        ('printf("%#o", 8)', {}, "010"),
        ('printf("%08.2f", -1.5)', {}, "-0001.50"),
        ('printf("%#06x", 255)', {}, "0x00ff"),
        ('printf("%-*d|", 4, 7)', {}, "7   |"),
        ('printf("%E", 5139)', {}, "5.139000E+03"),
        ('printf("%\'.2f", 1234567.891)', {}, "1,234,567.89"),
        ('printf("%d", a)', {"a": "x"}, None),
        ('printf("%x", -1)', {}, None),
        ('printf("%s", a)', {}, "Null"),
        ("printf(f, 7)", {"f": "%03d"}, "007"),
        ("printf(f, 7)", {"f": "%d %d"}, None),
    ],
)
def test_rules(
    evaluate: Callable[[str, Row], Result], text: str, row: Row, expected: Result
) -> None:
    assert evaluate(text, row) == expected
