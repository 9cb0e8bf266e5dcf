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
