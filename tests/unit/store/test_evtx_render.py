"""Records of .evtx as Windows writes them.

Expected is the text that the log was made of (tests/evtx_files.py turns each value into its type
and knows nothing of how it is written). The forms are those of the public 4876 and of the Sysmon
events that Splunk's input took from Windows (splunk/attack_data, T1552.004).
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from splay.store.event import Event, Need, ReadReport
from splay.store.evtx import render as render_module
from splay.store.evtx.chunks import CHUNK, HEAD, chunk_of, records_of
from splay.store.evtx.plans import Forms, plan_of
from splay.store.evtx.render import Renderer, Templates
from splay.store.evtx.tokens import Damaged, Element, Slot
from splay.store.evtx.values import form_of, items_of
from splay.store.files.filestore import FileStore, InputSettings
from tests.evtx_files import evtx, records
from tests.sample_events import Style, event, render

NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
SYSTEM = (
    "<System><Provider Name='Microsoft-Windows-Sysmon'"
    " Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/><EventID>1</EventID><Version>5</Version>"
    "<Keywords>0x8000000000000000</Keywords>"
    "<TimeCreated SystemTime='2021-01-14T23:41:40.145335200Z'/><EventRecordID>7</EventRecordID>"
    "<Correlation/><Execution ProcessID='2468' ThreadID='3128'/>"
    "<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>dc1.example.com</Computer>"
    "<Security UserID='S-1-5-18'/></System>"
)


def sysmon(data: str) -> str:
    return f"<Event xmlns='{NAMESPACE}'>{SYSTEM}<EventData>{data}</EventData></Event>"


def rendered(log: bytes) -> list[str]:
    texts: list[str] = []
    renderer = Renderer()
    for place in range(HEAD, len(log), CHUNK):
        chunk = chunk_of(log[place : place + CHUNK], place)
        renderer.chunk(chunk.data)
        texts += [renderer.record(each.place, each.end).decode() for each in records_of(chunk)]
    return texts


@pytest.mark.parametrize(
    "data",
    [
        "<Data Name='RuleName'></Data><Data Name='UtcTime'>2021-01-14 23:41:39.938</Data>",
        "<Data Name='ProcessGuid'>{51E9D293-D6B3-6000-0000-001068266601}</Data>",
        "<Data Name='LogonId'>0x49732</Data><Data Name='TerminalSessionId'>1</Data>",
        "<Data Name='CommandLine'>\"C:\\x.exe\" -a 'b' &amp; c &lt;d&gt; \u00e9\u2028</Data>",
        "<Data Name='User'>S-1-5-21-2690122726-1172718210-436210976-500</Data>",
        "<Data Name='Time'>1601-01-01T00:00:00.000000000Z</Data>",
        "<Data Name='Lines'>one\ntwo</Data><Data Name='it&apos;s'>x</Data>",
    ],
)
def test_as_windows_writes_it(data: str) -> None:
    text = sysmon(data)
    assert rendered(evtx([text])) == [text]


@pytest.mark.parametrize("shared", [False, True])
def test_security_events(shared: bool) -> None:
    texts = [render(event(number), Style()) for number in (4876, 4624, 4876)]
    assert rendered(evtx(texts, shared=shared)) == texts


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        # [MS-EVEN6] 2.2.12, the value types; the numbers are packed by hand.
        (0x03, b"\xff", b"-1"),
        (0x04, b"\xff", b"255"),
        (0x07, struct.pack("<i", -2147483648), b"-2147483648"),
        (0x0A, struct.pack("<Q", 2**64 - 1), b"18446744073709551615"),
        (0x0B, struct.pack("<f", 0.1), b"0.1"),
        (0x0C, struct.pack("<d", 0.1), b"0.1"),
        (0x0D, struct.pack("<I", 16), b"true"),
        (0x0D, struct.pack("<I", 0), b"false"),
        (0x0E, b"\x0a\xff", b"0AFF"),
        (0x02, b"caf\xe9\0", b"caf\xc3\xa9"),
        (0x14, struct.pack("<I", 0), b"0x0"),
        (0x15, struct.pack("<Q", 0x8020000000000000), b"0x8020000000000000"),
        (0x12, struct.pack("<8H", 2019, 3, 5, 8, 23, 23, 5, 7), b"2019-03-08T23:23:05.007Z"),
        (0x11, struct.pack("<Q", 116444736000000001), b"1970-01-01T00:00:00.000000100Z"),
    ],
)
def test_values(kind: int, raw: bytes, text: bytes) -> None:
    assert form_of(kind)(raw) == text


def test_arrays() -> None:
    assert items_of(0x01, "a\0\0b\0".encode("utf-16-le")) == [
        "a".encode("utf-16-le"),
        b"",
        "b".encode("utf-16-le"),
    ]
    assert items_of(0x06, b"\x01\0\x02\0") == [b"\x01\0", b"\x02\0"]
    with pytest.raises(ValueError, match="has 3 bytes"):
        items_of(0x06, b"abc")


@pytest.mark.parametrize(
    "data",
    ["<Data Name='b'>y</Data>", "<Item Name='a'>x</Item>", "<Data Mane='a'>x</Data>"],
    ids=["values", "element", "attribute"],
)
def test_a_template_that_only_has_the_guid_of_another_is_read_again(data: str) -> None:
    """Templates are known by their GUIDs; a forged log may use one twice."""
    one, two = sysmon("<Data Name='a'>x</Data>"), sysmon(data)
    log = bytearray(evtx([one, two], per_chunk=1))
    first, second = (log.index(b"\x0c\x01", place) + 14 for place in records(bytes(log)))
    log[second : second + 16] = log[first : first + 16]
    for start in (first, second):  # that of the event's own data, which is the second of the two
        assert log.count(b"\x0c\x01", start, start + 8000) == 1
    inner = [log.index(b"\x0c\x01", start) + 14 for start in (first, second)]
    log[inner[1] : inner[1] + 16] = log[inner[0] : inner[0] + 16]
    assert rendered(bytes(log)) == [one, two]


def bare(name: str) -> bytes:
    """A fragment of one element, which holds an x; its name stands in it, at byte 13."""
    head = b"\x0f\x01\x01\0" + struct.pack("<BIIIHH", 0x01, 0, 13, 0, 0, len(name))
    text = b"\x02\x05\x01\x01\0x\0\x04\0"  # the tag ends, a string, the element ends, the end
    return head + name.encode("utf-16-le") + b"\0\0" + text


def test_a_record_without_a_template_is_its_element() -> None:
    """[MS-EVEN6] 2.2.12: Fragment = 0*FragmentHeader (Element / TemplateInstance)."""
    renderer = Renderer()
    renderer.chunk(bare("Event"))
    assert renderer.record(0, len(bare("Event"))) == b"<Event>x</Event>"
    renderer.chunk(bare("Other"))
    with pytest.raises(Damaged, match="is no event"):
        renderer.record(0, len(bare("Other")))


def test_a_template_may_stand_without_a_head() -> None:
    """[MS-EVEN6] 2.2.12: Fragment = 0*FragmentHeader (Element / TemplateInstance)."""
    text = sysmon("<Data Name='a'>x</Data>")
    chunk = chunk_of(evtx([text])[HEAD:], HEAD)
    (record,) = records_of(chunk)
    renderer = Renderer()
    renderer.chunk(chunk.data)
    assert renderer.record(record.place + 4, record.end).decode() == text


def test_cut_values_are_no_event() -> None:
    log = evtx([sysmon("<Data Name='a'>x</Data>")])
    chunk = chunk_of(log[HEAD:], HEAD)
    (record,) = records_of(chunk)
    renderer = Renderer()
    renderer.chunk(chunk.data)
    for end in range(record.place, record.end - 8, 7):
        with pytest.raises(Damaged):
            renderer.record(record.place, end)


def read(path: Path, need: Need) -> tuple[list[Event], ReadReport]:
    report = ReadReport()
    return list(FileStore([path], InputSettings()).scan(need, report)), report


@pytest.mark.parametrize(
    "literal",
    [
        "<eventid>4876<",
        "name='backuptype'>1<",
        "{54849625-5478-4994-a5ba-3e3b0328c30d}",
        "<security/>",
        "2026-03-10t09:30:15.403719000z",
        "0x8020000000000000</keywords>",
    ],
)
def test_what_only_windows_writes_is_found(tmp_path: Path, literal: str) -> None:
    """The first look at a log is at another text of its records."""
    path = tmp_path / "x.evtx"
    backup = render(event(4876, time=datetime(2026, 3, 10, 9, 30, 15, 403719, UTC)), Style())
    path.write_bytes(evtx([render(event(4624), Style()), backup] * 9))
    found, report = read(path, Need(((literal,), ("4876",))))
    assert [each.raw for each in found] == [backup] * 9
    assert report.events == 18
    assert {each.file for each in found} == {str(path)}


def with_a_damaged_definition(text: str) -> bytes:
    """Two chunks with the same event; the second one's templates are damaged."""
    log = bytearray(evtx([text, text], per_chunk=1))
    for start in records(log):
        outer = log.index(b"\x0c\x01", start)
        for number, place in enumerate((outer, log.index(b"\x0c\x01", outer + 2))):
            guid = bytes([7 + number]) * 16
            log[place + 2 : place + 6] = guid[:4]
            log[place + 14 : place + 30] = guid
            if start != records(log)[0]:
                (size,) = struct.unpack_from("<I", log, place + 30)
                log[place + 14 : place + 30] = bytes(16)
                log[place + 34 : place + 34 + size] = bytes(size)
    return bytes(log)


def test_a_template_whose_definition_is_damaged_is_known_from_another_chunk() -> None:
    """A record names its template by the first bytes of the GUID ([MS-EVEN6], TemplateInstance)."""
    text = sysmon("<Data Name='a'>x</Data>")
    assert rendered(with_a_damaged_definition(text)) == [text, text]


def test_files_share_their_templates_but_for_what_is_damaged() -> None:
    """What is known of a damaged file must not depend on what else was read."""
    text = sysmon("<Data Name='a'>x</Data>")
    log = with_a_damaged_definition(text)
    sound, damaged = (chunk_of(log[at : at + CHUNK], at) for at in (HEAD, HEAD + CHUNK))
    known = Templates()
    for _ in range(2):
        renderer = Renderer(known)
        renderer.chunk(sound.data)
        (record,) = records_of(sound)
        assert renderer.record(record.place, record.end).decode() == text
    assert len(known.by_guid) == 2
    other = Renderer(known)
    other.chunk(damaged.data)
    (record,) = records_of(damaged)
    with pytest.raises(Damaged):
        other.record(record.place, record.end)


def test_too_many_templates_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event brings two: its own and that of its data."""
    monkeypatch.setattr(render_module, "_MOST_TEMPLATES", 3)
    texts = [sysmon(f"<Data Name='{name}'>x</Data>") for name in "abcd"]
    known = Templates()
    log = evtx(texts, per_chunk=1)
    renderer = Renderer(known)
    for place, text in zip(range(HEAD, len(log), CHUNK), texts, strict=True):
        chunk = chunk_of(log[place : place + CHUNK], place)
        renderer.chunk(chunk.data)
        (record,) = records_of(chunk)
        assert renderer.record(record.place, record.end).decode() == text
        assert len(known.by_guid) <= 3


def written(element: Element, kinds: bytes, *values: bytes) -> bytes:
    """An element of a template, with values of these types."""
    plan = plan_of([element], kinds, Forms())
    pieces = plan.pieces.copy()
    pieces[1::2] = [text[value] for text, value in zip(plan.texts, plan.order(values), strict=True)]
    return b"".join(pieces)


def test_an_element_of_an_array_is_written_for_each_item() -> None:
    """[MS-EVEN6], array types: the element is repeated; 0x86 is an array of UInt16."""
    only = [Slot(0, 0x86, False)]
    named = Element(b"a", -1, [(b"Name", [b"n"])], [*only])
    assert written(named, b"\x86", b"\x01\0\x02\0") == b"<a Name='n'>1</a><a Name='n'>2</a>"
    assert written(named, b"\x06", b"\x01\0") == b"<a Name='n'>1</a>"
    among = Element(b"a", -1, [], [b"x", *only])
    assert written(among, b"\x86", b"\x01\0\x02\0") == b"<a>x1,2</a>"
    valued = Element(b"a", -1, [(b"Name", [Slot(1, 0x06, False)])], [*only])
    with pytest.raises(Damaged, match="values in its attributes"):
        written(valued, b"\x86\x06", b"\x01\0", b"\x02\0")
