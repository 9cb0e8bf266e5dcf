"""From text to events. Admin Manual, props.conf ("Line breaking"); what was measured stands in
witnesses.jsonl. Texts are cut by hand.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest

from splay.store import blocks
from splay.store.parsing import datedlines, linebreaking, lines
from tests.indextime.bench import Bench

HEAD = "2026-03-02T08:00:00Z"


@pytest.mark.parametrize(
    ("breaker", "text", "expected"),
    [
        ("([\\r\\n]+)REC", "REC a\nb\nREC c\n", ["REC a\nb", "REC c"]),
        ("(\\|)", "a|b|c", ["a", "b", "c"]),
        ("end(;)|(,)", "a end;b,c", ["a end", "b", "c"]),  # the first group that takes part
        ("([\\r\\n]+)(?=\\d)", "1 a\nx\n2 b", ["1 a\nx", "2 b"]),
    ],
)
def test_line_breaker(bench: Bench, breaker: str, text: str, expected: list[str]) -> None:
    bench.settings(f"LINE_BREAKER = {breaker}\nSHOULD_LINEMERGE = false")
    for size in (1, 7, 4096):
        with patch.object(blocks, "BLOCK", size):
            assert [raw.strip() for raw in bench.raws(text)] == expected


def test_nothing_between_two_breakers_is_no_event(bench: Bench) -> None:
    bench.settings("LINE_BREAKER = (;)\nSHOULD_LINEMERGE = false")
    text = ";;a;;b;;;c;;"
    assert bench.raws(text) == ["a", "b", "c"]
    assert bench.rows("* | stats count", text) == [{"count": 3}]
    assert bench.rows("* | stats count BY sourcetype", text) == [{"sourcetype": "t", "count": 3}]


def test_empty_lines_within_an_event_go(bench: Bench) -> None:
    assert bench.raws(f"{HEAD} a\r\n\r\n  b\r\n\r\n{HEAD} c\r\n") == [f"{HEAD} a\n  b", f"{HEAD} c"]


def test_each_line_is_cut_by_itself(bench: Bench) -> None:
    bench.settings("TRUNCATE = 24")
    text = f"{HEAD} abcdef\n  ghijklmnopqrstuvwxyz1234\n"
    rows = bench.rows("* | table _raw meta", text)
    assert rows == [{"_raw": f"{HEAD} abc\n  ghijklmnopqrstuvwxyz12", "meta": "truncated"}]


def test_a_letter_is_not_cut_in_two(bench: Bench) -> None:
    bench.settings("TRUNCATE = 24\nSHOULD_LINEMERGE = false")
    assert bench.raws(f"{HEAD} ab\u00e9\n") == [f"{HEAD} ab"]


@pytest.mark.parametrize("charset", ["ISO-8859-1", "UTF-16LE", "cp1252"])
def test_charset(bench: Bench, charset: str) -> None:
    bench.settings(f"CHARSET = {charset}\nNO_BINARY_CHECK = true")
    assert bench.raws(f"{HEAD} gr\u00fc\u00df\n".encode(charset)) == [f"{HEAD} gr\u00fc\u00df"]


def test_a_byte_that_the_charset_lacks_costs_one_letter(bench: Bench) -> None:
    """0x81 is no letter of Windows-1252 (Unicode's table of it); U+FFFD stands for what is none."""
    bench.settings("CHARSET = cp1252\nSHOULD_LINEMERGE = false")
    text = f"{HEAD} gr\u00fc\x81n\n{HEAD} b\n".encode("latin-1")
    assert bench.raws(text) == [f"{HEAD} gr\u00fc\ufffdn", f"{HEAD} b"]


@pytest.mark.parametrize("merge", ["true", "false"])
def test_a_line_that_is_too_long_to_be_held_is_left_out(
    bench: Bench, merge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, though it comes in many pieces; those around it are read."""
    for module in (lines, datedlines):
        monkeypatch.setattr(module, "MAX_EVENT", 100_000)
    monkeypatch.setattr(blocks, "BLOCK", 30_000)
    bench.settings(f"SHOULD_LINEMERGE = {merge}\nTRUNCATE = 0")
    long = f"{HEAD} " + "x" * 400_000
    for last in ("", "\n"):
        text = f"{HEAD} a\n{long}\n{HEAD} b\n{long}{last}"
        assert bench.raws(text) == [f"{HEAD} a", f"{HEAD} b"]
        assert any("2 events of more than 16 MB: left out" in said for said in bench.problems)


@pytest.mark.parametrize(
    "settings",
    [
        "SEDCMD-a = s/q/r/\nSHOULD_LINEMERGE = false",
        "LINE_BREAKER = ([\\r\\n]+)2026\nSHOULD_LINEMERGE = false",
        "INDEXED_EXTRACTIONS = tsv\nFIELD_NAMES = when",
    ],
    ids=["rewritten", "broken", "structured"],
)
def test_a_line_that_is_too_long_is_broken_and_costs_no_other(
    bench: Bench, settings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where lines are looked into one by one; TRUNCATE cuts each piece."""
    monkeypatch.setattr(linebreaking, "MAX_LINE", 100_000)
    monkeypatch.setattr(blocks, "BLOCK", 30_000)
    long = f"{HEAD} " + "x" * 500_000
    around = [f"{HEAD} {name}" for name in "abc"]
    found = bench.settings(settings).raws("\n".join((around[0], long, *around[1:])))
    assert [found[0], *found[-2:]] == around
    assert {len(raw) for raw in found[1:-2]} == {10_000}
    assert 3 <= len(found[1:-2]) <= 5  # of 100,000 to 190,000


@pytest.mark.parametrize("seed", range(6))
def test_both_readers_of_dated_lines_agree(bench: Bench, seed: int) -> None:
    """One looks for dates only where they can be, the other (here for the sake of a SEDCMD that
    finds nothing) into every line."""
    random = Random(seed)
    parts = [
        f"{HEAD} a 4876",
        "2026-03-02T08:00:01.5Z b",
        "Mar  2 08:00:00 2026 c",
        "x [02/Mar/2026:08:00:00 +0000] d 4876",
        "y [02/Mar/2026:08:00:00 +0000] e",
        "  at org.demo(Main.java:7)",
        "no date 10-20 1/2 4876",
        "\t1772438400 f",
        "g 1234 5678",
        "",
        "  ",
    ]
    for _ in range(25):
        text = "\n".join(random.choices(parts, k=random.randint(1, 40)))
        limit = f"MAX_EVENTS = {random.choice([2, 5, 256])}"
        spl = random.choice(["*", "4876"]) + " | table _time _raw"
        with patch.object(blocks, "BLOCK", random.choice([40, 300, 100_000])):
            quick = bench.settings(limit).rows(spl, text)
            slow = bench.settings(f"{limit}\nSEDCMD-a = s/nothing at all//").rows(spl, text)
        assert quick == slow


def test_all_events_are_counted(bench: Bench, tmp_path: Path) -> None:
    import splay

    log = tmp_path / "a.log"
    log.write_text(f"{HEAD} a\n b\n{HEAD} c\n" * 100)
    found = splay.search("nothing", data=[log], apps=[bench.folder / "app"])
    assert found.events == 200
