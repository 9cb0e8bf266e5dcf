"""What is retired goes, and nothing else: neither what is newer nor what comes afterwards.

Source: indexes.conf.spec; Managing Indexers, "Set a retirement and archiving policy".
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from splay.store.event import Need, ReadReport
from splay.store.index.indexes import Indexes
from splay.store.literalscan import LiteralScan
from tests.server.lasting import event, found, opened


@pytest.mark.parametrize("kept", [True, False], ids=["some are kept", "all are retired"])
def test_what_comes_after_retention_lasts(tmp_path: Path, kept: bool) -> None:
    """indexes.conf.spec, frozenTimePeriodInSecs: only what is old goes, and nothing after it."""
    told: list[str] = []
    indexes = Indexes(tmp_path, lambda name, text: told.append(text))
    indexes.append([event("old"), event("as old")])
    indexes.get("main").roll()
    young = ["young"] if kept else []
    indexes.append([replace(event(text), time=1000.0) for text in young])
    indexes.get("main").freeze(now=1000.0, max_age=500.0, max_bytes=1e9)
    assert [one.raw for one in found(indexes)] == young
    indexes.append([event("newest")])  # as old as the first, in a bucket that is written to
    indexes.get("main").freeze(now=1000.0, max_age=500.0, max_bytes=1e9)
    assert [one.raw for one in found(indexes)] == [*young, "newest"]
    again = Indexes(tmp_path, lambda name, text: told.append(text))  # nothing was closed
    events = found(again)
    assert [one.raw for one in events] == [*young, "newest"]
    assert [one.fields["_cd"] for one in events] == [f"0:{n + 2}" for n in range(len(events))]
    again.append([event("after the restart")])
    assert opened(tmp_path)[0] == [*young, "newest", "after the restart"]
    assert told == []


def test_retention_by_size_takes_the_oldest(tmp_path: Path) -> None:
    """indexes.conf.spec, maxTotalDataSizeMB: the oldest bucket goes first, as far as it must."""
    indexes = Indexes(tmp_path)
    for moment in (3.0, 1.0, 2.0):  # 40 bytes each
        indexes.append([replace(event(f"{moment}" + "." * 37), time=moment)])
        indexes.get("main").roll()
    size = indexes.get("main").size() // 3
    for most, left in ((3 * size, [3.0, 1.0, 2.0]), (3 * size - 1, [3.0, 2.0]), (0, [])):
        indexes.get("main").freeze(now=4.0, max_age=100.0, max_bytes=most)
        assert [one.time for one in found(indexes)] == left
    assert opened(tmp_path) == ([], [])


def test_only_what_is_written_to_is_open(tmp_path: Path) -> None:
    """A server with many buckets must not run out of files (ulimit -n)."""
    indexes = Indexes(tmp_path)
    for number, text in enumerate(("first", "second", "third")):
        indexes.append([event(text)])
        assert open_below(tmp_path) == [tmp_path / "main" / f"{number:012}.journal"]
        indexes.get("main").roll()
        assert open_below(tmp_path) == []
    indexes.get("main").freeze(now=1e10, max_age=1.0, max_bytes=1e9)
    assert sorted(path.name for path in (tmp_path / "main").glob("0*")) == []


def open_below(folder: Path) -> list[Path]:
    """The files of ``folder`` that this process holds open; others are not the test's."""
    held = []
    for one in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed by another thread since it was listed
            held.append(one.readlink())
    return [path for path in held if path.is_relative_to(folder)]


def test_damage_is_mended_and_what_comes_after_it_lasts(tmp_path: Path) -> None:
    """The journal is written anew under the running index."""
    indexes = Indexes(tmp_path)
    for text in ("first", "second", "third"):
        indexes.append([event(text)])
    indexes.get("main").roll()
    path = tmp_path / "main" / "000000000000.journal"
    data = bytearray(path.read_bytes())
    data[data.index(b"first")] ^= 1
    path.write_bytes(data)
    indexes.examine(threading.Event())
    indexes.append([event("fourth")])
    assert opened(tmp_path) == (["second", "third", "fourth"], [])


def test_what_was_read_is_counted_over_all_buckets(tmp_path: Path) -> None:
    """Events that cannot match are read, too; those of a bucket that is too new at a look."""
    indexes = Indexes(tmp_path)
    for moment, texts in ((1.0, ["one", "three"]), (2.0, ["two"]), (9.0, ["later", "on"])):
        indexes.append([replace(event(text), time=moment) for text in texts])
        indexes.get("main").roll()
    report = ReadReport()
    need = Need((("two",),), latest=5.0)
    scan = indexes.get("main").scan(need, LiteralScan(need.literals), report, lambda: True)
    assert [one.raw for one in scan] == ["two"]
    assert (report.events, report.bytes) == (5, indexes.get("main").size())


def test_what_is_retired_while_a_search_runs_is_left_out(tmp_path: Path) -> None:
    indexes = Indexes(tmp_path)
    for moment, text in ((1000.0, "first"), (1.0, "old"), (1000.0, "last")):
        indexes.append([replace(event(text), time=moment)])
        indexes.get("main").roll()
    scan = indexes.get("main").scan(Need(), LiteralScan(()), ReadReport(), lambda: True)
    assert next(scan).raw == "first"
    indexes.get("main").freeze(now=1000.0, max_age=500.0, max_bytes=1e9)
    assert [one.raw for one in scan] == ["last"]
