"""Values as text and numbers. The rules are those of the Search Reference, "eval" (Numeric
calculations, Long numbers); the two long averages are printed so under "sigfig".
"""

from __future__ import annotations

import copy
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.eval.value import Fixed, as_list, from_list, to_number, to_text
from splay.rows import Scalar, Value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", "x"),
        (5, "5"),
        (-5, "-5"),
        (5.0, "5"),
        (-0.5, "-0.5"),
        (0.1, "0.1"),
        (3.9900000000000055, "3.9900000000000055"),
        (3.990000000000215, "3.990000000000215"),
        (1534376565.299298, "1534376565.299298"),
        (9007199254740991.0, "9007199254740991"),
        (1e300, "1e+300"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (Fixed(1534143600, 6), "1534143600.000000"),
        (Fixed(2.5, 2), "2.50"),
        (Fixed(2.5, 0), "3"),
        (Fixed(math.inf, 2), "inf"),
    ],
)
def test_to_text(value: Scalar, expected: str) -> None:
    assert to_text(value) == expected


def test_a_fixed_number_is_copied_whole() -> None:
    number = Fixed(2.5, 2)
    assert to_text(copy.deepcopy(number)) == "2.50"
    assert to_text(pickle.loads(pickle.dumps(number))) == "2.50"
    assert to_text(number + 1) == "3.5"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("007", 7),
        ("5.", 5.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        (5, 5),
        (0.5, 0.5),
        ("", None),
        (" 5", None),
        ("5 ", None),
        ("5x", None),
        ("0x10", None),
        ("1_000", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("9" * 400, None),
        ("٣", None),
        (".", None),
        ("-", None),
        (["5", "6"], None),
        (None, None),
    ],
)
def test_to_number(value: Value | None, expected: float | None) -> None:
    assert to_number(value) == expected
    assert type(to_number(value)) is type(expected)


@pytest.mark.parametrize(
    ("value", "items"), [(None, []), ("x", ["x"]), (["x", "y"], ["x", "y"]), (5, [5])]
)
def test_lists(value: Value | None, items: list[Scalar]) -> None:
    assert as_list(value) == items
    assert from_list(items) == value


@given(st.floats(allow_nan=False))
def test_text_reads_back_as_the_same_number(value: float) -> None:
    back = to_number(to_text(value))
    assert back == value or (back is None and math.isinf(value))
