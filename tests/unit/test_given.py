"""What callers give `import splay`, of right and of wrong kinds, and what they get."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from click.testing import CliRunner

import splay
from splay.cli.main import main


def test_results_are_a_sequence_of_rows() -> None:
    """docs/library.md; of what a sequence can do: the Python Standard Library, collections.abc."""
    results = splay.search("sort n", rows=[{"n": "3"}, {"n": "1"}, {"n": "2"}])
    assert isinstance(results, Sequence)
    assert results[0] == {"n": "1"}
    assert results[-1] == {"n": "3"}
    assert results[:2] == [{"n": "1"}, {"n": "2"}]
    assert {"n": "2"} in results
    assert next(reversed(results)) == {"n": "3"}
    with pytest.raises(IndexError):
        results[3]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1, None, "b"], ["1", "b"]),
        (("a",), "a"),
        ([], None),
        (None, None),
        (True, "true"),
        (Decimal("1.5"), "1.5"),
        (Fraction(1, 4), "0.25"),
    ],
    ids=["None within a list", "a tuple of one", "an empty list", "None", "truth", "1.5", "1/4"],
)
def test_values_of_the_caller_become_those_of_a_search(given: object, expected: object) -> None:
    """A list of one is one value, and None is no field: `splay.rows`. A truth value is `true`, as
    in an event that is JSON (RFC 8259, 3)."""
    rows: list[dict[str, Any]] = [{"kept": "k", "a": given}]
    row = splay.search('eval b=mvmap(a, a."")', rows=rows)[0]
    assert row.get("b") == expected
    assert ("a" in row) == (expected is not None)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_a_datetime_without_a_zone_is_in_the_users_zone(zone: str) -> None:
    """As is a time without one in a search; Kolkata is five and a half hours ahead of UTC."""
    start = {"UTC": 1_577_836_800, "Asia/Kolkata": 1_577_836_800 - 19_800}[zone]
    events = [splay.Event(f"n={n}", start - 1.0 + n, "h", "s", "st") for n in (0, 1)]
    found = splay.search("* | table n", events=events, earliest=datetime(2020, 1, 1), tz=zone)
    assert found.rows == [{"n": "1"}]


EVENT: dict[str, Any] = {"raw": "x", "time": 1, "host": "h", "source": "s", "sourcetype": "t"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"spl": None}, r"the search is no text but None \(NoneType\)"),
        ({"spl": "  "}, r"the search is empty. Write \*"),
        ({"data": 5}, "5 is no path. Give a path as text"),
        ({"data": b"logs"}, "b'logs' is no path"),
        ({"data": [None]}, "None is no path"),
        ({"data": io.StringIO("x")}, "StringIO.* is no path"),
        ({"data": ""}, r"a path is empty. Write \. for"),
        ({"apps": [""], "data": "x"}, "a path is empty"),
        ({"data": "x", "data_folder": ""}, "a path is empty"),
        ({"events": "x"}, r"events is no list but 'x' \(str\). Write events=\[...\]"),
        ({"events": ["x"]}, r"events\[0\] is no splay.Event but 'x' \(str\). Make one with"),
        ({"events": [splay.Event(**EVENT | {"raw": b"x"})]}, r"events\[0\]: raw is no text"),
        ({"events": [splay.Event(**EVENT | {"time": "noon"})]}, "time is 'noon'.*seconds since"),
        ({"rows": {"a": 1}}, "rows is no list but {'a': 1}"),
        ({"rows": [{}, ["a"]]}, r"rows\[1\] is \['a'\] \(list\). Give mappings"),
        ({"rows": [{1: "a"}]}, r"rows\[0\]: the field's name 1 is no text"),
        ({"rows": [{"a": [b"x"]}]}, r"rows\[0\]: the value of 'a' is b'x' \(bytes\). A value is"),
        ({"data": "x", "earliest": None}, 'earliest is no time: None.*"" for all time'),
        (
            {"data": "x", "earliest": "now", "latest": "-1d"},
            r"latest \(-1d\) is not after earliest",
        ),
        (
            {"data": "x", "earliest": 7, "latest": 7},
            r"latest \(7\) is not after earliest \(7\)\. Wr",
        ),
        ({"data": "x", "earliest": 1e30, "latest": 7.0}, r"latest \(7.0\) is not after earliest"),
        ({"data": "x", "latest": -1}, r"latest \(-1\) is not after earliest \(0\)"),
        ({"data": "x", "now": "noon"}, "now is no time: 'noon'. Give epoch seconds or a datetime"),
        ({"data": "x", "tz": 2}, "2 is no time zone. Use an IANA name"),
    ],
)
def test_what_is_of_the_wrong_kind_is_one_error(options: dict[str, Any], message: str) -> None:
    with pytest.raises(splay.OptionError, match=message):
        splay.search(**{"spl": "*"} | options)


@pytest.mark.parametrize("command", [["search", "*", ""], ["hunt", "", "--app", "."], ["test", ""]])
def test_an_empty_path_is_not_this_folder(command: list[str]) -> None:
    """As of "$LOGS" where LOGS is not set."""
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 2
    assert "The path is empty. Write . for the folder that this runs in." in done.output
