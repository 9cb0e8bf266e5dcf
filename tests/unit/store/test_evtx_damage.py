"""Damaged and cut .evtx logs: what is behind the damage is read, what is missing is said."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.errors import DataError
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.evtx_files import CHUNK, HEAD, evtx, records
from tests.sample_events import Style, event, render

ROOT = str(Path(__file__).parents[3])
ORDINARY = 4624


def log(count: int, backup: int, per_chunk: int = 10) -> bytearray:
    """A log of so many events, one of which is a backup."""
    events = [
        render(event(4876 if number == backup else ORDINARY, record=number), Style())
        for number in range(1, count + 1)
    ]
    return bytearray(evtx(events, per_chunk))


def read(
    path: Path, data: bytes | bytearray, need: Need | None = None
) -> tuple[list[Event], ReadReport]:
    path.write_bytes(data)
    report = ReadReport()
    return list(FileStore([path], InputSettings()).scan(need or Need(), report)), report


def detect(path: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), *more])
    return result.exit_code, result.stdout + result.stderr


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Security.evtx"


def test_a_sound_log_is_read_without_a_word(path: Path) -> None:
    found, report = read(path, log(25, 24))
    assert (len(found), report.bad_events, report.problems) == (25, 0, [])
    assert not report.incomplete


def test_a_zeroed_signature_costs_nothing(path: Path) -> None:
    """The record's two sizes and its number tell that it is there."""
    data = log(10, 9)
    place = records(data)[3]
    data[place : place + 4] = bytes(4)
    found, report = read(path, data)
    assert (len(found), report.problems) == (10, [])


def test_what_is_behind_an_overwritten_record_is_read(path: Path) -> None:
    data = log(10, 9)
    places = records(data)
    data[places[3] : places[4]] = b"\xee" * (places[4] - places[3])
    found, report = read(path, data)
    assert (len(found), report.events, report.bad_events) == (9, 9, 1)
    assert report.problems == [
        f"{path}: 1 record is damaged or missing and could not be recovered: 1 of 10 at byte 4,096"
    ]
    code, text = detect(path)
    assert code == 0
    assert "1 of 10 at byte 4,096" in text


def test_a_filtered_read_says_the_same(path: Path) -> None:
    data = log(30, 29)
    places = records(data)
    data[places[13] : places[14]] = b"\xee" * (places[14] - places[13])
    found, report = read(path, data, Need((("4876",),)))
    assert (len(found), report.events, report.bad_events) == (1, 29, 1)


def test_a_record_whose_values_are_damaged_is_told_of(path: Path) -> None:
    data = log(10, 9)
    place = records(data)[3] + 24 + 4 + 6  # of its template's definition
    struct.pack_into("<I", data, place, 0xFFFFFF)
    found, report = read(path, data)
    assert (len(found), report.bad_events) == (9, 1)


def test_a_chunk_without_a_head(path: Path) -> None:
    data = log(30, 15)
    data[HEAD + CHUNK : HEAD + CHUNK + 128] = bytes(128)
    found, report = read(path, data)
    assert len(found) == 30
    assert report.unread == 1
    (line,) = report.problems
    assert "a chunk without a sound head (at byte 69,632): 10 records" in line


def test_a_log_without_a_used_chunk_holds_nothing(tmp_path: Path) -> None:
    """As Windows makes it: room for events, and none in it. A search for a word reads it, too."""
    path = tmp_path / "Empty.evtx"
    path.write_bytes(evtx([render(event(4876), Style())])[:HEAD] + bytes(CHUNK))
    for need in (Need(), Need(literals=(("4876",),))):
        with pytest.raises(DataError, match="No event could be read"):
            list(FileStore([path], InputSettings()).scan(need, ReadReport()))


def test_a_zeroed_chunk(path: Path) -> None:
    data = log(30, 5)
    data[HEAD + CHUNK : HEAD + 2 * CHUNK] = bytes(CHUNK)
    found, report = read(path, data)
    assert (len(found), report.bad_events) == (20, 10)
    assert report.problems == [
        f"{path}: 1 of the 3 chunks that its head declares is missing: by the records' numbers "
        "10 events"
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_cut_in_the_middle(path: Path, packed: bool) -> None:
    """The head declares 4 chunks, the cut one's own head 10 records, the next number is 41."""
    data = log(40, 35)
    cut = bytes(data[: records(data)[14] + 100])
    if packed:
        path = path.with_suffix(".evtx.gz")
    found, report = read(path, gzip.compress(cut) if packed else cut)
    assert len(found) == 14
    assert report.bad_events == 26
    assert "6 of 10 at byte 69,632" in report.problems[0]
    assert "2 of the 4 chunks that its head declares are missing" in report.problems[1]


def test_silence_of_a_damaged_log_is_not_taken_for_silence(path: Path) -> None:
    data = log(40, 35)
    path.write_bytes(data[: HEAD + CHUNK])
    for arguments in ([], ["--expect", "silent"]):
        code, text = detect(path, *arguments)
        assert code == 3
        assert "3 of the 4 chunks" in text
    path.write_bytes(log(40, 41))
    assert detect(path, "--expect", "silent")[0] == 0
    assert detect(path)[0] == 1


def test_a_log_that_was_not_closed_has_more_chunks_than_its_head_says(path: Path) -> None:
    """libevtx: the head of a log in use is written when it is closed (flag at offset 120)."""
    data = log(30, 5)
    struct.pack_into("<Q", data, 24, 1)
    struct.pack_into("<H", data, 42, 1)
    struct.pack_into("<I", data, 120, 1)
    found, report = read(path, data)
    assert (len(found), report.problems) == (30, [])


def test_records_of_an_older_round_are_no_events(path: Path) -> None:
    """A chunk that is used again keeps what is behind its free space; so do dirty ones, but there
    a record may be numbered on."""
    data = log(10, 9)
    places = records(data)
    struct.pack_into("<Q", data, HEAD + 16, 6)  # the last record's number
    struct.pack_into("<I", data, HEAD + 48, places[6] - HEAD)  # free space
    struct.pack_into("<Q", data, places[6] + 8, 3)
    assert len(read(path, data)[0]) == 6
    struct.pack_into("<Q", data, places[6] + 8, 7)
    found, report = read(path, data)
    assert (len(found), report.problems) == (10, [])
