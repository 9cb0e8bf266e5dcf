"""Default fields. Expected values follow the Knowledge Manager Manual, "Use default fields"; what
is punctuation, the manual's example under "punct" and events that Splunk indexed.
"""

from __future__ import annotations

import pytest

from splay.knowledge.defaults import base_row, punct
from splay.rows import Row
from splay.store.event import Event
from tests.unit.knowledge.bench import Bench


def test_what_the_index_knows() -> None:
    event = Event("raw", 1.5, "h", "s", "t", "i", 2.0, {"a": "1", "b": ["2", "3"]})
    assert base_row(event) == {
        "_time": 1.5,
        "_indextime": 2,
        "_raw": "raw",
        "host": "h",
        "source": "s",
        "sourcetype": "t",
        "index": "i",
        "a": "1",
        "b": ["2", "3"],
    }
    assert repr(base_row(Event("raw", 3.0, "h", "s", "t"))["_time"]) == "3"


def test_indexed_fields_are_kept_by_extractions(bench: Bench) -> None:
    assert bench.row("a=raw", "a", fields={"a": "indexed"})["a"] == "indexed"


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        ("", "1"),
        ("a", "1"),
        ("a\n", "1"),
        ("a\nb", "2"),
        ("a\r\nb\r\n", "2"),
        ("a\x0bb\u2028", "1"),
    ],
)
def test_linecount(bench: Bench, raw: str, lines: str) -> None:
    assert bench.row(raw, "linecount")["linecount"] == lines


SYSMON = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    "<Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/>"
    "<EventID>5</EventID><Version>3</Version><Level>4</Level><Task>5</Task></System></Event>"
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # an event of this form as public exports of Splunk show its punct: fifty characters
        (SYSMON, "<_='://../////'><><_='--'_='{----}'/><></><></><><"),
        # by the words of the manual: letters and digits go, a space is _
        ('1.2.3.4 - - [01/Jul/2005:12:05:27 -0700] "GET /a?b=c"', '..._-_-_[//:::_-]_"_/?="'),
        # over all lines: measured on 10.4.0
        ("a\tb_c\nd!", "t_!"),
        ("a\r\n", ""),
        ("é", ""),
    ],
)
def test_punct(raw: str, expected: str) -> None:
    assert punct(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # 11 June 2026 is a Thursday
        (
            "x 2026-06-11T09:08:07.123+02:00",
            ("9", "11", "8", "june", "7", "thursday", "2026", "120"),
        ),
        ("2026-06-11 09:08:07", ("9", "11", "8", "june", "7", "thursday", "2026", "local")),
        ("2026-06-11T09:08:07Z", ("9", "11", "8", "june", "7", "thursday", "2026", "0")),
        ("2026-06-11T09:08:07-0730", ("9", "11", "8", "june", "7", "thursday", "2026", "-450")),
        # the classic form of a Windows event; what comes first counts
        (
            "06/11/2026 09:08:07 PM\nx 2025-01-01 00:00:00",
            ("21", "11", "8", "june", "7", "thursday", "2026", "local"),
        ),
        ("06/11/2026 12:08:07 AM", ("0", "11", "8", "june", "7", "thursday", "2026", "local")),
        ("no time", None),
        ("2026-13-11 09:08:07", None),
    ],
)
def test_dates(bench: Bench, raw: str, expected: tuple[str, ...] | None) -> None:
    names = ("hour", "mday", "minute", "month", "second", "wday", "year", "zone")
    row = bench.row(raw)
    found: Row = {name: row[name] for name in row if name.startswith("date_")}
    wanted = zip(names, expected or (), strict=bool(expected))
    assert found == {f"date_{name}": value for name, value in wanted}


def test_the_server_is_splay(bench: Bench) -> None:
    assert bench.row("-")["splunk_server"] == "splay"


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        # counted by hand, from 0; the end is the place after the last character
        ("2026-06-11 09:08:07 x", ("0", "19")),
        ("at 2026-06-11T09:08:07.123Z x", ("3", "27")),
        ("<06/11/2026 09:08:07 PM>", ("1", "23")),
        ("no time", None),
    ],
)
def test_where_the_time_stands(bench: Bench, raw: str, place: tuple[str, str] | None) -> None:
    row = bench.row(raw)
    found = (row["timestartpos"], row["timeendpos"]) if "timestartpos" in row else None
    assert found == place
