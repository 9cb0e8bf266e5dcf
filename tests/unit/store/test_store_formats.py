"""Every rendering of an event is read alike.

Expected values: the event handed to the generator; its epoch by hand: 2026-03-10 09:30:15
UTC is 20,522 days (56 years of 365 and 14 leap days, then 31 + 28 + 9 days) of 86,400
seconds and 34,215 seconds: 1,773,135,015. Host, source and sourcetype: as Splunk's
documentation of the Windows event log input names them.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.sample_events import Style, event, render, sample, sample_files, styles

EPOCH = 1_773_135_015
ALL = Need()
BACKUPS = Need(literals=(("4876",),))


def read(
    path: Path, need: Need = ALL, settings: InputSettings | None = None
) -> tuple[list[Event], ReadReport]:
    report = ReadReport()
    store = FileStore([path], settings or InputSettings())
    return list(store.scan(need, report)), report


def write(folder: Path, text: str | bytes, name: str = "a.log") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("style", list(styles()), ids=str)
@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\n"], ids=repr)
def test_every_style(tmp_path: Path, style: Style, separator: str) -> None:
    events = [event(4624), event(4876), event(4634)]
    path = write(tmp_path, separator.join(render(e, style) for e in events))
    for need, wanted in ((ALL, events), (BACKUPS, events[1:2])):
        found, report = read(path, need)
        assert (report.events, report.bad_events, report.problems) == (3, 0, [])
        assert len(found) == len(wanted)
        classic = style.form == "classic"
        for one, given in zip(found, wanted, strict=True):
            assert one.time == pytest.approx(EPOCH if classic else EPOCH + 0.403719, abs=1e-6)
            assert one.host == "ca01.example.com"
            assert one.source == f"{'' if classic else 'Xml'}WinEventLog:Security"
            assert one.sourcetype == ("WinEventLog" if classic else "XmlWinEventLog")
            assert one.index == "main"
            text = render(given, style)
            own = text.replace("\r\n", "\n") if classic else text[text.index("<Event ") :]
            assert one.raw == own


@pytest.mark.parametrize(
    "layout",
    [
        "{0}{1}",
        "<Events>{0}{1}</Events>",
        "<?xml version='1.0'?>\r\n<Events xmlns='x'>\r\n{0}\r\n{1}\r\n</Events>\r\n",
        "<Events>\n<!-- exported -->\n  {0}\n  {1}\n</Events>",
        "\n\n  {0}  {1}  \n",
        "<?xml version='1.0'?>{0}\n<?xml version='1.0'?>{1}\n",
    ],
)
def test_layouts(tmp_path: Path, layout: str) -> None:
    texts = [render(event(4624), Style()), render(event(4876), Style())]
    path = write(tmp_path, layout.format(*texts))
    found, report = read(path)
    assert [e.raw for e in found] == texts
    assert (report.events, report.problems) == (2, [])
    assert [e.raw for e in read(path, BACKUPS)[0]] == texts[1:]


@pytest.mark.parametrize("form", ["xml", "classic"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings(tmp_path: Path, form: str, encoding: str, packed: bool) -> None:
    text = "\n".join(
        render(event(n, data={"SubjectUserName": "Jörg 日本"}), Style(form)) for n in (4877, 4876)
    )
    data = b"\xfe\xff" + text.encode("utf-16-be") if "be" in encoding else text.encode(encoding)
    path = write(tmp_path, gzip.compress(data) if packed else data, "a.gz" if packed else "a.log")
    found, report = read(path, BACKUPS)
    assert len(found) == 1
    assert "Jörg 日本" in found[0].raw
    assert (report.events, report.problems, report.files) == (2, [], 1)
    assert report.bytes == path.stat().st_size


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2026-03-10T09:30:15Z", 0.0),
        ("2026-03-10T09:30:15.403719Z", 0.403719),
        ("2026-03-10T09:30:15.4037198Z", 0.4037198),
        ("2026-03-10T09:30:15.403719800Z", 0.4037198),
        ("2026-03-10T11:30:15.5+02:00", 0.5),
        ("2026-03-10T04:00:15.5-05:30", 0.5),
        ("2026-03-10 09:30:15", 0.0),
    ],
)
def test_system_time(tmp_path: Path, written: str, seconds: float) -> None:
    text = render(event(4876), Style()).replace("2026-03-10T09:30:15.403719000Z", written)
    assert read(write(tmp_path, text))[0][0].time == pytest.approx(EPOCH + seconds, abs=1e-6)


@pytest.mark.parametrize(
    ("header", "zone", "shift"),
    [
        ("03/10/2026 09:30:15 AM", "UTC", 0),
        ("03/10/2026 09:30:15 PM", "UTC", 12 * 3600),
        ("03/10/2026 12:30:15 AM", "UTC", -9 * 3600),
        ("03/10/2026 12:30:15 PM", "UTC", 3 * 3600),
        # Daylight saving time began in New York on 8 March 2026: four hours behind UTC.
        ("03/10/2026 05:30:15 AM", "America/New_York", 0),
    ],
)
def test_classic_time(tmp_path: Path, header: str, zone: str, shift: int) -> None:
    text = render(event(4876), Style("classic")).split("\n", 1)[1]
    path = write(tmp_path, f"{header}\n{text}")
    found, _ = read(path, settings=InputSettings(tz=ZoneInfo(zone)))
    assert found[0].time == EPOCH + shift


def test_other_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        b'{"time": "2026-03-10T09:30:15Z", "a": 4876}\r\n\r\n  \r\n2026-03-10 09:30:16 other\r\n',
        "web.json",
    )
    found, report = read(path)
    assert [(e.time, e.source, e.sourcetype) for e in found] == [
        (EPOCH, str(path), "web"),
        (EPOCH + 1, str(path), "web"),
    ]
    assert found[0].raw == '{"time": "2026-03-10T09:30:15Z", "a": 4876}'
    assert report.events == 2
    assert [e.time for e in read(path, BACKUPS)[0]] == [EPOCH]


def test_settings_win(tmp_path: Path) -> None:
    path = write(tmp_path, render(event(4876), Style()))
    found, _ = read(path, settings=InputSettings("h", "s", "t", "wineventlog"))
    assert (found[0].host, found[0].source, found[0].sourcetype, found[0].index) == (
        "h",
        "s",
        "t",
        "wineventlog",
    )


def test_system_part_names_the_origin(tmp_path: Path) -> None:
    given = event(4876, channel="Forwarded & more", computer="dc.example.com")
    text = render(given, Style()).replace(
        "<EventData>", "<EventData><Channel>Security</Channel><Computer>x</Computer>"
    )
    found, _ = read(write(tmp_path, text))
    assert found[0].source == "XmlWinEventLog:Forwarded & more"
    assert found[0].host == "dc.example.com"


@pytest.mark.parametrize(
    ("literals", "ids"),
    [
        ((), [4624, 4672, 4688, 4876, 4877, 4634]),
        ((("4876", "4877"),), [4876, 4877]),
        ((("SECURITY".lower(),), ("4876",)), [4876]),
        ((("backuptype",),), [4876]),
        ((("no such text",),), []),
        ((("4876",), ("4877",)), []),
        ((("event",),), [4624, 4672, 4688, 4876, 4877, 4634]),
        ((("</event",), ("cmd.exe",)), [4688]),
        ((("jörg",), ("4876",)), [4876]),
        (((),), []),
    ],
)
def test_literals(tmp_path: Path, literals: tuple[tuple[str, ...], ...], ids: list[int]) -> None:
    path = write(tmp_path, "\n".join(sample()))
    found, report = read(path, Need(literals))
    numbers = [int(e.raw.split("<EventID>")[1].split("<")[0]) for e in found]
    assert (numbers, report.events) == (ids, 6)


def test_time_range_is_half_open(tmp_path: Path) -> None:
    path = write(tmp_path, "\n".join(sample()))  # five seconds apart from 09:30:00.403719
    first = EPOCH - 15 + 0.403719
    found, _ = read(path, Need(earliest=first + 4.9, latest=first + 14.9))
    assert [round(e.time - first) for e in found] == [5, 10]


def test_blocks_do_not_show(tmp_path: Path) -> None:
    """Events across block borders, in files of several MiB, in every format."""
    for name, style in (("a.xml", Style()), ("b.xml", Style(pretty=True)), ("c", Style("classic"))):
        texts = [
            render(event(4876 if n % 1000 == 7 else 4624, record=n), style) for n in range(4000)
        ]
        path = write(tmp_path, "\n".join(texts), name)
        assert path.stat().st_size > 2 * 1024 * 1024
        found, report = read(path)
        assert [e.raw for e in found] == texts
        assert [e.raw for e in read(path, BACKUPS)[0]] == [t for t in texts if "4876" in t]
        assert (report.events, report.problems) == (4000, [])


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name, number in (("b.log", 4634), ("a.XML", 4624), ("sub/c.txt", 4876), ("no.csv", 4877)):
        write(tmp_path, render(event(number), Style()), name)
    report, told = ReadReport(), list[int]()
    store = FileStore([tmp_path, tmp_path / "b.log"], InputSettings())
    found = list(store.scan(ALL, report, told.append))
    assert [e.raw.split("EventID>")[1][:4] for e in found] == ["4624", "4634", "4877", "4876"]
    assert report.files == 4
    assert sum(told) == report.bytes > 0


def test_sample_file_is_what_the_generator_makes() -> None:
    folder = Path(__file__).parents[2] / "data" / "sample"
    assert {file.name: file.read_bytes().decode() for file in folder.iterdir()} == sample_files()
