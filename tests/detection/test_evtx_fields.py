"""With an add-on's transforms, every named value of an .evtx log's events is a field.

The events' values are the ones that tests/sample_events.py gives them. SPLAY_EVTX_FOLDER names a
folder of real logs, whose every record is then read or said to be missing.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from splay.errors import DataError
from splay.store.event import Need, ReadReport
from splay.store.evtx.chunks import CHUNK, HEAD, chunk_of
from splay.store.files.filestore import FileStore, InputSettings
from tests.evtx_files import evtx
from tests.holding import some
from tests.sample_events import Style, event, render
from tools.evtx_fields import has, named_values, tally

ADD_ON = Path(__file__).parents[1] / "fixtures" / "Splunk_TA_windows_stand_in"


def test_each_named_value_is_a_field(tmp_path: Path) -> None:
    made = [event(4876), event(4624), event(4624, data={"TargetUserName": "a & b <c>"})]
    (tmp_path / "Security.evtx").write_bytes(evtx([render(each, Style()) for each in made]))
    found = tally(tmp_path, [ADD_ON])
    assert (found.files, found.events) == (1, 3)
    assert found.values == sum(len(each["data"]) for each in made)
    assert not found.absent


def test_a_value_that_no_field_has_is_told() -> None:
    raw = render(event(4876, data={"BackupType": "2"}), Style())
    assert ("BackupType", "2") in set(named_values(raw))
    assert has({"BackupType": ["1", "2"]}, "BackupType", "2")
    assert not has({"BackupType": "1"}, "BackupType", "2")
    assert not has({}, "BackupType", "2")


def _logs() -> list[Path]:
    folder = os.environ.get("SPLAY_EVTX_FOLDER", "")
    return sorted(Path(folder).rglob("*.evtx")) if folder else []


@pytest.mark.skipif(not _logs(), reason="SPLAY_EVTX_FOLDER names no folder of .evtx logs")
def test_real_logs_are_read_as_they_declare_it() -> None:
    """Each chunk's own head tells how many records it has."""
    for path in some(_logs()):
        data = path.read_bytes()
        chunks = [chunk_of(data[at : at + CHUNK], at) for at in range(HEAD, len(data), CHUNK)]
        declared = sum(chunk.declared for chunk in chunks)
        report = ReadReport()
        try:
            list(FileStore([path], InputSettings()).scan(Need(), report))
        except DataError:
            assert not declared or report.problems, path
        assert report.events + report.bad_events >= declared, path
        assert report.events == declared or report.incomplete, path
        assert bool(report.problems) == report.incomplete, path
