"""What is acknowledged lasts: over a restart, and over a crash at any moment."""

from __future__ import annotations

import json
import os
from array import array
from pathlib import Path

import pytest

from splay.errors import DataError
from splay.store.event import Event
from splay.store.index.indexes import Indexes
from splay.store.index.journal import Journal
from splay.store.index.segments import Segment, make_segment
from tests.server.lasting import Senders, indexed
from tests.server.running import Server, refused, running


def made(first: int, *texts: str) -> Segment:
    fields = {"f": ["1", "2"]}
    return make_segment(first, [Event(t, 1.5, "h", "s", "st", "i", 2.0, fields) for t in texts])


def texts(segments: list[Segment]) -> list[bytes]:
    return [segment.raw(number) for segment in segments for number in range(len(segment))]


def test_a_segment_comes_back_as_it_was(tmp_path: Path) -> None:
    segment = made(7, "one", "zwölf\nlines")
    journal = Journal(tmp_path / "i.journal")
    journal.append(segment)
    journal.append_deleted([8])
    assert Journal(tmp_path / "i.journal").read() == ([segment], {8}, 9)


def test_a_frame_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    """At whatever byte the crash came: what was acknowledged before is there, no more."""
    path = tmp_path / "i.journal"
    journal = Journal(path)
    journal.append(made(0, "first"))
    whole = path.stat().st_size
    journal.append(made(1, "second"))
    data = path.read_bytes()
    for size in range(whole, len(data)):
        path.write_bytes(data[:size])
        assert texts(Journal(path).read()[0]) == [b"first"]
        assert path.stat().st_size == whole
    path.write_bytes(data)
    assert texts(Journal(path).read()[0]) == [b"first", b"second"]


def test_goes_on_after_a_frame_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "i.journal"
    Journal(path).append(made(0, "first"))
    with path.open("ab") as file:
        file.write(b"SPLJ\0\0")
    journal = Journal(path)
    journal.read()
    journal.append(made(1, "second"))
    assert texts(Journal(path).read()[0]) == [b"first", b"second"]


def test_damage_before_the_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "i.journal"
    journal = Journal(path)
    journal.append(made(0, "first"))
    journal.append(made(1, "second"))
    data = bytearray(path.read_bytes())
    data[data.index(b"first")] ^= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"i\.journal: the index is damaged at byte 0"):
        Journal(path).read()


def test_what_cannot_be_synced_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes = Indexes(tmp_path)
    indexes.append([Event("kept", 1.0, "h", "s", "st")])

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DataError, match="the index main cannot be written: No space left"):
            indexes.append([Event("lost", 1.0, "h", "s", "st")])
    indexes.append([Event("kept too", 1.0, "h", "s", "st")])
    assert texts(indexes.get("main").segments) == [b"kept", b"kept too"]
    indexes.close()
    assert texts(Indexes(tmp_path).get("main").segments) == [b"kept", b"kept too"]


def test_joined_segments_hold_the_same_events(tmp_path: Path) -> None:
    indexes = Indexes(None)
    for number in range(100):
        host = f"h{number % 3}"
        indexes.append([Event(f"n={number}", float(number), host, "s", "st", "main", 1.0)])
    index = indexes.get("main")
    assert len(index.segments) < 10
    found = [s.event(n, "main") for s in index.segments for n in range(len(s))]
    assert [event.raw for event in found] == [f"n={number}" for number in range(100)]
    assert [event.host for event in found] == [f"h{number % 3}" for number in range(100)]
    assert [event.fields["_cd"] for event in found] == [f"0:{number}" for number in range(100)]
    assert array("d", range(100)) == array("d", [event.time for event in found])


# ---- whole servers ----


def count(server: Server, search: str) -> int:
    text = server.connect().jobs.oneshot(f"{search} | stats count", output_mode="json_rows").read()
    return int(json.loads(text)["rows"][0][0])


def test_over_a_restart(tmp_path: Path) -> None:
    with running("--data", str(tmp_path)) as server:
        service = server.connect()
        service.indexes.create("kept").submit("an event")
        service.macros.create("kept_macro", "index=kept")
        service.users.create("kept_user", "their password", ["user"])
    with running("--data", str(tmp_path)) as server:
        assert count(server, "search `kept_macro`") == 1
        assert server.connect(username="kept_user", password="their password").token
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"their password" not in path.read_bytes(), path


def test_over_a_crash_while_it_indexes(tmp_path: Path) -> None:
    """The process is killed while four clients send: every event that was acknowledged is there."""
    with running("--data", str(tmp_path), "--plain") as server:
        senders = Senders(server, "abcd")
        senders.wait_for(200)
        assert server.process
        server.process.kill()
        senders.join()
    found = indexed(tmp_path)
    assert set(senders.acknowledged) <= set(found) <= set(senders.sent)
    assert len(found) == len(set(found))


def test_a_folder_serves_one_server(tmp_path: Path) -> None:
    with running("--data", str(tmp_path)):
        second = refused("--data", str(tmp_path))
    assert second == f"Error: {tmp_path}: another splay serve uses this folder. " + (
        "End it, or name another folder with --data\n"
    )
