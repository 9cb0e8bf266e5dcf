"""FIELDALIAS, EVAL and the order of operations. Expected fields follow the Admin Manual, props.conf
(FIELDALIAS-<class>, EVAL-<fieldname>), and the Knowledge Manager Manual, "The sequence of
search-time operations" and "About calculated fields".
"""

from __future__ import annotations

import pytest

from splay.errors import ConfError
from splay.rows import Row
from tests.unit.knowledge.bench import Bench


@pytest.mark.parametrize(
    ("settings", "raw", "expected"),
    [
        ("FIELDALIAS-x = a AS b", "a=1", {"a": "1", "b": "1"}),
        ("FIELDALIAS-x = a as b", "a=1", {"a": "1", "b": "1"}),
        # AS: "replaces its value"; without an original "the <new_field_name> is removed"
        ("FIELDALIAS-x = a AS b", "a=1 b=2", {"a": "1", "b": "1"}),
        ("FIELDALIAS-x = a AS b", "b=2", {}),
        # ASNEW: "does not change it"; "is kept"
        ("FIELDALIAS-x = a ASNEW b", "a=1 b=2", {"a": "1", "b": "2"}),
        ("FIELDALIAS-x = a ASNEW b", "a=1", {"a": "1", "b": "1"}),
        ("FIELDALIAS-x = a ASNEW b", "b=2", {"b": "2"}),
        ("FIELDALIAS-x = a AS b a AS c", "a=1", {"a": "1", "b": "1", "c": "1"}),
        ("FIELDALIAS-x = a AS b, a AS c", "a=1", {"a": "1", "b": "1", "c": "1"}),
        ('FIELDALIAS-x = a AS "b c"', "a=1", {"a": "1", "b c": "1"}),
        ("FIELDALIAS-x = host AS a", "-", {"a": "h"}),
        # aliases do not see each other
        ("FIELDALIAS-x = a AS b\nFIELDALIAS-y = b AS c", "a=1 b=2", {"a": "1", "b": "1", "c": "2"}),
        ("FIELDALIAS-x = a AS b b AS a", "a=1 b=2", {"a": "2", "b": "1"}),
        # of two of one name "only one takes effect": silent on which; here the last
        ("FIELDALIAS-foo = userID AS user loginID AS user", "userID=1", {"userID": "1"}),
        (
            "FIELDALIAS-foo = userID AS user loginID AS user",
            "loginID=2 userID=1",
            {"loginID": "2", "userID": "1", "user": "2"},
        ),
        ("FIELDALIAS-x =", "a=1", {"a": "1"}),
    ],
)
def test_aliases(bench: Bench, settings: str, raw: str, expected: Row) -> None:
    assert bench.props(settings).fields(raw) == expected


@pytest.mark.parametrize(
    ("settings", "raw", "expected"),
    [
        ("EVAL-b = a*2", "a=3", {"a": "3", "b": 6}),
        # the manual's example: "x is assigned the original value of y * 2"
        ("EVAL-x = y*2\nEVAL-y = 100", "y=1", {"x": 2, "y": 100}),
        ("EVAL-x = y\nEVAL-y = x", "x=1 y=2", {"x": "2", "y": "1"}),
        # a calculated field overrides, also with null
        ("EVAL-a = null()", "a=3", {}),
        ("EVAL-a = coalesce(b, a)", "a=3", {"a": "3"}),
        ("EVAL-m = mvappend(a, b)", "a=1 b=2", {"a": "1", "b": "2", "m": ["1", "2"]}),
        ("EVAL-b =", "a=3", {"a": "3"}),
    ],
)
def test_calculated_fields(bench: Bench, settings: str, raw: str, expected: Row) -> None:
    assert bench.props(settings).fields(raw) == expected


def test_every_operation_sees_those_before_it_and_none_after(bench: Bench) -> None:
    bench.props(
        "EXTRACT-e = e(?<e>.)\n"
        "REPORT-r = r\n"
        "FIELDALIAS-a = k AS alias, calc AS no_alias_of_calculated\n"
        'EVAL-calc = alias."c"\n'
        "EVAL-no_calc_of_lookup = looked\n"
        "LOOKUP-l = l key AS calc OUTPUT looked eventtype AS no\n"
        "EXTRACT-no = (?<no_extract_of_report>.) in r",
        "[r]\nSOURCE_KEY = e\nREGEX = (.)\nFORMAT = r::$1\n[l]\nfilename = l.csv\n",
    )
    bench.write("lookups/l.csv", "key,looked,eventtype\n2c,found,\n")
    bench.write("default/eventtypes.conf", "[et]\nsearch = looked=found\n")
    bench.write("default/tags.conf", "[eventtype=et]\ntagged = enabled\n")
    assert bench.fields("e1 k=2") == {
        "e": "1",
        "r": "1",
        "k": "2",
        "alias": "2",
        "calc": "2c",
        "looked": "found",
        "eventtype": "et",
        "tag": "tagged",
        "tag::eventtype": "tagged",
    }


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ("EVAL-x = 1 +", "x", "EVAL-x: "),
        ("EVAL-x = nosuch(1)", "x", "EVAL-x: .*nosuch"),
        ("EVAL-x = a=1", "x", "cannot be true or false"),
        ("FIELDALIAS-x = a TO b", "b", "FIELDALIAS-x is not a list of aliases"),
        ("EVAL-x = replace(a, b, c)", "x", "EVAL-x: "),  # the pattern is the event's
    ],
)
def test_what_is_broken_is_an_error_where_its_field_is_wanted(
    bench: Bench, settings: str, field: str, words: str
) -> None:
    bench.props(f"{settings}\nEVAL-y = 2\nFIELDALIAS-z = c AS z")
    raw = "a=1 b=( c=3"
    assert bench.row(raw, "y", "z")["y"] == 2
    with pytest.raises(ConfError, match=words) as caught:
        bench.row(raw, field)
    assert "props.conf, line 2" in str(caught.value)


def test_an_alias_without_a_new_name_is_left_out_and_said_so(bench: Bench) -> None:
    """TA-Microsoft-Sysmon ships one; it names no field that could be wrong."""
    bench.props("FIELDALIAS-x = a\nFIELDALIAS-y = a AS b")
    assert bench.row("a=1")["b"] == "1"
    assert any("FIELDALIAS-x is left out" in text for _, text in bench.messages)
