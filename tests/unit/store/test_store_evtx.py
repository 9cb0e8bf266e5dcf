"""A real .evtx file: the Security log that tests/real_evtx.py fetches, or the one that
$SPLAY_EVTX names.

Expected values hold for any log: every record is an event in one line of XML that its channel
names.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.real_evtx import FILE

pytest.importorskip("evtx", reason="the package evtx is not installed")


@pytest.fixture
def log() -> Path:
    path = Path(os.environ.get("SPLAY_EVTX", FILE))
    if not path.is_file():
        pytest.skip("the real Security log was not fetched: no network at set-up")
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


def test_detection_on_a_security_log_without_a_backup(log: Path) -> None:
    root = str(Path(__file__).parents[3])
    result = CliRunner().invoke(main, ["detect", "--app", root, str(log)])
    assert result.exit_code == 1
    assert "did not fire" in result.stdout
