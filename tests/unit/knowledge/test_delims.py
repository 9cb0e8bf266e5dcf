"""DELIMS and FIELDS. Expected fields follow the Admin Manual, transforms.conf (DELIMS, FIELDS); the
cases on which it is silent are marked.
"""

from __future__ import annotations

import pytest

from splay.errors import ConfError
from splay.rows import Row
from tests.unit.knowledge.bench import Bench


@pytest.mark.parametrize(
    ("transform", "raw", "expected"),
    [
        # the two examples of the manual
        ('DELIMS = "|", "="', "a=1|b=2", {"a": "1", "b": "2"}),
        (
            'DELIMS = ", "\nFIELDS = field1, field2, field3',
            "x, y, z",
            {"field1": "x", "field2": "y", "field3": "z"},
        ),
        # delimiters in a row count as one, unless FIELDS names the values
        ('DELIMS = "|;", "=:"', "a=1|;|b:=2;", {"a": "1", "b": "2"}),
        ('DELIMS = ","\nFIELDS = a, b, c', "1,,3", {"a": "1", "c": "3"}),
        (
            'DELIMS = ","\nFIELDS = a, b, c\nKEEP_EMPTY_VALS = 1',
            "1,,3",
            {"a": "1", "b": "", "c": "3"},
        ),
        ('DELIMS = ","\nFIELDS = a, b', "1,2,3", {"a": "1", "b": "2"}),
        ('DELIMS = ","\nFIELDS = a, b', "1", {"a": "1"}),
        # one set and no names: names and values in turn
        ('DELIMS = ","', "a,1,b,2,c", {"a": "1", "b": "2"}),
        (r'DELIMS = "\t"' + '\nFIELDS = "a b", c', "1\t2", {"a_b": "1", "c": "2"}),
        (r'DELIMS = "\\"' + "\nFIELDS = a, b", r"1\2", {"a": "1", "b": "2"}),
        (r'DELIMS = "\n", ":"', "a: 1\nb: 2", {"a": "1", "b": "2"}),
        ('DELIMS = "|", "="', "a-b=1", {"a_b": "1"}),
        ('DELIMS = "|", "="\nCLEAN_KEYS = false', "a-b=1", {"a-b": "1"}),
        ('DELIMS = ","\nFIELDS = a-b, c\nCLEAN_KEYS = false', "1,2", {"a-b": "1", "c": "2"}),
        ('DELIMS = "|", "="', "a=1|a=2", {"a": "1"}),
        ('DELIMS = "|", "="\nMV_ADD = true', "a=1|a=2", {"a": ["1", "2"]}),
        ('DELIMS = "|", "="', "a=1|junk|b=2=3", {"a": "1", "b": "2=3"}),
        ('DELIMS = "|", "="', "a=|b=2", {"b": "2"}),
        # escaped double quotes are part of a value; silent on delimiters between quotes
        ('DELIMS = ","\nFIELDS = a, b', r'"x, \"y\"",2', {"a": 'x, "y"', "b": "2"}),
        ('DELIMS = ",", "="', 'a="1,2",b=3', {"a": "1,2", "b": "3"}),
        ('DELIMS = ","\nFIELDS = a, b', '"x,y', {"a": '"x', "b": "y"}),
        ('SOURCE_KEY = host\nDELIMS = ","\nFIELDS = a', "-", {"a": "h"}),
    ],
)
def test_delims(bench: Bench, transform: str, raw: str, expected: Row) -> None:
    bench.props("KV_MODE = none\nREPORT-a = one", f"[one]\n{transform}\n")
    assert bench.fields(raw) == expected


@pytest.mark.parametrize(
    "transform",
    [
        "DELIMS = ,\nFIELDS = a",
        'DELIMS = "a", "b", "c"\nFIELDS = a',
        'DELIMS = "|", "="\nFIELDS = a',
        'DELIMS = ""\nFIELDS = a',
    ],
)
def test_delims_that_cannot_be_used(bench: Bench, transform: str) -> None:
    bench.props("REPORT-a = one", f"[one]\n{transform}\n")
    with pytest.raises(ConfError, match=r"the transform \[one\]: (DELIMS|FIELDS)"):
        bench.row("-", "a")
