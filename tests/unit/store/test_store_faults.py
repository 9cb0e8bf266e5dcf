"""What is wrong in files is noted, never passed over, and never stops what can be read.

Expected values: counted by hand from the text that each test writes.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from splay.errors import DataError
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.holding import every
from tests.sample_events import Style, event, render

MB = 1024 * 1024
ONE = render(event(4876), Style())
HALF = ONE[:400]
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


def read(*paths: Path, need: Need | None = None) -> tuple[list[Event], ReadReport]:
    report = ReadReport()
    store = FileStore(paths, InputSettings())
    return list(store.scan(need or Need(), report)), report


def write(folder: Path, data: str | bytes, name: str = "a.log") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    ("text", "whole", "bad", "said"),
    [
        (f"{HALF}\n{ONE}", 1, 1, "1 event without a beginning"),
        (f"{ONE}\n{HALF}", 1, 1, "1 event without a beginning"),
        (f"{ONE}\n{HALF}\n{HALF}\n{ONE}", 2, 2, "2 events without a beginning"),
        (f"{ONE[400:]}\n{ONE}", 1, 1, "1 event without a beginning"),
        (f"{ONE}\n{ONE[400:]}", 1, 1, "1 event without a beginning"),
        (f"{ONE}\n{HALF}{ONE}\n{ONE}", 3, 1, "1 event without a beginning"),
        (f"{ONE}\n<Event>{ONE}\n{ONE}", 3, 1, "1 event without a beginning"),
        (f"{ONE}\n{HALF}{ONE}{ONE[400:]}\n{ONE}", 3, 2, "2 events without a beginning"),
        (f"{ONE}\n<note/>\n{ONE}", 2, 0, "7 bytes of text"),
        (f"{ONE}\n{ONE}\n<note></note>\n", 2, 0, "13 bytes of text"),
        (f"{BOMB}\n{ONE}\n{ONE}", 1, 1, "DOCTYPE or ENTITY"),
        (f"<?xml version='1.0'?>{BOMB}{ONE}\n{ONE}", 1, 1, "DOCTYPE or ENTITY"),
        (f"{ONE}\n{ONE.replace('<System>', '<!ENTITY a SYSTEM b><System>')}", 1, 1, "ENTITY"),
        (f"{ONE}\n{ONE.replace('2026-03-10T', 'yesterday ')}", 2, 0, "without a usable time"),
    ],
)
@pytest.mark.parametrize("literals", [(), (("4876",),)])
def test_xml_faults(
    tmp_path: Path,
    text: str,
    whole: int,
    bad: int,
    said: str,
    literals: tuple[tuple[str, ...], ...],
) -> None:
    path = write(tmp_path, text)
    found, report = read(path, need=Need(literals))
    assert (len(found), report.events, report.bad_events) == (whole, whole, bad)
    assert len(report.problems) == 1
    assert said in report.problems[0]
    assert report.problems[0].startswith(str(path))


def test_faults_are_counted_where_nothing_matches(tmp_path: Path) -> None:
    _, report = read(write(tmp_path, f"{ONE}\n{HALF}\n{ONE}"), need=Need((("no such",),)))
    assert (report.events, report.bad_events, len(report.problems)) == (2, 1, 1)


@pytest.mark.parametrize("need", [Need(), Need((("last",),))])
@pytest.mark.parametrize("form", ["xml", "classic"])
def test_a_missing_time_is_that_of_the_event_before(tmp_path: Path, need: Need, form: str) -> None:
    def one(name: str) -> str:
        return render(event(4876, data={"SubjectUserName": name}), Style(form))

    def untimed(name: str) -> str:
        return one(name).replace("2026-03-10T", "T").replace("03/10/2026", "13/40/2026")

    path = write(
        tmp_path, "\n".join([untimed("zero"), one("one"), untimed("two"), untimed("last")])
    )
    os.utime(path, (1000, 1000))
    found, _ = read(path, need=need)
    expected = [1000, 1773135015, 1773135015, 1773135015]
    assert [int(e.time) for e in found] == (expected if not need.literals else expected[-1:])


def test_a_time_is_remembered_across_blocks(tmp_path: Path) -> None:
    filler = render(event(4624), Style())
    texts = [filler] * 2500 + [ONE.replace("2026-03-10T", "T")]
    found, _ = read(write(tmp_path, "\n".join(texts)), need=Need((("4876",),)))
    assert int(found[0].time) == 1773135015


def test_windows_zero_time_is_no_time(tmp_path: Path) -> None:
    path = write(tmp_path, ONE.replace("2026-03-10T09:30:15.403719000Z", "1601-01-01T00:00:00Z"))
    os.utime(path, (1000, 1000))
    assert read(path)[0][0].time == 1000


def test_invalid_utf8_is_replaced_and_counted(tmp_path: Path) -> None:
    bad = ONE.encode().replace(b"svc-backup", b"J\xf6rg")
    found, report = read(write(tmp_path, bad + b"\n" + bad + b"\n" + ONE.encode()))
    assert [("J�rg" in e.raw) for e in found] == [True, True, False]
    assert len(report.problems) == 1
    assert "2 events with bytes that are not valid UTF-8" in report.problems[0]


def _missing(folder: Path) -> Path:
    return folder / "none.log"


def _empty(folder: Path) -> Path:
    return write(folder, "")


def _binary(folder: Path) -> Path:
    return write(folder, b"\x7fELF\0\0\0\1" * 1000)


def _no_files(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder


def _half(folder: Path) -> Path:
    return write(folder, HALF)


def _bomb(folder: Path) -> Path:
    return write(folder, f"<?xml version='1.0'?>{BOMB}<lolz>&b;</lolz>")


def _other_xml(folder: Path) -> Path:
    return write(folder, "<?xml version='1.0'?><note>hello</note>")


def _no_event(folder: Path) -> Path:
    return write(folder, "<Events></Events>")


def _gzip_damage(folder: Path) -> Path:
    return write(folder, b"\x1f\x8b not gzip at all", "a.gz")


def _evtx_damage(folder: Path) -> Path:
    return write(folder, b"ElfFile\0" + b"\0" * 5000, "a.evtx")


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.log")
    return folder / "pipe.log"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_missing, "there is no such file or folder"),
        (_empty, "the file is empty"),
        (_binary, "this is a binary file"),
        (_no_files, "this folder holds no files"),
        (_half, "1 event without a beginning"),
        (_bomb, "DOCTYPE or ENTITY"),
        (_other_xml, "text that is part of no event"),
        (_no_event, "there is no event in it"),
        (_gzip_damage, "gzip data is damaged"),
        (_fifo, "this is a pipe. Logs are read from files alone"),
    ],
)
def test_nothing_readable(tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    path = make(tmp_path)
    with pytest.raises(DataError) as caught:
        read(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    if make not in (_missing, _no_files, _fifo):
        good = write(tmp_path, ONE, "good.log")
        found, report = read(path, good)
        assert len(found) == 1
        assert len(report.problems) == (0 if make is _no_event else 1)


def test_links_in_a_folder_are_read_or_told(tmp_path: Path) -> None:
    """A link to a file is the file; one to a folder within the same one has been read already."""
    logs, elsewhere = tmp_path / "logs", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (logs / "below").mkdir(parents=True)
    write(logs / "below", ONE, "good.log")
    write(elsewhere, ONE, "other.log")
    (logs / "again.log").symlink_to(logs / "below" / "good.log")
    (logs / "below" / "up").symlink_to(logs, target_is_directory=True)
    assert (len(read(logs)[0]), read(logs)[1].problems) == (1, [])
    (logs / "gone.log").symlink_to(tmp_path / "nothing")
    (logs / "latest").symlink_to(elsewhere, target_is_directory=True)
    found, report = read(logs)
    assert len(found) == 1
    assert report.incomplete
    assert report.problems == [
        f"{logs / 'gone.log'}: cannot be read (No such file or directory)",
        f"{logs / 'latest'}: links to a folder, and is not followed: name the folder as well",
    ]
    assert FileStore([logs], InputSettings()).size() > 0  # what progress is shown of


def test_standard_input_is_told() -> None:
    with pytest.raises(DataError, match=r"-: this is standard input\. Logs are read from files"):
        read(Path("-"))


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders and files called closed may not be opened, whoever runs the test."""

    def refusing(opened: Callable[..., Any]) -> Callable[..., Any]:
        def instead(path: Any, *args: Any, **options: Any) -> Any:
            if Path(str(path)).stem == "closed":
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return opened(path, *args, **options)

        return instead

    monkeypatch.setattr(os, "scandir", refusing(os.scandir))
    monkeypatch.setattr(Path, "open", refusing(Path.open))


@pytest.mark.usefixtures("closed")
def test_a_folder_that_may_not_be_listed_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    (folder / "closed").mkdir(parents=True)
    write(folder, ONE, "a.log")
    found, report = read(folder)
    assert len(found) == 1
    assert report.problems == [f"{folder / 'closed'}: cannot be read (Permission denied)"]
    assert report.incomplete
    with pytest.raises(DataError, match=r"closed: cannot be read \(Permission denied\)"):
        read(folder / "closed")


def test_damaged_evtx(tmp_path: Path) -> None:
    pytest.importorskip("evtx", reason="the package evtx is not installed")
    with pytest.raises(DataError, match=r"evtx file cannot be read|no event in it"):
        read(_evtx_damage(tmp_path))


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_cut_gzip_gives_what_came_before(tmp_path: Path, keep: float) -> None:
    texts = [render(event(4876, record=n), Style()) for n in range(500)]
    packed = gzip.compress("\n".join(texts).encode())
    found, report = read(write(tmp_path, packed[: int(len(packed) * keep)], "a.gz"))
    assert [e.raw for e in found] == texts[: len(found)]
    assert len(found) > 500 * keep - 100
    assert any("gzip data stops before its end" in line for line in report.problems)


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        (b"x" * 40 * MB + b"\n" + ONE.encode() + b"\n", 1),
        (ONE.encode() + b"\n" + b"x" * 40 * MB + b"\n" + ONE.encode() + b"\n", 1),
        (ONE.encode() + b"\n" + ONE.encode()[:400] + b"x" * 40 * MB + b"</Event>\n", 1),
        (
            ONE.encode() + b"\n" + ONE.encode()[:400] + b"x" * 17 * MB + b"</Event>" + ONE.encode(),
            1,
        ),
        (ONE.encode() + b"\n" + ONE.encode()[:400] + b"x" * 40 * MB, 1),
        (
            render(event(4876), Style("classic")).encode()
            + b"x" * 40 * MB
            + b"\n"
            + render(event(4876), Style("classic")).encode(),
            1,
        ),
        (b"2026-03-10 09:30:15 a\n" + b"x" * 40 * MB + b"\n2026-03-10 09:30:16 b\n", 1),
    ],
    ids=["line first", "line between", "event", "event then event", "no end", "classic", "dated"],
)
def test_memory_is_bounded(tmp_path: Path, text: bytes, bad: int) -> None:
    path = write(tmp_path, text)
    tracemalloc.start()
    try:
        found, report = read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found
    assert every(len(e.raw) < 10_000 for e in found)
    assert report.bad_events == bad
    assert len(report.problems) == 1
    assert peak < 64 * MB


def test_xml_after_other_lines(tmp_path: Path) -> None:
    lines = "".join(f"2026-03-10 09:30:15 line {n}\n" for n in range(50_000))
    found, report = read(write(tmp_path, lines + ONE + "\n"), need=Need((("4876",),)))
    assert [e.sourcetype for e in found if e.raw == ONE] == ["XmlWinEventLog"]
    assert report.events == 50_001


def test_problems_are_at_most_a_hundred(tmp_path: Path) -> None:
    for number in range(150):
        write(tmp_path, "", f"{number:03}.log")
    write(tmp_path, ONE, "z.log")
    _, report = read(tmp_path)
    assert len(report.problems) == 100
    assert report.problems[-1].startswith("There are more problems")


def test_a_scan_that_is_left_early_still_tells(tmp_path: Path) -> None:
    report = ReadReport()
    store = FileStore([write(tmp_path, f"{HALF}\n{ONE}\n{ONE}")], InputSettings())
    events = store.scan(Need(), report)
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert len(report.problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        "x <Event " * 400_000,
        f"<Event ><System>{'<TimeCreated ' * 300_000}</System></Event>",
        f"<Event ><System><Channel>{' ' * 4 * MB}</System></Event>",
        f"<Event ><System></System>{'<![CDATA[' * 400_000}</Event>",
        "<Event ><System>" * 200_000 + "</System></Event>",
        f"{'<!-- ' * 600_000}\n{ONE}",
        f"{chr(10) * 4 * MB}{ONE}",
        "03/10/2026 09:30:15 AM\nLogName=" + " " * 4 * MB,
        "03/10/2026 09:30:15 AM\nLogName=a\n" * 60_000,
        f"a{' ' * 4 * MB}b",
    ],
    ids=[str(number) for number in range(10)],
)
def test_hostile_text_is_read_to_its_end(tmp_path: Path, text: str) -> None:
    """Each is a few MB that a careless pattern needs hours for: this test would not end."""
    path = write(tmp_path, text)
    for need in (Need((("4876",),)), Need()):
        report = ReadReport()
        with contextlib.suppress(DataError):
            list(FileStore([path], InputSettings()).scan(need, report))
        assert report.bytes == path.stat().st_size
