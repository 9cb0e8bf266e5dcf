"""What is acknowledged lasts: over a restart, and over a crash at any moment."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from splay.errors import DataError
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from splay.store.index import bucket
from splay.store.index.columns import read_summary
from splay.store.index.frames import MARK
from splay.store.index.indexes import Indexes
from tests.holding import some
from tests.server.lasting import Senders, event, found, indexed, opened
from tests.server.running import PASSWORD, ROOT, Server, refused, running


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand small files nothing has to survive a crash of the machine."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def stored(folder: Path, *batches: Sequence[str]) -> Path:
    """A folder of indexes whose index main has got these events; its journal."""
    indexes = Indexes(folder)
    for batch in batches:
        indexes.append([event(text) for text in batch])
    indexes.close()
    return folder / "main" / "000000000000.journal"


@pytest.mark.parametrize("warm", [False, True])
def test_events_come_back_as_they_were(tmp_path: Path, warm: bool) -> None:
    some = [
        Event("one", 1.5, "h", "s", "st", "main", 2.0, {"f": ["1", "2"], "g": "3"}),
        Event("zw\u00f6lf\nlines", 7.25, "h2", "s", "st", "main", 3.0),
        Event("two", 1.5, "h", "s", "st", "main", 2.0, {"g": "4"}),
    ]
    indexes = Indexes(tmp_path)
    indexes.append(some)
    if warm:
        indexes.get("main").roll()
    expected = [
        replace(one, fields={**one.fields, "_bkt": "main~0~splay", "_cd": f"0:{n}"})
        for n, one in enumerate(some)
    ]
    assert found(indexes) == expected
    indexes.close()
    assert found(Indexes(tmp_path)) == expected


def test_a_bucket_that_cannot_be_made_warm_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its columns cannot be written: what is acknowledged is there, and it takes more."""
    monkeypatch.setattr(bucket, "ROLL_EVENTS", 2)
    indexes = Indexes(tmp_path)
    in_the_way = tmp_path / "main" / "000000000000.new"
    in_the_way.mkdir(parents=True)
    for text in ("one", "two", "three"):
        indexes.append([event(text)])
    [only] = indexes.get("main").buckets
    assert only.hot
    in_the_way.rmdir()
    indexes.append([event("four")])
    assert not only.hot
    indexes.append([event("five")])
    assert len(indexes.get("main").buckets) == 2
    assert [one.raw for one in found(indexes)] == ["one", "two", "three", "four", "five"]
    indexes.close()
    assert len(found(Indexes(tmp_path))) == 5


@pytest.mark.usefixtures("unsynced")
def test_the_event_that_a_crash_has_cut_off_is_left_out(tmp_path: Path) -> None:
    """At whatever byte the crash came: what was acknowledged before is there, no more."""
    path = stored(tmp_path, ["first"])
    whole = path.stat().st_size
    stored(tmp_path, ["second"])
    data = path.read_bytes()
    for size in range(whole, len(data)):
        path.write_bytes(data[:size])
        assert opened(tmp_path) == (["first"], [])
        assert path.stat().st_size == whole
    path.write_bytes(data)
    assert opened(tmp_path) == (["first", "second"], [])


def test_goes_on_after_what_was_cut_off(tmp_path: Path) -> None:
    path = stored(tmp_path, ["first"])
    with path.open("ab") as file:
        file.write(MARK + b"\0\0")
    stored(tmp_path, ["second"])
    assert opened(tmp_path) == (["first", "second"], [])


@pytest.mark.usefixtures("unsynced")
def test_a_bit_at_every_byte(tmp_path: Path) -> None:
    """All events are there, or it is told: never a silent loss. What is told is kept aside."""
    batches = [["first", "and more"], ["second"], ["third"]]
    original = stored(tmp_path / "whole", *batches).read_bytes()
    every = [text for batch in batches for text in batch]
    for place in range(len(original)):
        folder = tmp_path / str(place)
        data = bytearray(original)
        data[place] ^= 1 << place % 8
        path = folder / "main" / "000000000000.journal"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        texts, told = opened(folder)
        assert len(told) == 1, place
        assert re.search(r"[\d,]+ bytes from byte [\d,]+ on cannot be read and were moved", told[0])
        (aside,) = path.parent.glob("*.damaged-1")
        assert aside.read_bytes() in data
        lost = [text for text in every if text not in texts]
        assert texts == [text for text in every if text not in lost]
        assert lost in batches  # one frame, and no more
        stored(folder, ["fourth"])
        assert opened(folder) == ([*texts, "fourth"], [])
        shutil.rmtree(folder)


@pytest.mark.usefixtures("unsynced")
def test_a_bit_at_every_byte_of_the_other_files(tmp_path: Path) -> None:
    """Columns are made again from the journal; deletions that cannot be read are told."""
    indexes = Indexes(tmp_path)
    indexes.append([event(text) for text in ("first", "second", "third")])
    indexes.get("main").roll()
    indexes.get("main").delete([1])
    indexes.close()
    for suffix in (".columns", ".deleted"):
        path = tmp_path / "main" / f"000000000000{suffix}"
        original = path.read_bytes()
        for place in range(len(original)):
            data = bytearray(original)
            data[place] ^= 1 << place % 8
            path.write_bytes(data)
            texts, told = opened(tmp_path)
            if suffix == ".columns":
                assert (texts, told) == (["first", "third"], []), place
            else:
                assert texts == ["first", "second", "third"]
                assert "events that were deleted are found again" in told[0]
        path.write_bytes(original)


def test_damage_is_told_on_the_board_and_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = stored(tmp_path / "db", ["first"], ["second"])
    data = bytearray(path.read_bytes())
    data[data.index(b"first")] ^= 1
    path.write_bytes(data)
    with closing(Splunkd([ROOT], tmp_path, "admin", PASSWORD, "")) as splunkd:
        (held,) = splunkd.messages.values()
    assert held["severity"] == "error"
    assert re.match(r"Index main: .* cannot be read and were moved to .*damaged-1", held["value"])
    assert [record.getMessage() for record in caplog.records] == [held["value"]]


def test_damage_in_the_middle_keeps_what_was_deleted(tmp_path: Path) -> None:
    path = stored(tmp_path, ["first"], ["second"], ["third", "fourth"])
    indexes = Indexes(tmp_path)
    indexes.get("main").delete([0, 3])
    indexes.close()
    data = bytearray(path.read_bytes())
    data[data.index(b"second")] ^= 1
    path.write_bytes(data)
    texts, told = opened(tmp_path)
    assert texts == ["third"]
    assert len(told) == 1
    assert opened(tmp_path) == (["third"], [])


def test_damage_that_comes_while_the_server_runs_is_found_and_told(tmp_path: Path) -> None:
    told: list[str] = []
    indexes = Indexes(tmp_path, lambda name, text: told.append(f"{name}: {text}"))
    for text in ("first", "second", "third"):
        indexes.append([event(text)])
    indexes.get("main").roll()
    path = tmp_path / "main" / "000000000000.journal"
    data = bytearray(path.read_bytes())
    data[data.index(b"second")] ^= 1
    path.write_bytes(data)
    indexes.examine(threading.Event())
    assert len(told) == 1
    assert told[0].startswith(f"main: {path}: ")
    assert [one.raw for one in found(indexes)] == ["first", "third"]


def test_a_journal_that_is_gone_is_told(tmp_path: Path) -> None:
    indexes = Indexes(tmp_path)
    indexes.append([event("first")])
    indexes.get("main").roll()
    indexes.append([event("second")])
    indexes.close()
    path = tmp_path / "main" / "000000000000.journal"
    path.unlink()
    assert opened(tmp_path) == (
        ["second"],
        [f"{path}: the file is not there any more, nor are its events"],
    )


@pytest.mark.parametrize("how", ["unlinked", "replaced", "with its folder"])
def test_nothing_is_acknowledged_into_a_file_without_a_name(tmp_path: Path, how: str) -> None:
    told: list[str] = []
    indexes = Indexes(tmp_path, lambda name, text: told.append(text))
    indexes.append([event("first")])
    path = tmp_path / "main" / "000000000000.journal"
    if how == "with its folder":
        shutil.rmtree(tmp_path / "main")
    else:
        path.unlink()
    if how == "replaced":
        path.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(DataError, match=r"main cannot be written: .* was removed or replaced"):
            indexes.append([event("second")])
    assert "was removed or replaced while it was in use" in told[0]


def test_the_journal_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    """Its frames had no CRC of the head; what was deleted, and what was retired, stood in it."""

    def frame(facts: dict[str, Any], text: bytes = b"") -> bytes:
        body = json.dumps(facts).encode() + b"\n" + text
        return struct.pack("<4sQI", b"SPLJ", len(body), zlib.crc32(body)) + body

    def events(first: int, *texts: str) -> bytes:
        count = len(texts)
        ends = list(accumulate(map(len, texts)))
        facts = {
            "first": first,
            "starts": [0, *ends],
            "lengths": [len(text) for text in texts],
            "times": [1.0] * count,
            "indextime": [2.0] * count,
            "origin_of": [0] * count,
            "origins": [["h", "s", "st", [["f", ["v"]]]]],
        }
        return frame(facts, "".join(texts).encode())

    old = tmp_path / "main.journal"
    old.write_bytes(events(3, "a", "bc") + frame({"deleted": [4], "next": 9}) + events(9, "d"))
    for _ in range(2):
        assert opened(tmp_path) == (["a", "d"], [])
    assert not old.exists()
    stored(tmp_path, ["e"])
    assert opened(tmp_path) == (["a", "d", "e"], [])


def test_what_cannot_be_synced_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes = Indexes(tmp_path)
    indexes.append([event("kept")])

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DataError, match="the index main cannot be written: No space left"):
            indexes.append([event("lost")])
    indexes.append([event("kept too")])
    assert [one.raw for one in found(indexes)] == ["kept", "kept too"]
    indexes.close()
    assert opened(tmp_path) == (["kept", "kept too"], [])


def test_many_buckets_hold_the_same_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "ROLL_EVENTS", 7)
    indexes = Indexes(tmp_path)
    for number in range(100):
        host = f"h{number % 3}"
        indexes.append([Event(f"n={number}", float(number), host, "s", "st", "main", 1.0)])
    for one in (indexes, Indexes(tmp_path)):
        assert len(one.get("main").buckets) == 15
        events = found(one)
        assert [event.raw for event in events] == [f"n={number}" for number in range(100)]
        assert [event.host for event in events] == [f"h{number % 3}" for number in range(100)]
        assert [event.fields["_cd"] for event in events] == [f"0:{n}" for n in range(100)]
        assert [event.time for event in events] == [float(number) for number in range(100)]
        assert one.get("main").span() == (0.0, 99.0)
        indexes.close()
    counts = [read_summary(path).count for path in (tmp_path / "main").glob("*.columns")]
    assert sum(counts) == 98  # the last two are in a hot bucket


def test_an_index_holds_nothing_of_its_events_in_memory(tmp_path: Path) -> None:
    """100 MB of events that differ: /proc/self/status, RssAnon (proc(5)), grows by less than 20."""
    code = r"""
import random, re, sys
from pathlib import Path
from splay.store.event import Event, Need, ReadReport
from splay.store.index.indexes import Indexes
from splay.store.literalscan import LiteralScan
def own():
    return int(re.search(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024
chance = random.Random(1)
indexes = Indexes(Path(sys.argv[1]))
def send(count):
    for n in range(count):
        raw = f"{n} {chance.getrandbits(8000):x}"
        indexes.append([Event(raw, float(n), "h", "s", "st", "main", 1.0) for _ in range(50)])
send(10)
before = own()
send(1000)
scan = indexes.get("main").scan(Need(), LiteralScan([("999 ",)]), ReadReport(), lambda: True)
assert sum(1 for _ in scan) >= 50
print(own() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert int(done.stdout) < 20


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
    for path in some(tmp_path.rglob("*")):
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
