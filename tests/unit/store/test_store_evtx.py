"""A real .evtx file, where one is at hand: $SPLAY_EVTX names it.

dissect.eventlog's source package ships one as tests/_data/TestLogX.evtx. Expected values
hold for any log: every record is an event in one line of XML that its channel names.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from splay.store.event import Event, Need, ReadReport
from splay.store.files import FileStore, InputSettings

pytest.importorskip("evtx", reason="the package evtx is not installed")


@pytest.fixture
def log() -> Path:
    path = Path(os.environ.get("SPLAY_EVTX", ""))
    if not path.is_file():
        pytest.skip("no .evtx file is at hand: set SPLAY_EVTX to one")
    return path


def read(path: Path, need: Need) -> tuple[list[Event], ReadReport]:
    report = ReadReport()
    return list(FileStore([path], InputSettings()).scan(need, report)), report


def test_records(log: Path, tmp_path: Path) -> None:
    found, report = read(log, Need())
    assert found
    assert report.events == len(found)
    assert report.bytes == log.stat().st_size
    for event in found:
        channel = event.raw.split("<Channel>")[1].split("<")[0]
        assert (event.source, event.sourcetype) == (f"XmlWinEventLog:{channel}", "XmlWinEventLog")
        assert event.host in event.raw
        assert event.raw.startswith("<Event ")
        assert event.raw.endswith("</Event>")
        assert ">\n" not in event.raw.split("<EventData>")[0]
        assert event.time > 0
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    assert [e.raw for e in read(packed, Need())[0]] == [e.raw for e in found]


def test_literals(log: Path) -> None:
    everything, _ = read(log, Need())
    wanted, report = read(log, Need((("<eventid",), (f"<eventrecordid>{_first(everything)}<",))))
    assert [e.raw for e in wanted] == [everything[0].raw]
    assert report.events == len(everything)


def _first(events: list[Event]) -> str:
    return events[0].raw.split("<EventRecordID>")[1].split("<")[0]
