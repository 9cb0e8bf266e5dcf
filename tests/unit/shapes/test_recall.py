"""A search gives the same with and without recalling events by their shape: rows, columns, counts,
problems and messages, whatever the events and whatever the app's knowledge."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from splay import shapes
from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.rows import Value
from splay.shapes import learner
from splay.shapes import recall as shape_recall
from splay.store import blocks
from splay.store.event import ReadReport, Swept
from splay.store.files import contents
from splay.store.files.filestore import FileStore, InputSettings
from tests.sample_events import Style, event, render

ROOT = Path(__file__).parents[3]
STAND_IN = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
START = datetime(2026, 3, 10, 23, 59, 50, tzinfo=UTC)
DETECTION = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
SEARCHES = (
    "EventCode=4876 | stats count min(_time) max(_time) BY dest, Caller_User_Name",
    "* | stats count values(x) dc(v) sum(RecordNumber) max(n) BY host",
    "* | table _time, dest, x, n, EventCode, Caller_Domain",
    "* | bin _time span=5s | stats count sum(RecordNumber) BY _time, Caller_User_Name",
    "x=* OR EventCode=4877 | stats latest(v) first(x) earliest_time(x) BY host",
    "* | eval t=_time-1, y=len(dest) | stats max(t) sum(y) avg(_time) values(y)",
    "* | head 7 | table _time, dest, BackupType, v",
    "user0 | stats count BY dest",
    "* | stats count(eval(_time>1773187200)) BY EventCode",
    "tag=* OR eventtype=* | stats count values(tag) values(eventtype) BY source",
)


@pytest.fixture(autouse=True)
def earlier(early: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even fewer events are enough."""
    monkeypatch.setattr(shape_recall, "_LEARN_AFTER", 3)
    monkeypatch.setattr(shape_recall, "_AT_ONCE", 40)
    monkeypatch.setattr(learner, "SETTLED", 0)
    monkeypatch.setattr(blocks, "BLOCK", 8192)


def outcome(
    path: Path,
    apps: AppSet,
    search: str,
    span: tuple[float | None, float | None],
    *,
    by_shape: bool,
) -> tuple[list[str], list[list[tuple[str, Value]]], ReadReport, list[tuple[str, str]]]:
    context = new_context(apps, START.timestamp(), earliest=span[0], latest=span[1])
    report = ReadReport()
    before, shapes.ENABLED = shapes.ENABLED, by_shape
    try:
        plan = make_plan(search, context)
        results = run_plan(plan, FileStore([path], InputSettings()), context, report)
    finally:
        shapes.ENABLED = before
    return results.columns, [list(row.items()) for row in results.rows], report, context.messages


def same(
    path: Path, apps: AppSet, search: str, span: tuple[float | None, float | None] = (None, None)
) -> None:
    with_shapes = outcome(path, apps, search, span, by_shape=True)
    assert with_shapes == outcome(path, apps, search, span, by_shape=False)


# ---- logs as they are ----


def log(path: Path, style: Style, *, spoil: bool) -> Path:
    """150 events of 5 CAs and 3 callers; spoiled: some without a time, halves, declarations,
    two on a line, comments, other zones, bytes that are not UTF-8."""
    lines = []
    for number in range(150):
        made = event(
            (4876, 4877, 4885, 4624)[number % 4],
            time=START + timedelta(seconds=number, microseconds=number % 3),
            record=number * 7919,
            computer=f"ca{number % 5}.example.com",
            data={"SubjectUserName": f"user{number % 3}"},
        )
        odd = spoil and number % 11 == 5
        line = render(made, replace(style, offset=2) if odd else style)
        if spoil:
            line = _spoiled(line, number)
        lines.append(line)
    path.write_bytes(style.newline.join(lines).encode("utf-8", "surrogateescape"))
    return path


def _spoiled(line: str, number: int) -> str:
    if number % 29 == 3:
        line = line.replace("SystemTime", "Other").replace("03/10/2026", "13/45/2026")
    if number % 31 == 4:
        line = line.replace("2026-03-1", "2026-13-1")
    if number % 37 == 5:
        line = line[: len(line) // 2]
    if number % 41 == 7:
        line = "<!DOCTYPE x>" + line
    if number % 23 == 9:
        line = line.replace(">user", ">us\udcff").replace("\tuser", "\tus\udcff")
    if number % 43 == 8:
        line = "<!-- a comment -->" + line + line
    return line


@pytest.fixture(scope="module")
def known_apps() -> dict[str, AppSet]:
    return {"ours": AppSet([ROOT]), "with the add-on": AppSet([ROOT, STAND_IN])}


@pytest.mark.parametrize(
    ("style", "name", "spoil"),
    [
        (Style(), "ours", False),
        (Style(), "ours", True),
        (Style(quote='"', fraction=7), "ours", True),
        (Style(fraction=0), "with the add-on", True),
        (Style("classic"), "ours", True),
        (Style("classic"), "with the add-on", True),
        (Style(pretty=True), "ours", True),
    ],
)
def test_logs(
    tmp_path: Path, known_apps: dict[str, AppSet], name: str, style: Style, spoil: bool
) -> None:
    path = log(tmp_path / "a.log", style, spoil=spoil)
    apps = known_apps[name]
    detection = apps.saved_search(DETECTION).settings["search"]
    same(path, apps, detection.partition("| `windows_steal")[0])
    for search in SEARCHES[: 4 if name == "ours" else 1]:
        same(path, apps, search)
    moment = (START + timedelta(seconds=70)).timestamp()
    same(path, apps, SEARCHES[0], (moment, None))
    same(path, apps, SEARCHES[2], (None, moment))


def test_most_events_are_recalled(
    tmp_path: Path, known_apps: dict[str, AppSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """150 events, 4 structures: each is learned from its second event, and again where a value was
    the same twice; all others need no look at their fields."""
    tables: list[shape_recall.Table] = []

    class Watched(shape_recall.Table):
        def __init__(self, timed: bool) -> None:
            super().__init__(timed)
            tables.append(self)

    monkeypatch.setattr(shape_recall, "Table", Watched)
    for style in (Style(), Style(quote='"'), Style("classic")):
        tables.clear()
        path = log(tmp_path / "a.log", style, spoil=False)
        outcome(path, known_apps["ours"], SEARCHES[0], (None, None), by_shape=True)
        seen = tables[0].known + tables[0].unknown
        assert tables[0].known > 0.7 * seen > 0, style


@pytest.mark.parametrize("readable", [30_000, 90_000])
def test_what_was_read_before_the_disk_failed_counts(
    tmp_path: Path, known_apps: dict[str, AppSet], monkeypatch: pytest.MonkeyPatch, readable: int
) -> None:
    path = log(tmp_path / "a.log", Style(), spoil=False)
    whole = contents._blocks

    def failing(*arguments: Any) -> Iterator[bytes]:
        left = readable
        for block in whole(*arguments):
            yield block[:left]
            left -= len(block)
            if left <= 0:
                raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(contents, "_blocks", failing)
    swept: list[int] = []
    sweep = shape_recall.Recall.sweep

    def watched(*args: Any) -> Swept | None:
        found = sweep(*args)
        swept.append(found.taken if found else 0)
        return found

    monkeypatch.setattr(shape_recall.Recall, "sweep", watched)
    found = outcome(path, known_apps["ours"], "* | stats count", (None, None), by_shape=True)
    events = path.read_bytes()[:readable].count(b"</Event>")
    assert found[1] == [[("count", events)]]
    assert found[2].events == events
    assert f"{path}: cannot be read (Input/output error)" in found[2].problems
    assert sum(swept) > events / 2


def test_a_file_with_other_knowledge_is_not_taken_for_the_one_before(tmp_path: Path) -> None:
    """Events of one shape, but of hosts and sources that props.conf treats in different ways."""
    app = app_with(
        tmp_path / "app",
        "[XmlWinEventLog]\nEXTRACT-x = <EventRecordID>(?<x>\\d)\n"
        "[host::ca1*]\nEXTRACT-x = <EventRecordID>\\d(?<x>\\d)\n"
        "[host::ca2*]\nEXTRACT-z = ThreadID='(?<x>\\d+)'\n"
        "[host::ca3*]\nKV_MODE = xml\nEVAL-x = len(_raw)\n",
    )
    path = log(tmp_path / "a.log", Style(), spoil=False)
    for search in ("* | stats count BY host, x", "* | table host, x"):
        same(path, app, search)


# ---- events and knowledge at random ----

_TEXTS = """a
1
42
0x3e7
S-1-5-18
user0
John Doe
x=1
dest=evil
 a and b
a,b;c
&amp;&lt;
it's
4876
say "hi"
Ünal
-
C:\\x\\y
2026-01-01T00:00:00Z
{json: 1}
<![CDATA[x]]>

10:00
name=b action=c
ca1.example.com"""
_VALUES = st.sampled_from(_TEXTS.split("\n")) | st.sampled_from(
    ["a" * 300, "\u2028", " ", "\u00a0"]
)
_NAMES = ("SubjectUserName", "SubjectDomainName", "BackupType", "Text", "Other")


@st.composite
def xml_event(draw: st.DrawFn, number: int) -> str:
    quote = draw(st.sampled_from("'\"")) if number % 5 == 0 else "'"
    names = _NAMES[: draw(st.integers(2, 5))] if number % 4 == 0 else _NAMES[:4]
    data = "".join(f"<Data Name={quote}{name}{quote}>{draw(_VALUES)}</Data>" for name in names)
    fraction = draw(st.sampled_from([".5", ".123456789", ".1234567890", "", ".50"]))
    time = f"2026-03-{10 + number % 25:02}T0{number % 10}:{number % 62:02}:00{fraction}Z"
    code = draw(st.sampled_from(["4876", "4877", "1"]))
    computer = draw(st.sampled_from(["ca1.example.com", "ca2", "b", "4876"]))
    return (
        f"<Event xmlns={quote}x{quote}><System><Provider "
        f"Name={quote}Microsoft-Windows-Security-Auditing{quote}/><EventID>{code}</EventID>"
        f"<TimeCreated SystemTime={quote}{time}{quote}/><EventRecordID>{number}</EventRecordID>"
        f"<Channel>Security</Channel><Computer>{computer}</Computer></System>"
        f"<EventData>{data}</EventData></Event>"
    )


@st.composite
def classic_event(draw: st.DrawFn, number: int) -> str:
    time = f"0{number % 9}/10/2026 {number % 13:02}:{number % 62:02}:00 AM"
    lines = "".join(
        f"\t{name}:\t\t{draw(_VALUES)}\n" for name in ("Account Name", "Account Domain")
    )
    return (
        f"{time}\nLogName=Security\nEventCode={draw(st.sampled_from(['4876', '4877']))}\n"
        f"ComputerName={draw(st.sampled_from(['ca1', 'ca2']))}\nRecordNumber={number}\n"
        f"Keywords={draw(st.sampled_from(['Audit Success', 'Audit Failure']))}\n"
        f"Message={draw(_VALUES)}\n\nSubject:\n{lines}"
    )


_PROPS = st.lists(
    st.sampled_from(
        [
            r"EXTRACT-a = <Computer>(?<dest>[^<.]+)",
            r"EXTRACT-b = (?<x>\d{3})",
            r"EXTRACT-c = Name='(?<n>\w+)'>(?<v>[^<]*)",
            r"EXTRACT-d = (?<x>[a-z]+) in dest",
            r"EXTRACT-e = (?i)subjectusername.>(?<Caller_User_Name>[^<]+)<",
            r"EXTRACT-f = Account Name:\s+(?<Caller_User_Name>[^\r\n]*\S)",
            r"EXTRACT-g = (?<EventCode>487\d)",
            r"EXTRACT-h = EventID>(?<EventCode>\d+)(?=<).*?RecordID>(?<RecordNumber>\d+)",
            "REPORT-a = data",
            "REPORT-b = many",
            "REPORT-c = cut, within",
            "KV_MODE = none",
            "KV_MODE = xml",
            "EVAL-y = len(_raw)",
            'EVAL-v = coalesce(v, x).","._time',
            'EVAL-n = if(match(_raw, "user0"), 1, n)',
            "FIELDALIAS-a = x AS v Computer AS dest",
            "LOOKUP-a = words word AS x OUTPUTNEW length AS v",
        ]
    ),
    max_size=7,
    unique_by=lambda line: line.partition(" =")[0],
)
_TRANSFORMS = r"""
[data]
REGEX = <Data Name=['"]([^'"]+)['"]>([^<]*)
FORMAT = $1::$2
[many]
REGEX = <Data Name='(\w)[^>]*>([^<]+)
FORMAT = x::$2
MV_ADD = true
[cut]
REGEX = <EventData>(?<_within>.*)</EventData>
CLEAN_KEYS = false
[within]
SOURCE_KEY = _within
REGEX = Name='BackupType'>(\w+)<
FORMAT = BackupType::$1
[words]
filename = words.csv
"""


def app_with(folder: Path, props: str) -> AppSet:
    (folder / "default").mkdir(parents=True, exist_ok=True)
    (folder / "lookups").mkdir(exist_ok=True)
    (folder / "lookups" / "words.csv").write_text("word,length\na,1\n1,1\nuser0,5\n")
    (folder / "default" / "props.conf").write_text(props)
    (folder / "default" / "transforms.conf").write_text(_TRANSFORMS)
    (folder / "default" / "app.conf").write_text("[launcher]\nversion = 1.0.0\n")
    return AppSet([folder])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recall")


@settings(
    max_examples=40,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(st.data(), _PROPS, st.booleans())
def test_events_and_knowledge_at_random(
    folders: Path, data: st.DataObject, props: list[str], classic: bool
) -> None:
    lines = "\n".join(props)
    app = app_with(folders / "app", f"[XmlWinEventLog]\n{lines}\n[WinEventLog]\n{lines}\n")
    one = classic_event if classic else xml_event
    events = [data.draw(one(number)) for number in range(data.draw(st.integers(4, 30)))]
    joints = ["\n"] if classic else ["\n", "", "\n\n", "\r\n"]
    text = data.draw(st.sampled_from(joints)).join(events)
    path = folders / "random.log"
    path.write_bytes(text.encode("utf-8"))
    for search in data.draw(st.lists(st.sampled_from(SEARCHES), min_size=2, max_size=2)):
        same(path, app, search)
