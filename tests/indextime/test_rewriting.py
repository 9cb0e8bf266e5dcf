"""Events that settings change before they are indexed. Expected results are by the words of Admin
Manual, props.conf (SEDCMD, TRANSFORMS) and transforms.conf, worked out by hand.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.indextime.bench import Bench

HEAD = "2026-03-02T08:00:00Z"
LINE = f'{HEAD} host=inner code=7 text="two words"\n'


def changed(bench: Bench, transform: str, columns: str, text: str = LINE, **more: Any) -> Any:
    bench.settings("TRANSFORMS-a = one\nSHOULD_LINEMERGE = false", f"[one]\n{transform}\n")
    return bench.rows(f"index=* | reverse | table _raw {columns}", text, **more)


@pytest.mark.parametrize(
    ("transform", "columns", "expected"),
    [
        ("REGEX = host=(\\w+)\nDEST_KEY = MetaData:Host\nFORMAT = host::$1", "host", "inner"),
        ("REGEX = .\nDEST_KEY = MetaData:Source\nFORMAT = source::s", "source", "s"),
        ("REGEX = .\nDEST_KEY = MetaData:Sourcetype\nFORMAT = sourcetype::u", "sourcetype", "u"),
        ("REGEX = .\nDEST_KEY = _MetaData:Index\nFORMAT = other", "index", "other"),
        ("REGEX = code=(\\d)\nFORMAT = c::$1\nWRITE_META = true", "c", "7"),
        ("REGEX = code=(\\d)\nWRITE_META = true", "one", "7"),  # the transform's own name
        ('REGEX = text="([^"]+)"\nFORMAT = t::"$1"\nWRITE_META = true', "t", "two words"),
        ("REGEX = code=(\\d)\nFORMAT = $0 c::$1\nDEST_KEY = _meta", "c", "7"),
        ("REGEX = code=(?<c>\\d)\nWRITE_META = true", "c", "7"),
        (
            "REGEX = (?<_KEY_1>code)=(?<_VAL_1>\\d)\nWRITE_META = true\nFORMAT = x::y",
            "x",
            "y",
        ),
        ("REGEX = .\nDEST_KEY = _raw\nFORMAT = <$0>", "_raw", f"<{LINE.strip()}>"),
        ("SOURCE_KEY = MetaData:Host\nREGEX = host::(.)\nFORMAT = h::$1\nWRITE_META = 1", "h", "u"),
        ("REGEX = (\\w)=\nFORMAT = k::$1\nWRITE_META = 1\nREPEAT_MATCH = 1", "k", ["t", "e", "t"]),
        ("INGEST_EVAL = c=len(host)", "c", "7"),  # of unknown
        ('INGEST_EVAL = c="a", c="b"', "c", ["a", "b"]),  # = adds
        ('INGEST_EVAL = c="a", c:="b"', "c", "b"),  # := replaces
        ('INGEST_EVAL = c="a", c:=null()', "c", None),
        ('INGEST_EVAL = _raw=replace(_raw, "7", "8"), sourcetype="v"', "sourcetype", "v"),
        ("INGEST_EVAL = _time=_time+60", "_time", "2026-03-02T08:01:00.000+00:00"),
    ],
)
def test_a_transform(bench: Bench, transform: str, columns: str, expected: Any) -> None:
    [row] = changed(bench, transform, columns)
    value = row.get(columns)
    assert (str(value) if columns == "_time" else value) in (expected, "1772438460")


def test_no_indexed_field_replaces_the_event_s_time_or_text(bench: Bench) -> None:
    transform = "REGEX = code=(\\d)\nFORMAT = _time::$1 _raw::$1 _indextime::$1\nWRITE_META = true"
    assert changed(bench, transform, "_time") == [{"_raw": LINE.strip(), "_time": 1772438400}]


def test_an_assignment_that_fails_costs_no_other(bench: Bench) -> None:
    """What it fails by, a pattern that does not close, is known only with the event."""
    transform = 'INGEST_EVAL = a="1", b=replace(_raw, host."(", "x"), c="2"'
    assert changed(bench, transform, "a b c") == [{"_raw": LINE.strip(), "a": "1", "c": "2"}]
    assert any("[one]" in each and "unknown(" in each for each in bench.problems), bench.problems


def test_events_are_dropped_or_kept(bench: Bench) -> None:
    text = f"{HEAD} keep me\n{HEAD} drop me\n"
    drop = "REGEX = drop\nDEST_KEY = queue\nFORMAT = nullQueue"
    assert changed(bench, drop, "", text) == [{"_raw": f"{HEAD} keep me"}]
    only = "[all]\nREGEX = .\nDEST_KEY = queue\nFORMAT = nullQueue\n"
    only += "[some]\nREGEX = keep\nDEST_KEY = queue\nFORMAT = indexQueue\n"
    bench.settings("TRANSFORMS-a = all, some\nSHOULD_LINEMERGE = false", only)
    assert bench.raws(text) == [f"{HEAD} keep me"]
    gone = 'INGEST_EVAL = queue=if(match(_raw, "drop"), "nullQueue", queue)'
    assert changed(bench, gone, "", text) == [{"_raw": f"{HEAD} keep me"}]


def test_a_clone_goes_its_own_way(bench: Bench) -> None:
    """It has the transform's change and those of its new sourcetype; the event stays as it is."""
    default = bench.folder / "app" / "default"
    (default / "props.conf").write_text(
        "[default]\nSHOULD_LINEMERGE = false\n[t]\nTRANSFORMS-a = copy\n"
        "[u]\nSEDCMD-a = s/ann/bob/\n"
    )
    (default / "transforms.conf").write_text(
        "[copy]\nREGEX = (user=\\w+)\nCLONE_SOURCETYPE = u\nDEST_KEY = _raw\nFORMAT = $1\n"
    )
    rows = bench.rows("* | table sourcetype _raw | sort sourcetype", f"{HEAD} user=ann x\n")
    assert rows == [
        {"sourcetype": "t", "_raw": f"{HEAD} user=ann x"},
        {"sourcetype": "u", "_raw": "user=bob"},
    ]


def test_what_follows_can_be_left_out(bench: Bench) -> None:
    transforms = '[stop]\nSTOP_PROCESSING_IF = match(_raw, "red")\n'
    transforms += "[mark]\nREGEX = .\nFORMAT = m::1\nWRITE_META = true\n"
    bench.settings("TRANSFORMS-a = stop, mark\nSHOULD_LINEMERGE = false", transforms)
    text = f"{HEAD} red\n{HEAD} blue\n"
    assert bench.rows("* | reverse | table m", text) == [{}, {"m": "1"}]


def test_classes_run_in_ascii_order_and_sedcmd_goes_first(bench: Bench) -> None:
    transforms = "".join(
        f"[{name}]\nREGEX = (.*)\nDEST_KEY = _raw\nFORMAT = $1{name}\n" for name in "abc"
    )
    bench.settings("TRANSFORMS-2 = c\nTRANSFORMS-10 = a, b\nSEDCMD-z = s/$/!/", transforms)
    assert bench.raws(f"{HEAD} x") == [f"{HEAD} x!abc"]


def test_an_indexed_field_is_found_by_its_value(bench: Bench) -> None:
    """Though the text has no such letters: what settings change is not sifted by its text."""
    transform = "REGEX = code=7\nFORMAT = kind::seven\nWRITE_META = true"
    bench.settings("TRANSFORMS-a = one", f"[one]\n{transform}\n")
    assert len(bench.rows("kind=seven", LINE)) == 1
    assert bench.rows("kind=eight", LINE) == []


def test_indexed_fields_are_counted(bench: Bench) -> None:
    """tstats takes them from the index alone, with all of their values."""
    transform = "REGEX = (\\w+)=\nFORMAT = k::$1\nWRITE_META = 1\nREPEAT_MATCH = 1"
    bench.settings("TRANSFORMS-a = one", f"[one]\n{transform}\n")
    rows = bench.rows("| tstats count WHERE index=* BY k", LINE)
    assert rows == [{"k": name, "count": 1} for name in ("code", "host", "text")]


@pytest.mark.parametrize(
    ("props", "transforms", "said"),
    [
        ("TRANSFORMS-a = nosuch", "", "names the transform [nosuch], which is not there"),
        ("TRANSFORMS-a = one", "[one]\nREGEX = (\nDEST_KEY = _raw", "cannot be read"),
        ("TRANSFORMS-a = one", "[one]\nREGEX = .", "neither DEST_KEY nor WRITE_META"),
        ("TRANSFORMS-a = one", "[one]\nFORMAT = x", "neither REGEX nor INGEST_EVAL"),
        ("TRANSFORMS-a = one", "[one]\nINGEST_EVAL = a=nosuch(1)", "[one]"),
        ("TRANSFORMS-a = one", "[one]\nINGEST_EVAL = 1+", "there is no assignment"),
        (
            "TRANSFORMS-a = one",
            "[one]\nREGEX = .\nDEST_KEY = _TCP_ROUTING\nFORMAT = g",
            "_TCP_ROUTING is not followed",
        ),
        ("SEDCMD-a = s/(/x/", "", "SEDCMD-a is not followed"),
        ("TIME_FORMAT = %Ez", "", "TIME_FORMAT is not followed"),
        ("TIME_FORMAT = %x", "", "variable %x is not supported"),
        ("TIME_FORMAT = %X", "", "variable %X is not supported"),
        ("TIME_PREFIX = (", "", "TIME_PREFIX is not followed: the regular expression '(' cannot"),
        ("TZ = Mars/Base", "", "'Mars/Base' is no time zone"),
        ("CHARSET = klingon", "", "CHARSET is not followed"),
        ("MAX_EVENTS = many", "", "MAX_EVENTS is not followed"),
        ("SHOULD_LINEMERGE = maybe", "", "SHOULD_LINEMERGE is not followed"),
        ("LINE_BREAKER = x", "", "it has no group"),
        ("INDEXED_EXTRACTIONS = yaml", "", "'yaml' is none of"),
        ("FIELD_DELIMITER = ab\nINDEXED_EXTRACTIONS = csv", "", "FIELD_DELIMITER is not followed"),
        ("DATETIME_CONFIG = /etc/mine.xml", "", "DATETIME_CONFIG is not followed"),
        ("METRIC-SCHEMA-TRANSFORMS = a", "", "METRIC-SCHEMA-TRANSFORMS is not followed"),
        ("RULESET-a = b", "", "rulesets are not run"),
    ],
)
def test_what_is_not_followed_is_said(bench: Bench, props: str, transforms: str, said: str) -> None:
    rows = bench.settings(props, transforms).rows("* | tail 1 | table _raw", LINE + LINE)
    assert any(said in problem for problem in bench.problems), bench.problems
    assert rows == [{"_raw": LINE.strip()}]


def test_shipped_settings_are_never_complained_of(bench: Bench) -> None:
    for sourcetype in ("syslog", "access_combined", "csv", "_json", "stash", "log4j", "iis"):
        bench.rows("* | table _raw", f"{HEAD} a\n{HEAD} b\n", sourcetype=sourcetype)
        assert [each for each in bench.problems if "not followed" in each] == []
