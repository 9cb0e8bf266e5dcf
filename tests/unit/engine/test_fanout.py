"""A search divided among processes gives what one process gives: rows, counts and problems."""

from __future__ import annotations

import multiprocessing
import os
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from splay import shapes
from splay.apps import AppSet
from splay.engine import fanout
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.errors import DataError
from splay.rows import Results
from splay.store.event import ReadReport
from splay.store.files.filestore import FileStore, InputSettings, Share
from splay.store.files.shares import divide
from tests.holding import every
from tests.long_evtx import long_evtx
from tests.real_evtx import FILE as REAL_EVTX
from tests.sample_events import Style, event, render

ROOT = Path(__file__).parents[3]
START = datetime(2026, 3, 10, tzinfo=UTC)
SPL = "* | stats count min(_time) max(_time) values(EventCode) dc(dest) BY Caller_User_Name dest"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")


def log(path: Path, newline: str = "\n", spoil: bool = False) -> Path:
    """2,000 audit events of 5 CAs and 3 callers; spoiled: some without a time, halves, a
    declaration before an event."""
    lines = []
    for number in range(2000):
        line = render(
            event(
                (4876, 4877, 4885)[number % 3],
                time=START + timedelta(seconds=number),
                computer=f"ca{number % 5}.example.com",
                data={"SubjectUserName": f"user{number % 3}"},
            ),
            Style(pretty=number % 7 == 0),
        )
        if spoil and number % 97 == 3:
            line = line.replace("SystemTime", "Other")
        if spoil and number % 89 == 5:
            line = line[: len(line) // 2]
        if spoil and number % 83 == 7:
            line = "<!DOCTYPE x>" + line
        lines.append(line)
    path.write_bytes(newline.join(lines).encode().replace(b"user2", b"us\xffr2"))
    return path


def run(path: Path, processes: bool, spl: str = SPL) -> tuple[Results, ReadReport]:
    context = new_context(AppSet([ROOT]), START.timestamp())
    plan = make_plan(spl, context)
    report = ReadReport()
    store = FileStore([path], InputSettings())
    return run_plan(plan, store, context, report, processes=processes), report


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "SHARE", 100_000)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.mark.parametrize("newline", ["\n", ""])
@pytest.mark.parametrize("spoil", [False, True])
def test_the_result_is_that_of_one_process(tmp_path: Path, newline: str, spoil: bool) -> None:
    path = log(tmp_path / "security.log", newline, spoil)
    assert len(list(divide(path, fanout.SHARE))) > 5
    alone, one = run(path, processes=False)
    together, two = run(path, processes=True)
    assert together == alone
    assert (two.files, two.bytes, two.events) == (one.files, one.bytes, one.events)
    assert two.bad_events == one.bad_events
    assert one.bytes == path.stat().st_size
    assert (one.bad_events > 0) == spoil


@pytest.fixture
def evtx() -> bytes:
    if not REAL_EVTX.is_file():
        pytest.skip("the real Security log was not fetched: no network at set-up")
    return b"".join(long_evtx(REAL_EVTX.read_bytes(), 20))


@pytest.mark.parametrize("cut", [0, 30_000])
def test_an_evtx_file_is_divided_at_its_chunks(tmp_path: Path, evtx: bytes, cut: int) -> None:
    path = tmp_path / "Security.evtx"
    path.write_bytes(evtx[: len(evtx) - cut])
    parts = [part for part in divide(path, fanout.SHARE) if part]
    assert [part.start for part in parts] == [0, *range(4096 + 65536, len(evtx) - 65536, 65536)]
    assert parts[-1].end == path.stat().st_size
    assert every(part.before for part in parts[1:])
    alone, one = run(path, processes=False)
    together, two = run(path, processes=True)
    assert together == alone
    assert two == one
    assert one.bytes == path.stat().st_size
    declared = _records_in(evtx)
    assert one.events + one.bad_events == 20 * declared
    assert (one.bad_events > 0) == (cut > 0)
    assert one.events > 19 * declared  # of the last chunk up to the cut


def _records_in(evtx: bytes) -> int:
    """Of its first chunk, by the chunk's own head: the number of the last."""
    return int.from_bytes(evtx[4096 + 16 : 4096 + 24], "little")


def test_many_small_files_are_shared_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        log(tmp_path / f"{number}.log")
    (tmp_path / "none.log").write_bytes(b"")
    monkeypatch.setattr(fanout, "SHARE", 3_000_000)
    shares = FileStore([tmp_path], InputSettings()).shares(fanout.SHARE)
    assert [len(share.parts) for share in shares] == [2, 2, 2]
    assert run(tmp_path, processes=True) == run(tmp_path, processes=False)


def test_a_file_that_cannot_be_read_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = log(tmp_path / "a.log"), log(tmp_path / "b.log")
    whole = Path.open

    def opened(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == bad.name:
            raise PermissionError(13, "Permission denied")
        return whole(path, *args, **options)

    monkeypatch.setattr(Path, "open", opened)
    _, report = run(tmp_path, processes=True)
    assert report.events == good.read_bytes().count(b"</Event>")
    assert f"{bad}: cannot be read (Permission denied)" in report.problems


def test_parts_cover_the_file_once_and_begin_with_events(tmp_path: Path) -> None:
    path = log(tmp_path / "security.log")
    data = path.read_bytes()
    parts = [part for part in divide(path, 100_000) if part]
    assert parts[0].start == 0
    assert parts[-1].end == len(data)
    for before, after in pairwise(parts):
        assert before.end == after.start
        assert data[after.start :].startswith(b"<Event ")
        assert after.before is not None


@pytest.mark.parametrize(
    "spl",
    [
        "* | head 3 | stats count",  # the order of events matters before the stats
        "* | stats sum(EventCode)",  # sums of fractions depend on their order
        "* | stats list(EventCode)",
        "* | table EventCode",
        "| makeresults | stats count",
    ],
)
def test_other_searches_are_left_to_one_process(spl: str) -> None:
    context = new_context(AppSet([ROOT]), START.timestamp())
    assert fanout.divisible(make_plan(spl, context), context) is None


def test_streaming_commands_before_the_stats_run_in_each_process(tmp_path: Path) -> None:
    path = log(tmp_path / "security.log")
    spl = 'EventCode=4876 | eval a=upper(dest) | where a!="CA1.EXAMPLE.COM" | stats count BY a'
    assert run(path, True, spl) == run(path, False, spl)


@pytest.mark.parametrize(
    "spl",
    [
        "* | timechart span=1h count dc(dest) BY EventCode",
        "* | timechart span=7s count BY Caller_User_Name limit=1",
        "* | timechart span=1d max(_time) min(EventCode)",
        "* | chart limit=1 count min(_time) OVER dest BY Caller_User_Name",
        "* | chart dc(dest) OVER EventCode span=10",
        "EventCode=4876 | rare Caller_User_Name BY dest",
        "* | top limit=1 useother=t Caller_User_Name EventCode",
        "* | head 7 | table _time _raw",
        "* | head 0",
        "* | tail 3 | table _time _raw",
    ],
)
@pytest.mark.parametrize("spoil", [False, True])
@pytest.mark.parametrize("by_shape", [False, True])
def test_tables_and_the_newest_are_those_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spl: str, spoil: bool, by_shape: bool
) -> None:
    monkeypatch.setattr(shapes, "ENABLED", by_shape)
    path = log(tmp_path / "security.log", spoil=spoil)
    alone, _ = run(path, False, spl)
    monkeypatch.setattr(shapes, "ENABLED", True)
    together, _ = run(path, True, spl)
    assert together == alone


def test_what_a_search_appends_comes_once(tmp_path: Path) -> None:
    """However many shares there are: 2,000 events and three rows more."""
    search = "* | append [| makeresults count=3] | stats count"
    results, _ = run(log(tmp_path / "security.log"), True, search)
    assert results.rows == [{"count": 2003}]


def test_small_files_and_other_text_are_not_divided(tmp_path: Path) -> None:
    assert list(divide(log(tmp_path / "security.log"), 100_000_000)) == [None]
    text = tmp_path / "other.log"
    text.write_text("a line\n" * 100_000)
    assert list(divide(text, 100_000)) == [None]


def test_no_event_at_all_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "security.log"
    broken = render(event(4876), Style()).replace("<System>", "<!DOCTYPE x><System>")
    path.write_text("\n".join([broken] * 500))
    assert len(list(divide(path, fanout.SHARE))) > 2
    with pytest.raises(DataError, match="No event could be read"):
        run(path, processes=True)


def test_progress_tells_what_all_processes_have_read(tmp_path: Path) -> None:
    path = log(tmp_path / "security.log")
    told: list[int] = []
    context = new_context(AppSet([ROOT]), START.timestamp())
    report = ReadReport()
    store = FileStore([path], InputSettings())
    run_plan(make_plan(SPL, context), store, context, report, told.append, processes=True)
    assert sum(told) == report.bytes == path.stat().st_size


def broken(share: Share) -> None:
    raise DataError("broken")


def test_an_error_in_one_process_ends_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(tmp_path / "security.log")
    monkeypatch.setattr(fanout, "_one", broken)
    with pytest.raises(DataError, match="broken"):
        run(tmp_path, processes=True)
    assert multiprocessing.active_children() == []
